"""`status.restarts`: the last token of each channel that asks for restarts, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from entrasync.core.primitives.json_values import read_object, read_text, read_texts
from entrasync.core.primitives.times import parse_time, write_precise_time, write_time

MAX_EARLIER_TOKENS = 16
"""How many earlier tokens of a channel are remembered: a tool that puts an old one back shall restart nothing."""


MAX_RECOVERY_TIMES = 12
"""How many starts are remembered: as many as a day may have at most."""


class Channel(StrEnum):
    """Where a restart is asked for; the names of the members of `status.restarts`."""

    SPEC = "spec"
    REQUEST = "request"
    PERIODIC = "periodic"
    APPROVAL = "approval"


class RestartOutcome(StrEnum):
    """What came of a token."""

    RECORDED = "Recorded"
    SENT = "Sent"
    RESTARTED = "Restarted"
    STARTED = "Started"
    UNKNOWN = "Unknown"


@dataclass(frozen=True)
class RestartRecord:
    """The last token of one channel. `tries` counts the restarts that were sent for it, with the scopes in `scope`."""

    token: str
    time: datetime | None = None
    outcome: str = RestartOutcome.RECORDED
    scope: tuple[str, ...] = ()
    tries: int = 0
    earlier: tuple[str, ...] = ()

    @property
    def is_unanswered(self) -> bool:
        """Whether a restart was sent and its answer is not known yet."""
        return self.outcome == RestartOutcome.SENT

    @property
    def known_tokens(self) -> tuple[str, ...]:
        """All tokens that are remembered, the last one first."""
        return (self.token, *self.earlier)

    def write(self) -> dict[str, Any]:
        """Write it as a member of `status.restarts`."""
        members = {
            "token": self.token,
            "time": write_time(self.time) if self.time else None,
            "outcome": str(self.outcome),
            "scope": list(self.scope) or None,
            "tries": self.tries or None,
            "earlierTokens": list(self.earlier) or None,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True)
class PeriodicRecord:
    """When the next run of a timetable is due, and the last one, whose token is the time at which it was due."""

    timetable: str
    next_at: datetime
    last: RestartRecord | None = None

    def write(self) -> dict[str, Any]:
        """Write it as `status.restarts.periodic`."""
        last = self.last.write() if self.last else {}
        return {**last, "timetable": self.timetable, "next": write_time(self.next_at)}


@dataclass(frozen=True)
class RecoveryRecord:
    """The starts that the operator sent by itself to end a quarantine, the oldest first."""

    times: tuple[datetime, ...] = ()
    outcome: str | None = None
    """What came of the last one."""

    def times_lately(self, now: datetime, period: timedelta) -> tuple[datetime, ...]:
        """Return the times of a period. One that is further ahead than that comes from a clock that was wrong."""
        return tuple(time for time in self.times if abs(now - time) < period)

    def with_start(self, now: datetime) -> "RecoveryRecord":
        """Add a start that is about to be sent."""
        return RecoveryRecord((*self.times, now)[-MAX_RECOVERY_TIMES:], RestartOutcome.SENT)

    def write(self) -> dict[str, Any]:
        """Write it as `status.restarts.recovery`."""
        if not self.times:
            return {}
        return {"times": [write_precise_time(time) for time in self.times], "outcome": str(self.outcome)}


@dataclass(frozen=True)
class RestartsRecord:
    """What is remembered of each channel; None where nothing was ever asked for."""

    spec: RestartRecord | None = None
    request: RestartRecord | None = None
    periodic: PeriodicRecord | None = None
    approval: RestartRecord | None = None
    recovery: RecoveryRecord = RecoveryRecord()

    def of(self, channel: Channel) -> RestartRecord | None:
        """Return what is remembered of a channel."""
        if channel is Channel.PERIODIC:
            return self.periodic.last if self.periodic else None
        record: RestartRecord | None = getattr(self, channel.value)
        return record

    def knows(self, channel: Channel, token: str) -> bool:
        """Whether a token of this channel was there before."""
        known = self.of(channel)
        return known is not None and token in known.known_tokens

    def with_token(self, channel: Channel, token: str, now: datetime, outcome: RestartOutcome) -> "RestartsRecord":
        """Record a token as the last one of its channel, for which nothing was sent. Runs of a timetable go on."""
        known = self.of(channel) if channel is not Channel.PERIODIC else None
        before = known.known_tokens if known is not None else ()
        earlier = tuple(other for other in before if other != token)[:MAX_EARLIER_TOKENS]
        return self.with_record(channel, RestartRecord(token, now, outcome, earlier=earlier))

    def with_try(self, channel: Channel, token: str, now: datetime, *, scope: tuple[str, ...]) -> "RestartsRecord":
        """Record a restart that is about to be sent, and count it in case its answer is lost."""
        known = self.of(channel)
        tries = known.tries if known is not None and known.token == token else 0
        recorded = self.with_token(channel, token, now, RestartOutcome.SENT)
        return recorded._replace(channel, scope=scope, tries=tries + 1)

    def with_outcome(self, channel: Channel, outcome: RestartOutcome) -> "RestartsRecord":
        """Record what came of the last token of a channel."""
        return self._replace(channel, outcome=outcome, tries=0)

    def _replace(self, channel: Channel, **members: Any) -> "RestartsRecord":
        known = self.of(channel)
        return self if known is None else self.with_record(channel, replace(known, **members))

    def with_record(self, channel: Channel, record: RestartRecord) -> "RestartsRecord":
        """Replace what is remembered of a channel. Without a timetable there is no run to remember."""
        if channel is Channel.PERIODIC:
            return replace(self, periodic=replace(self.periodic, last=record) if self.periodic else None)
        members: dict[str, Any] = {channel.value: record}
        return replace(self, **members)

    def write(self) -> dict[str, Any]:
        """Write it as `status.restarts`."""
        records = {channel.value: getattr(self, channel.value) for channel in Channel}
        recovery = self.recovery.write()
        written = {name: record.write() for name, record in records.items() if record is not None}
        return written | ({"recovery": recovery} if recovery else {})


def read_restarts_record(stored: object) -> RestartsRecord:
    """Read `status.restarts`; empty when absent or malformed."""
    restarts = read_object(stored)
    readers = {Channel.PERIODIC: _read_periodic}
    members: dict[str, Any] = {
        channel.value: readers.get(channel, _read)(read_object(restarts.get(channel.value))) for channel in Channel
    }
    return RestartsRecord(**members, recovery=_read_recovery(read_object(restarts.get("recovery"))))


def _read_recovery(stored: Mapping[str, Any]) -> RecoveryRecord:
    times = [parse_time(text) for text in read_texts(stored.get("times"))]
    return RecoveryRecord(tuple(time for time in times if time), read_text(stored.get("outcome")))


def _read_periodic(stored: Mapping[str, Any]) -> PeriodicRecord | None:
    timetable, next_at = read_text(stored.get("timetable")), parse_time(stored.get("next"))
    return PeriodicRecord(timetable, next_at, _read(stored)) if timetable and next_at else None


def _read(stored: Mapping[str, Any]) -> RestartRecord | None:
    token, tries = read_text(stored.get("token")), stored.get("tries")
    if not token:
        return None
    return RestartRecord(
        token,
        time=parse_time(stored.get("time")),
        outcome=read_text(stored.get("outcome")) or RestartOutcome.RECORDED,
        scope=read_texts(stored.get("scope")),
        tries=tries if isinstance(tries, int) else 0,
        earlier=read_texts(stored.get("earlierTokens")),
    )
