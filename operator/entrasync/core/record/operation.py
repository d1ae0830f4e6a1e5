"""`status.operation` and `status.creation`: a write to Graph that is not settled, and the creates of the last day.

Both are recorded before the write is sent, so that no crash loses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.primitives.time_limits import CREATE_COUNT_PERIOD
from entrasync.core.primitives.times import parse_time, write_precise_time

CREATE_JOB = "CreateJob"
RECREATE_JOB = "RecreateJob"
"""`action` of a create whose resource held another job before."""

RESTART_JOB = "RestartJob"


@dataclass(frozen=True)
class CreateIntent:
    """A create that may or may not have happened in Graph.

    None of the jobs in `job_ids_before` is the one that it was to create.
    """

    started_at: datetime
    service_principal_id: str
    template_id: str
    job_ids_before: frozenset[str]
    action: str = CREATE_JOB

    def write(self) -> dict[str, Any]:
        """Write it as `status.operation`."""
        return {
            "action": self.action,
            "startedAt": write_precise_time(self.started_at),
            "servicePrincipalId": self.service_principal_id,
            "templateId": self.template_id,
            "jobIdsBefore": sorted(self.job_ids_before),
        }


@dataclass(frozen=True)
class RestartIntent:
    """A restart that is due, or that was sent `tries` times without an answer."""

    started_at: datetime | None = None
    service_principal_id: str | None = None
    tries: int = 0

    def write(self) -> dict[str, Any]:
        """Write it as `status.operation`."""
        members = {
            "action": RESTART_JOB,
            "startedAt": write_precise_time(self.started_at) if self.started_at else None,
            "servicePrincipalId": self.service_principal_id,
            "tries": self.tries or None,
        }
        return {name: value for name, value in members.items() if value is not None}


def read_operation(stored: object) -> CreateIntent | RestartIntent | None:
    """Read `status.operation`; None when absent or malformed. Every action but `RestartJob` is a create."""
    operation = read_object(stored)
    if operation.get("action") == RESTART_JOB:
        return _read_restart(operation)
    return _read_create(operation)


def _read_restart(operation: Mapping[str, Any]) -> RestartIntent:
    tries = operation.get("tries")
    return RestartIntent(
        started_at=parse_time(operation.get("startedAt")),
        service_principal_id=read_text(operation.get("servicePrincipalId")),
        tries=tries if isinstance(tries, int) else 0,
    )


def _read_create(operation: Mapping[str, Any]) -> CreateIntent | None:
    started_at = parse_time(operation.get("startedAt"))
    if started_at is None:
        return None
    before = operation.get("jobIdsBefore")
    return CreateIntent(
        started_at=started_at,
        service_principal_id=str(operation.get("servicePrincipalId", "")),
        template_id=str(operation.get("templateId", "")),
        job_ids_before=frozenset(str(job_id) for job_id in before) if isinstance(before, list) else frozenset(),
        action=read_text(operation.get("action")) or CREATE_JOB,
    )


@dataclass(frozen=True)
class CreationRecord:
    """What is remembered of the creates of one resource. Creates that Graph refused are not among the `times`."""

    template_id: str | None = None
    """The template that the last create asked for. Graph may show another one for its job (graph-facts 4.2)."""
    times: tuple[datetime, ...] = ()
    """When creates were sent, the oldest first."""

    def times_lately(self, now: datetime) -> tuple[datetime, ...]:
        """Return the times of the creates that still count. One in the far future comes from a clock that was wrong."""
        return tuple(time for time in self.times if abs(now - time) < CREATE_COUNT_PERIOD)

    def with_create(self, template_id: str, now: datetime) -> "CreationRecord":
        """Add a create that is about to be sent."""
        return CreationRecord(template_id, (*self.times_lately(now), now))

    def without_create(self, sent_at: datetime) -> "CreationRecord":
        """Take back a create that certainly did not happen."""
        times = tuple(time for time in self.times if time != sent_at)
        return CreationRecord(self.template_id, times) if times else CreationRecord()

    def write(self) -> dict[str, Any]:
        """Write it as `status.creation`."""
        members = {"templateId": self.template_id, "times": [write_precise_time(time) for time in self.times] or None}
        return {name: value for name, value in members.items() if value is not None}


def read_creation_record(stored: object) -> CreationRecord:
    """Read `status.creation`; empty when absent or malformed."""
    creation: Mapping[str, Any] = read_object(stored)
    times = creation.get("times")
    parsed = [parse_time(time) for time in times] if isinstance(times, list) else []
    return CreationRecord(read_text(creation.get("templateId")) or None, tuple(time for time in parsed if time))
