"""Cuts the text of an expression into tokens."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from graph_simulator.world.expressions.errors import ExpressionSyntaxError

Kind = Literal["attribute", "text", "number", "word", "operator", "(", ")", ",", "end"]

_PATTERNS = re.compile(
    r"(?P<number>&[Hh][0-9A-Fa-f]+|-?\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<operator><>|>=|<=|[=<>])|(?P<mark>[(),])"
)
_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True)
class Token:
    """A token. `value` is what it stands for, without brackets and escapes; `position` is counted from 1."""

    kind: Kind
    value: str
    position: int

    def describe(self) -> str:
        """Name the token in a sentence about what was found."""
        return "the expression ends there" if self.kind == "end" else f"'{self.value}' was found"


def list_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of an expression, and at last one for its end.

    Raises:
        ExpressionSyntaxError: Something is no token.
    """
    place = _skip_space(text, 0)
    while place < len(text):
        token, place = _read_token(text, place)
        yield token
        place = _skip_space(text, place)
    yield Token("end", "", len(text) + 1)


def _skip_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _read_token(text: str, place: int) -> tuple[Token, int]:
    """Read the token at a place, and return it with the place after it."""
    if text[place] == "[":
        return _read_attribute(text, place)
    if text[place] == '"':
        return _read_text(text, place)
    match = _PATTERNS.match(text, place)
    if match is None:
        raise ExpressionSyntaxError(
            f"The character '{text[place]}' at position {place + 1} begins nothing that is known."
        )
    value = match[0]
    if match["number"]:
        return Token("number", value, place + 1), match.end()
    if match["word"]:
        return Token("word", value, place + 1), match.end()
    if match["operator"]:
        return Token("operator", value, place + 1), match.end()
    mark: Literal["(", ")", ","] = "(" if value == "(" else ")" if value == ")" else ","
    return Token(mark, value, place + 1), match.end()


def _read_attribute(text: str, begin: int) -> tuple[Token, int]:
    """Read an attribute, whose name may have pairs of brackets, as in `emails[type eq "work"].value`."""
    depth = 0
    for place in range(begin, len(text)):
        depth += {"[": 1, "]": -1}.get(text[place], 0)
        if not depth:
            name = text[begin + 1 : place].strip()
            if not name:
                raise ExpressionSyntaxError(
                    f"The brackets at position {begin + 1} have no name of an attribute in them."
                )
            return Token("attribute", name, begin + 1), place + 1
    raise ExpressionSyntaxError(f"The attribute that begins at position {begin + 1} has no closing bracket.")


def _read_text(text: str, begin: int) -> tuple[Token, int]:
    """Read a text, in which a backslash stands before each backslash and quotation mark."""
    value, place = "", begin + 1
    while place < len(text):
        character = text[place]
        if character == '"':
            return Token("text", value, begin + 1), place + 1
        if character == "\\":
            place += 1
            character = text[place : place + 1]
            if character not in {"\\", '"'}:
                problem = f"The backslash at position {place} is followed by neither a backslash nor a quotation mark."
                raise ExpressionSyntaxError(f"{problem} Write two backslashes for one.")
        value, place = value + character, place + 1
    raise ExpressionSyntaxError(f"The text that begins at position {begin + 1} has no closing quotation mark.")
