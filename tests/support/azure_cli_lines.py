"""Checks lines of the Azure CLI against what its own parser was seen to take (`tests/data/az_commands.json`)."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

RECORDED: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "az_commands.json").read_text(encoding="utf-8")
)
HOW_TO_RECORD = "Record it as the docstring of tests/data/record_az_commands.py says."


def command_of(words: list[str]) -> str:
    """Find the recorded command that the words after `az` begin with; empty if none is recorded."""
    known = [name for name in RECORDED["commands"] if words[: len(name.split())] == name.split()]
    return max(known, key=len, default="")


def arguments_of(words: list[str]) -> dict[str, list[str]]:
    """Read the values of each argument by its name, given as `--id x` or `--id=x`."""
    found: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if word.startswith("-"):
            name, is_joined, value = word.partition("=")
            values = found[name] = [value] if is_joined else []
        else:
            values.append(word)
    return found


def find_faults(words: list[str], *, is_whole: bool = True) -> list[str]:
    """Tell what the Azure CLI does not take in the words after `az`, and what it misses if the line `is_whole`."""
    command = command_of(words)
    if not command:
        return [f"The command `az {' '.join(words[:4])}` is not recorded. {HOW_TO_RECORD}"]
    rest = words[len(command.split()) :]
    arguments = arguments_of(rest)
    extra = [f"`az {command}` has no place for `{rest[0]}`."] if rest and not rest[0].startswith("-") else []
    missing = _find_missing(command, arguments) if is_whole else ()
    return [*extra, *_find_refused(command, arguments), *missing]


def _find_refused(command: str, arguments: dict[str, list[str]]) -> Iterator[str]:
    options = RECORDED["commands"][command]["options"]
    for name, values in arguments.items():
        taken = options.get(name)
        if taken is None:
            yield f"`az {command}` has no argument `{name}`. {HOW_TO_RECORD}"
        elif not _is_taken(taken, values):
            yield f"`az {command} {name}` takes {taken}, not {values}."


def _is_taken(taken: str, values: list[str]) -> bool:
    match taken:
        case "none":
            return not values
        case "several":
            return bool(values)
        case "at most one":
            return len(values) <= 1
        case "one":
            return len(values) == 1
    choices = taken.removeprefix("one of ").split()
    return len(values) == 1 and values[0] in choices


def _find_missing(command: str, arguments: dict[str, list[str]]) -> Iterator[str]:
    for names in RECORDED["commands"][command]["needs"]:
        if not arguments.keys() & set(names):
            yield f"`az {command}` needs {' or '.join(names)}."
