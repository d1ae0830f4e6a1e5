"""Checks what lines of kubectl read of our kinds. kubectl itself takes a condition or field that no object has."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from entrasync.api.conditions import ConditionType
from entrasync.api.names import KIND
from tests.support.page_commands import ROOT, words_of

CRDS = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "crds").glob("*.yaml"))]

_PATH = re.compile(r"\{\.(?:items\[\*\]\.)?((?!metadata\b)\w[^}]*)\}")
_CONDITION = re.compile(r"--for[= ]condition=(\w+)|@\.type==[\"'](\w+)")
_INDEX = re.compile(r"\[[^\]]*\]")

OF_EVERY_KIND = {ConditionType.READY, ConditionType.RECONCILING, ConditionType.STALLED}
"""The condition types that kinds other than SynchronizationJob have (docs/conditions.md)."""


def find_faults(line: str) -> list[str]:
    """Tell which conditions and fields a line of kubectl names that its kind does not have.

    A line about a kind that is not ours has no faults, but one that waits must be about one of ours.
    """
    words = words_of(line)
    crd = _crd_of(words)
    if crd is None:
        is_of_any_kind = words[1] != "wait" or "--for=delete" in words
        return [] if is_of_any_kind else [f"{line}: it waits for no kind of ours"]
    kind, text = crd["spec"]["names"]["kind"], " ".join(words)
    types = [one or other for one, other in _CONDITION.findall(text)]
    offered = set(ConditionType) if kind == KIND else OF_EVERY_KIND
    return [
        *(f"{line}: {kind} has no condition {each}" for each in types if each not in offered),
        *(f"{line}: {kind} has no field {path}" for path in _PATH.findall(text) if not _has(crd, path)),
    ]


def _crd_of(words: list[str]) -> dict[str, Any] | None:
    """Find our kind that a line names, as `syncjobs`, `syncjob x` or `syncjob/x`."""
    said = {word.partition("/")[0] for word in words}
    found = (crd for crd in CRDS if said & set(_names_of(crd)))
    return next(found, None)


def _names_of(crd: dict[str, Any]) -> Iterator[str]:
    names = crd["spec"]["names"]
    yield from (names["plural"], names["singular"], *names["shortNames"])


def _has(crd: dict[str, Any], path: str) -> bool:
    """Whether the schema has the field. What lies in a field without a schema counts as there."""
    [version] = crd["spec"]["versions"]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    for name in _INDEX.sub("", path).split("."):
        schema = schema.get("items", schema)
        if "properties" not in schema:
            return bool(schema.get("type") == "object")
        if name not in schema["properties"]:
            return False
        schema = schema["properties"][name]
    return True
