"""What `status.schema` records: how the job's schema differs, what was sent, and where the schema before it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.primitives.json_values import read_entries, read_object, read_text, read_texts
from entrasync.core.primitives.times import parse_time, write_precise_time, write_time
from entrasync.core.record.config_map_version import ConfigMapVersion, read_version
from entrasync.core.record.difference_records import hash_differences, read_differences, write_difference

MAX_SHOWN_DIFFERENCES = 32
"""More are only counted: a status must stay small."""

CONTESTED_AFTER = 3
"""So many corrections within `CONTEST_PERIOD` mean that something else writes the schema, and no person."""

CONTEST_PERIOD = timedelta(days=1)


@dataclass(frozen=True)
class SentChange:
    """The change of the schema that Graph accepted last.

    It is remembered as long as reads may be stale, and longer as long as Graph does not show it.
    """

    diff_hash: str
    at: datetime
    wish: str
    """What stands for all that spec wanted of the schema then."""
    request: str | None = None
    """The reconcile request that was known then. With another one the same change is sent again."""
    is_shown: bool = False
    """Whether Graph has shown it. Older reads may still come."""

    def write(self) -> dict[str, Any]:
        """Write it as `status.schema.sent`."""
        requested = {"request": self.request} if self.request is not None else {}
        shown = {"shown": True} if self.is_shown else {}
        sent = {"diffHash": self.diff_hash, "time": write_precise_time(self.at), "wishHash": self.wish}
        return {**sent, **requested, **shown}


@dataclass(frozen=True)
class Backup:
    """A ConfigMap that has the schema from before a change. `diff_hash` stands for that change."""

    name: str
    at: datetime
    diff_hash: str

    def write(self) -> dict[str, str]:
        """Write it as an item of `status.schema.backups`."""
        return {"name": self.name, "time": write_time(self.at), "diffHash": self.diff_hash}


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
    backups: tuple[Backup, ...] = ()
    """The newest first."""
    source: ConfigMapVersion | None = None
    """The version of the ConfigMap for which Graph was last seen to match."""
    corrections: tuple[datetime, ...] = ()
    """When changes of somebody else were undone, in a row, the oldest first."""

    def with_differences(self, differences: tuple[Difference, ...], *, keeps_sent: bool) -> "SchemaRecord":
        """Record what differs. A change that was sent is remembered as long as it is the same, or if it is kept."""
        diff_hash = hash_differences(differences)
        sent = self.sent if self.sent and (keeps_sent or self.sent.diff_hash == diff_hash) else None
        shown = differences[:MAX_SHOWN_DIFFERENCES]
        return replace(self, differences=shown, count=len(differences), diff_hash=diff_hash, sent=sent)

    def without_look(self) -> "SchemaRecord":
        """Forget what was seen of the schema in Graph. The backups and the corrections stay."""
        return SchemaRecord(backups=self.backups, corrections=self.corrections)

    def is_settled_for(self, generation: int, source: ConfigMapVersion | None) -> bool:
        """Whether Graph was last seen to match this generation of the spec, and what it names."""
        return self.was_as_wanted(generation, source) and not self.count

    def was_as_wanted(self, generation: int, source: ConfigMapVersion | None) -> bool:
        """Whether Graph has ever matched this generation of the spec, and what it names."""
        return self.generation == generation and self.source == source

    def with_sent(self, sent: SentChange, *, is_correction: bool) -> "SchemaRecord":
        """Record a change that Graph accepted. One that spec asks for ends the row of corrections."""
        corrections = (*self.corrections, sent.at)[-CONTESTED_AFTER:] if is_correction else ()
        return replace(self, sent=sent, corrections=corrections)

    def is_contested(self, now: datetime) -> bool:
        """Whether something else writes the schema again and again."""
        lately = [time for time in self.corrections if abs(now - time) < CONTEST_PERIOD]
        return len(lately) >= CONTESTED_AFTER

    def write(self) -> dict[str, Any]:
        """Write it as `status.schema`."""
        members: dict[str, Any] = {
            "generation": self.generation,
            "differences": [write_difference(entry) for entry in self.differences] or None,
            "count": self.count or None,
            "diffHash": self.diff_hash,
            "sent": self.sent.write() if self.sent else None,
            "source": self.source.write() if self.source else None,
            "corrections": [write_precise_time(time) for time in self.corrections] or None,
            "backups": [backup.write() for backup in self.backups] or None,
        }
        return {name: value for name, value in members.items() if value is not None}


def read_schema_record(stored: object) -> SchemaRecord:
    """Read `status.schema`; empty when absent or malformed."""
    schema = read_object(stored)
    count = schema.get("count")
    backups = map(_read_backup, read_entries(schema.get("backups")))
    return SchemaRecord(
        generation=_read_int(schema.get("generation")),
        differences=read_differences(schema.get("differences")),
        count=count if isinstance(count, int) else 0,
        diff_hash=read_text(schema.get("diffHash")),
        sent=_read_sent(read_object(schema.get("sent"))),
        source=read_version(schema.get("source")),
        corrections=tuple(time for text in read_texts(schema.get("corrections")) if (time := parse_time(text))),
        backups=tuple(backup for backup in backups if backup is not None),
    )


def _read_sent(sent: Mapping[str, Any]) -> SentChange | None:
    diff_hash, at, wish = read_text(sent.get("diffHash")), parse_time(sent.get("time")), read_text(sent.get("wishHash"))
    if diff_hash is None or at is None or wish is None:
        return None
    return SentChange(diff_hash, at, wish, read_text(sent.get("request")), is_shown=sent.get("shown") is True)


def _read_backup(backup: Mapping[str, Any]) -> Backup | None:
    name, at, diff_hash = read_text(backup.get("name")), parse_time(backup.get("time")), backup.get("diffHash")
    return Backup(name, at, read_text(diff_hash) or "") if name and at else None


def _read_int(value: object) -> int | None:
    return value if isinstance(value, int) else None
