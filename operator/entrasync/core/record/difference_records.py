"""What `status` records of differences between Graph and spec: the last drift, and how the job's schema differs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import parse_time, write_precise_time, write_time
from entrasync.core.primitives.utf8 import repair

MAX_VALUE_LENGTH = 256
"""A longer value loses its middle: people need to see how it begins and ends."""

MAX_SHOWN_DIFFERENCES = 32
"""More are only counted: a status must stay small."""


@dataclass(frozen=True)
class Drift:
    """A correction of drift, and when it was made."""

    time: datetime | None = None
    differences: tuple[Difference, ...] = ()

    def write(self) -> dict[str, Any]:
        """Write it as `status.lastDrift`."""
        time = {"time": write_time(self.time)} if self.time else {}
        return {**time, "differences": [write_difference(difference) for difference in self.differences]}


def read_drift(stored: object) -> Drift | None:
    """Read `status.lastDrift`; None when absent or malformed."""
    if not isinstance(stored, dict):
        return None
    return Drift(parse_time(stored.get("time")), read_differences(stored.get("differences")))


def read_differences(stored: object) -> tuple[Difference, ...]:
    """Read a list of differences; those that are malformed are left out."""
    return tuple(map(_read, read_entries(stored)))


def _read(entry: Mapping[str, Any]) -> Difference:
    return Difference(
        read_text(entry.get("field")) or "",
        wanted=read_text(entry.get("wanted")),
        found=read_text(entry.get("found")),
    )


def write_difference(difference: Difference) -> dict[str, str]:
    """Write a difference as an item of a status."""
    values = {"field": difference.field, "wanted": difference.wanted, "found": difference.found}
    return {name: _write_value(value) for name, value in values.items() if value is not None}


def _write_value(value: str) -> str:
    return repair(value) if len(value) <= MAX_VALUE_LENGTH else shorten(value, MAX_VALUE_LENGTH)


def hash_differences(differences: Iterable[Difference]) -> str:
    """Return what stands for these differences in `approvedDiff`: the same ones in the same order have the same."""
    content = json.dumps([[entry.field, entry.wanted, entry.found] for entry in differences])
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


@dataclass(frozen=True)
class SentChange:
    """The change of the schema that Graph accepted last and has not shown since."""

    diff_hash: str
    at: datetime
    generation: int
    """The generation of the spec that asked for it."""
    request: str | None = None
    """The reconcile request that was known then. With another one the same change is sent again."""

    def write(self) -> dict[str, Any]:
        """Write it as `status.schema.sent`."""
        requested = {"request": self.request} if self.request is not None else {}
        sent = {"diffHash": self.diff_hash, "time": write_precise_time(self.at), "generation": self.generation}
        return {**sent, **requested}


@dataclass(frozen=True)
class SchemaRecord:
    """`status.schema` as the rules read it. `generation` is the one for which Graph was last seen to match."""

    generation: int | None = None
    differences: tuple[Difference, ...] = ()
    """Those that are shown."""
    count: int = 0
    """How many there are in all."""
    diff_hash: str | None = None
    sent: SentChange | None = None

    def with_differences(self, differences: tuple[Difference, ...]) -> "SchemaRecord":
        """Record what differs. A change that was sent is remembered as long as it is the same."""
        diff_hash = hash_differences(differences)
        sent = self.sent if self.sent and self.sent.diff_hash == diff_hash else None
        return SchemaRecord(self.generation, differences[:MAX_SHOWN_DIFFERENCES], len(differences), diff_hash, sent)

    def is_settled_for(self, generation: int) -> bool:
        """Whether Graph was last seen to match this generation of the spec."""
        return self.generation == generation and not self.count

    def with_sent(self, sent: SentChange) -> "SchemaRecord":
        """Record a change that Graph accepted."""
        return replace(self, sent=sent)

    def write(self) -> dict[str, Any]:
        """Write it as `status.schema`."""
        members: dict[str, Any] = {
            "generation": self.generation,
            "differences": [write_difference(entry) for entry in self.differences] or None,
            "count": self.count or None,
            "diffHash": self.diff_hash,
            "sent": self.sent.write() if self.sent else None,
        }
        return {name: value for name, value in members.items() if value is not None}


def read_schema_record(stored: object) -> SchemaRecord:
    """Read `status.schema`; empty when absent or malformed."""
    schema = read_object(stored)
    count = schema.get("count")
    return SchemaRecord(
        generation=_read_int(schema.get("generation")),
        differences=read_differences(schema.get("differences")),
        count=count if isinstance(count, int) else 0,
        diff_hash=read_text(schema.get("diffHash")),
        sent=_read_sent(read_object(schema.get("sent"))),
    )


def _read_sent(sent: Mapping[str, Any]) -> SentChange | None:
    diff_hash, at, generation = read_text(sent.get("diffHash")), parse_time(sent.get("time")), sent.get("generation")
    if diff_hash is None or at is None or not isinstance(generation, int):
        return None
    return SentChange(diff_hash, at, generation, read_text(sent.get("request")))


def _read_int(value: object) -> int | None:
    return value if isinstance(value, int) else None
