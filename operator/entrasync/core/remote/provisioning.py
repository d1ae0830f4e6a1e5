"""What Graph is asked for when one object is provisioned on demand, and what it reports (graph-facts 3.1, 4.9)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_object, read_text

SUCCESS, SKIPPED, FAILURE = "Success", "Skipped", "Failure"
RESULTS = (FAILURE, SUCCESS, SKIPPED)
"""Graph's results, in the order of what a report on several objects comes to: one failure makes it a failure."""

MAX_STEPS = 50
MAX_CHANGES = 100
"""The most steps and changed attributes of a report that are read. A status has room for so many."""


@dataclass(frozen=True)
class ProvisioningSubject:
    """An object of the source, by its id there and its type as the schema writes it. A group may have members."""

    object_id: str
    object_type: str
    members: tuple["ProvisioningSubject", ...] = ()

    def write(self) -> dict[str, Any]:
        """Write it as Graph's synchronizationJobSubject."""
        written: dict[str, Any] = {"objectId": self.object_id, "objectTypeName": self.object_type}
        if self.members:
            written["links"] = {"members": [member.write() for member in self.members]}
        return written


@dataclass(frozen=True)
class ReportedStep:
    """A step of a provisioning, in Graph's words. `description` may quote attributes of a person."""

    name: str | None
    type: str | None
    status: str | None
    time: str | None
    description: str | None
    code: str | None
    """Why it was skipped or has failed, as one word."""


@dataclass(frozen=True)
class ReportedChange:
    """An attribute of the target that was changed, with its old and its new value."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class ProvisioningReport:
    """What became of an object. `message` may quote attributes of a person, `code` is one word."""

    result: str
    action: str | None = None
    code: str | None = None
    message: str | None = None
    change_id: str | None = None
    target_id: str | None = None
    steps: tuple[ReportedStep, ...] = ()
    changes: tuple[ReportedChange, ...] = ()


def read_report(document: Mapping[str, Any]) -> ProvisioningReport | None:
    """Read a stringKeyStringValuePair in either form of Graph's samples; None if it does not tell a result.

    In one form `key` is JSON with the result and `value` JSON with one object. In the other `key` is the name of a type
    and `value` a list of such objects.
    """
    verdict = read_object(_parse(document.get("key")))
    value = _parse(document.get("value"))
    objects = read_entries(value if isinstance(value, list) else [value])
    result = _read_result(verdict.get("result")) or _combine(objects)
    if result is None:
        return None
    main = next((each for each in objects if _status_of(each) == result), objects[0] if objects else {})
    steps = tuple(_read_step(step) for each in objects for step in read_entries(each.get("provisioningSteps")))
    code, message = _explain(read_object(verdict.get("details")), main, steps)
    return ProvisioningReport(
        result,
        read_text(main.get("action")),
        code,
        message,
        read_text(main.get("changeId")),
        read_text(read_object(main.get("targetIdentity")).get("id")),
        steps[:MAX_STEPS],
        tuple(_read_changes(objects))[:MAX_CHANGES],
    )


def _parse(text: object) -> object:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def _read_result(value: object) -> str | None:
    wanted = (read_text(value) or "").lower()
    return next((result for result in RESULTS if result.lower() == wanted), None)


def _status_of(reported: Mapping[str, Any]) -> str | None:
    return _read_result(read_object(reported.get("statusInfo")).get("status"))


def _combine(objects: Iterable[Mapping[str, Any]]) -> str | None:
    found = {_status_of(each) for each in objects}
    return None if None in found else next((result for result in RESULTS if result in found), None)


def _explain(
    details: Mapping[str, Any], main: Mapping[str, Any], steps: Iterable[ReportedStep]
) -> tuple[str | None, str | None]:
    """Return code and words of a result that is no success. In the form with a list only the steps name a skip."""
    info = read_object(main.get("statusInfo"))
    code = read_text(details.get("errorCode")) or read_text(info.get("errorCode"))
    last = next((step for step in reversed(list(steps)) if step.code), None)
    message = read_text(details.get("errorMessage")) or read_text(info.get("reason"))
    return code or (last.code if last else None), message or (last.description if last else None)


def _read_step(step: Mapping[str, Any]) -> ReportedStep:
    details = read_object(step.get("details"))
    return ReportedStep(
        read_text(step.get("name")),
        read_text(step.get("type")),
        read_text(step.get("status")),
        read_text(step.get("timestamp")),
        read_text(step.get("description")),
        read_text(details.get("SkipReason")) or read_text(details.get("ErrorCode")),
    )


def _read_changes(objects: Iterable[Mapping[str, Any]]) -> Iterable[ReportedChange]:
    for each in objects:
        for change in read_entries(each.get("modifiedProperties")):
            if (name := read_text(change.get("displayName"))) is not None:
                yield ReportedChange(name, read_text(change.get("oldValue")), read_text(change.get("newValue")))
