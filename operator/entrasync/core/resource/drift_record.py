"""`status.lastDrift`: what somebody else had changed in Graph and the operator corrected last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.primitives.json_values import read_text
from entrasync.core.primitives.times import parse_time, write_time
from entrasync.core.primitives.utf8 import repair

MAX_VALUE_LENGTH = 256
"""A longer value is cut: people need to see how it begins."""


@dataclass(frozen=True)
class Drift:
    """A correction of drift, and when it was made."""

    time: datetime | None = None
    differences: tuple[Difference, ...] = ()

    def write(self) -> dict[str, Any]:
        """Write it as `status.lastDrift`."""
        time = {"time": write_time(self.time)} if self.time else {}
        return {**time, "differences": [_write(difference) for difference in self.differences]}


def read_drift(stored: object) -> Drift | None:
    """Read `status.lastDrift`; None when absent or malformed."""
    if not isinstance(stored, dict):
        return None
    entries = stored.get("differences")
    differences = [_read(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return Drift(parse_time(stored.get("time")), tuple(differences))


def _read(entry: Mapping[str, Any]) -> Difference:
    return Difference(
        read_text(entry.get("field")) or "",
        wanted=read_text(entry.get("wanted")),
        found=read_text(entry.get("found")),
    )


def _write(difference: Difference) -> dict[str, str]:
    values = {"field": difference.field, "wanted": difference.wanted, "found": difference.found}
    return {name: repair(value[:MAX_VALUE_LENGTH]) for name, value in values.items() if value is not None}
