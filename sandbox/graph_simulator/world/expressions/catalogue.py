"""Lists the functions of expressions with their parameters (graph-facts 3.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

CONDITION = "Boolean"
"""The type of a parameter that may be a comparison."""
_TYPES = {"": "String", "#": "Integer", "!": CONDITION, "@": "DateTime"}
_SIGNATURE = re.compile(r"(\w+)\(([^)]*)\)")
_PARAMETER = re.compile(r"(?P<type>[#!@]?)(?P<name>\w+)(?P<marks>[?*]*)")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a function. The arguments of one that repeats are all the following ones."""

    name: str
    type: str = "String"
    is_required: bool = True
    repeats: bool = False


Signature = tuple[Parameter, ...]

_CAPTURED = """
    Append(source, suffix)
    DefaultDomain()
    AppRoleAssignments(source)
    FormatDateTime(source, dateTimeStyles?, inputFormat, outputFormat)
    IsNothing(!source)
    Join(separator, source*)
    Prepend(prefix, source)
    Mid(source, #start, #length)
    Not(!source)
    Replace(source, Find?, RegularExpression?, RegularExpressionGroupName?, Replacement?, ReplacementPropertyName?,
        Template?)
    SingleAppRoleAssignment(source)
    Split(source, delimiter?)
    StripSpaces(source)
    Switch(source, defaultValue?, switchValue?*)
"""
"""The functions of a captured answer, in its order and with its names of parameters.

A mark after a name: `?` is optional, `*` repeats. One before it is the type: `#` Integer, `!` Boolean, `@` DateTime.
The second parameter of FormatDateTime is not in the capture: the reference has it since.
"""
_REFERENCED = """
    AppRoleAssignmentsComplex(source)
    AssertiveAppRoleAssignmentsComplex(source)
    BitAnd(#value1, #value2)
    CBool(!Expression)
    CDate(Expression)
    Coalesce(source*, defaultValue?)
    ConvertFromBase64(source)
    ConvertToBase64(source)
    ConvertToUTF8Hex(source)
    Count(attribute)
    CStr(value)
    DateAdd(interval, #value, @dateTime)
    DateDiff(interval, @date1, @date2)
    DateFromNum(#value)
    Guid()
    IIF(!condition, valueIfTrue, valueIfFalse)
    IgnoreFlowIfNullOrEmpty(Expression)
    InStr(value1, value2, #start?, compareType?)
    IsNull(Expression)
    IsNullOrEmpty(Expression)
    IsPresent(Expression)
    IsString(Expression)
    Item(attribute, #index)
    Left(String, #NumChars)
    NormalizeDiacritics(source)
    Now()
    NumFromDate(value)
    PCase(source, wordSeparators?)
    RandomString(#Length, #MinimumNumbers, #MinimumSpecialCharacters, #MinimumCapital, #MinimumLowerCase,
        CharactersToAvoid?)
    Redact(value)
    RemoveDuplicates(attribute)
    SelectUniqueValue(uniqueValueRule*)
    StringFromSid(ObjectSID)
    ToLower(source, culture?)
    ToUpper(source, culture?)
    Trim(value)
    Word(String, #WordNumber, delimiters)
"""
"""The other functions of the reference, with its names of parameters, of which no capture shows that Graph has them."""


def _read_parameter(text: str) -> Parameter:
    match = _PARAMETER.fullmatch(text)
    if match is None:
        raise ValueError(f"{text} is no parameter")
    marks = match["marks"]
    return Parameter(match["name"], _TYPES[match["type"]], "?" not in marks, "*" in marks)


def _read_signatures(text: str) -> Mapping[str, Signature]:
    return {
        name: tuple(_read_parameter(part.strip()) for part in parameters.split(",") if part)
        for name, parameters in _SIGNATURE.findall(text)
    }


FUNCTIONS: Mapping[str, Signature] = {**_read_signatures(_CAPTURED), **_read_signatures(_REFERENCED)}
"""All functions by name. The names are case-sensitive, as the reference says of the whole syntax."""


def find_parameter(signature: Signature, place: int) -> Parameter | None:
    """Find the parameter that the argument at a place, counted from 0, is for; None if there are too many."""
    for number, parameter in enumerate(signature):
        if number == place or parameter.repeats:
            return parameter
    return None
