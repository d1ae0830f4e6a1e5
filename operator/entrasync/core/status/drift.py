"""What somebody else had changed in Graph and was corrected: `status.lastDrift`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.primitives.times import write_time
from entrasync.core.primitives.utf8 import repair

MAX_VALUE_LENGTH = 256
"""A longer value is cut: people need to see how it begins."""


def with_last_drift(
    status: Mapping[str, Any], differences: tuple[Difference, ...], *, now: datetime
) -> Mapping[str, Any]:
    """Record a correction; without differences there was none."""
    if not differences:
        return status
    written = [_write(difference) for difference in differences]
    return {**status, "lastDrift": {"time": write_time(now), "differences": written}}


def _write(difference: Difference) -> dict[str, str]:
    values = {"field": difference.field, "wanted": difference.wanted, "found": difference.found}
    return {name: repair(value[:MAX_VALUE_LENGTH]) for name, value in values.items() if value is not None}
