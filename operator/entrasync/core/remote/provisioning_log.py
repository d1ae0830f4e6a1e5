"""What the provisioning log of a tenant tells of a job (graph-facts 4.10). Only the kubectl plugin reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from entrasync.core.primitives.times import parse_time

FAILURE = "failure"


@dataclass(frozen=True)
class LoggedStep:
    """A step of an action, in Graph's words."""

    name: str | None
    type: str | None
    status: str | None


@dataclass(frozen=True)
class LoggedFailure:
    """An action that failed. Its sentences and its name may tell of people; all else is meant to be single words."""

    time: datetime | None
    change_id: str | None
    action: str | None
    object_type: str | None
    object_id: str | None
    name: str | None
    """What the object is called in the source, else in the target."""
    error_code: str | None
    category: str | None
    reason: str | None
    recommended_action: str | None
    step: LoggedStep | None
    """The step that failed."""


def read_failure(entry: object) -> LoggedFailure | None:
    """Read a provisioningObjectSummary; None if it is malformed, or no failure."""
    document = read_object(entry)
    info = read_object(document.get("provisioningStatusInfo"))
    if (read_text(info.get("status")) or "").lower() != FAILURE:
        return None
    error = read_object(info.get("errorInformation"))
    source, target = read_object(document.get("sourceIdentity")), read_object(document.get("targetIdentity"))
    return LoggedFailure(
        time=parse_time(document.get("activityDateTime")),
        change_id=read_text(document.get("changeId")),
        action=read_text(document.get("provisioningAction")),
        object_type=read_text(source.get("identityType")) or read_text(target.get("identityType")),
        object_id=read_text(source.get("id")) or read_text(target.get("id")),
        name=read_text(source.get("displayName")) or read_text(target.get("displayName")),
        error_code=read_text(error.get("errorCode")),
        category=read_text(error.get("errorCategory")),
        reason=read_text(error.get("reason")) or read_text(error.get("additionalDetails")),
        recommended_action=read_text(error.get("recommendedAction")),
        step=_find_failed_step(document),
    )


def _find_failed_step(document: Mapping[str, Any]) -> LoggedStep | None:
    steps = [
        LoggedStep(*(read_text(step.get(name)) for name in ("name", "provisioningStepType", "status")))
        for step in read_entries(document.get("provisioningSteps"))
    ]
    return next((step for step in reversed(steps) if (step.status or "").lower() == FAILURE), None)
