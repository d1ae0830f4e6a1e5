"""The function Replace, whose effect depends on which parameters it has."""

import re
from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.values import Value, is_empty, write_value

SOURCE, FIND, PATTERN, GROUP, REPLACEMENT, OTHER, TEMPLATE = range(7)
"""The places of its parameters."""
_ONLY_IN_NET = re.compile(r"\\[pPzGkK]|\(\?<\w*-|\(\?[imnsx-]+[:)]|\[[^\]]*-\[")
"""Parts of .NET's regular expressions that Python's do not have, or have with another meaning."""
_GROUP = re.compile(r"\(\?<(?![=!])(\w+)>")
_REFERENCE = re.compile(r"\$(?:\{(\w+)\}|(\d+)|(\$))|(\$)")


def replace(given: Arguments) -> Value:
    """Replace values within a text, in the way that the parameters ask for."""
    match frozenset(place for place in range(1, given.count) if given.find(place) is not None):
        case places if places == {FIND, REPLACEMENT}:
            return _replace_text(given)
        case places if places == {FIND, TEMPLATE}:
            return _fill_template(given)
        case places if places == {PATTERN, REPLACEMENT}:
            return _replace_matches(given)
        case places if places == {PATTERN, GROUP, REPLACEMENT}:
            return _replace_groups(given)
        case places if places == {PATTERN, GROUP, OTHER}:
            return _take_from_other(given)
    raise UnsimulatedError(
        "A Replace with these parameters", "The reference describes five other combinations of them."
    )


def _replace_text(given: Arguments) -> Value:
    source = given.value(SOURCE)
    return None if source is None else _exchange(write_value(source), given.text(FIND), given.text(REPLACEMENT))


def _fill_template(given: Arguments) -> str:
    return _exchange(given.text(TEMPLATE), given.text(FIND), given.text(SOURCE))


def _exchange(text: str, old: str, new: str) -> str:
    if not old:
        raise EvaluationError("Replace cannot look for an empty text.")
    return text.replace(old, new)


def _replace_matches(given: Arguments) -> Value:
    source, pattern, replacement = given.value(SOURCE), _compile(given), given.text(REPLACEMENT)
    if source is None:
        return None
    return pattern.sub(lambda match: _expand(match, replacement), write_value(source))


def _expand(match: re.Match[str], replacement: str) -> str:
    """Write the replacement of a match. What names no group of the pattern stays as it is, as in .NET."""

    def write(reference: re.Match[str]) -> str:
        name, number, escaped, lone = reference.groups()
        if escaped or lone:
            return "$"
        group = name if name is not None and not name.isdecimal() else _find_numbered(match.re, int(name or number))
        try:
            return match[group] or ""
        except IndexError:
            return reference[0]

    return _REFERENCE.sub(write, replacement)


def _find_numbered(pattern: re.Pattern[str], number: int) -> int:
    """Find the group that has a number in .NET, where all groups without a name come before those with one."""
    named = set(pattern.groupindex.values())
    ordered = [0, *sorted(range(1, pattern.groups + 1), key=lambda group: (group in named, group))]
    return ordered[number] if number < len(ordered) else number


def _replace_groups(given: Arguments) -> Value:
    source, pattern, name = given.value(SOURCE), _compile(given), given.text(GROUP)
    _check_group(pattern, name)
    if source is None:
        return None
    text, replacement = write_value(source), given.text(REPLACEMENT)
    written, end = "", 0
    for match in pattern.finditer(text):
        if match.start(name) >= end:
            written, end = written + text[end : match.start(name)] + replacement, match.end(name)
    return written + text[end:]


def _take_from_other(given: Arguments) -> Value:
    """Return the source, or if it has no value the group's value in the other attribute."""
    source, pattern, name = given.value(SOURCE), _compile(given), given.text(GROUP)
    _check_group(pattern, name)
    if not is_empty(source):
        return source
    match = pattern.search(given.text(OTHER))
    return match[name] if match else None


def _check_group(pattern: re.Pattern[str], name: str) -> None:
    if name not in pattern.groupindex:
        raise EvaluationError(f"The regular expression has no group with the name '{name}'.")


def _compile(given: Arguments) -> re.Pattern[str]:
    """Read .NET's regular expression."""
    text = given.text(PATTERN)
    if _ONLY_IN_NET.search(text):
        raise UnsimulatedError(f"The regular expression '{text}'", "It has a part that only .NET knows.")
    try:
        return re.compile(_GROUP.sub(r"(?P<\1>", text))
    except re.error as error:
        raise EvaluationError(f"'{text}' is no regular expression: {error}.") from error


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {"Replace": replace}
