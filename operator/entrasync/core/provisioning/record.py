"""What the status of a ProvisioningRequest remembers, as decisions read and write it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.primitives.times import parse_time, write_precise_time

Outcome = Literal["Success", "Skipped", "Failure", "Refused", "Unknown"]

_MEMBERS = ("acceptedAt", "placeInLine", "operation", "result", "completionTime")


@dataclass(frozen=True)
class SendIntent:
    """A request that is about to be sent, or was sent without a known answer."""

    started_at: datetime | None
    """When it was about to be sent (world time); None if the stored time cannot be read."""
    service_principal_id: str = ""
    job_id: str = ""
    rule: str = ""

    def write(self) -> dict[str, Any]:
        """Write it as `status.operation`."""
        started = {"startedAt": write_precise_time(self.started_at)} if self.started_at else {}
        return started | {
            "servicePrincipalId": self.service_principal_id,
            "jobId": self.job_id,
            "rule": self.rule,
        }


@dataclass(frozen=True)
class RequestRecord:
    """The status without its conditions. All times are world time."""

    accepted_at: datetime | None = None
    """When the request was first seen; None also for one whose status was lost."""
    place: int | None = None
    intent: SendIntent | None = None
    result: Mapping[str, Any] | None = None
    """`status.result` as it is stored."""
    completed_at: datetime | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the request has come to its end."""
        return self.result is not None

    @property
    def outcome(self) -> str | None:
        """What became of it; None before its end."""
        return read_text(self.result.get("outcome")) if self.result is not None else None

    def write(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """Write it into a status, whose other members stay."""
        status = {name: value for name, value in stored.items() if name not in _MEMBERS}
        written = {
            "acceptedAt": _write_time(self.accepted_at),
            "placeInLine": self.place,
            "operation": self.intent.write() if self.intent else None,
            "result": None if self.result is None else dict(self.result),
            "completionTime": _write_time(self.completed_at),
        }
        return status | {name: value for name, value in written.items() if value is not None}


def read_record(status: Mapping[str, Any]) -> RequestRecord:
    """Read a status as stored. What is there and cannot be read counts as there: it must not be sent twice."""
    place = status.get("placeInLine")
    return RequestRecord(
        parse_time(status.get("acceptedAt")),
        place if isinstance(place, int) and not isinstance(place, bool) else None,
        _read_intent(status["operation"]) if status.get("operation") is not None else None,
        read_object(status["result"]) if status.get("result") is not None else None,
        parse_time(status.get("completionTime")),
    )


def _read_intent(stored: object) -> SendIntent:
    known = read_object(stored)
    return SendIntent(
        parse_time(known.get("startedAt")),
        read_text(known.get("servicePrincipalId")) or "",
        read_text(known.get("jobId")) or "",
        read_text(known.get("rule")) or "",
    )


def _write_time(time: datetime | None) -> str | None:
    return None if time is None else write_precise_time(time)
