"""How `status` records differences between Graph and spec, and the last drift."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.primitives.json_values import read_entries, read_text
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import parse_time, write_time
from entrasync.core.primitives.utf8 import repair

MAX_VALUE_LENGTH = 256
"""A longer value loses its middle: people need to see how it begins and ends."""


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
