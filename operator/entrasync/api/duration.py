"""Durations as Kubernetes writes them: `90s`, `5m`, `1h30m`. Graph's own are ISO 8601 and live elsewhere."""

import re
from datetime import timedelta

GO_DURATION_PATTERN = "^([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}s)?$"
"""Whole hours, minutes and seconds, in this order. The digits are bounded so that no sum can overflow."""

SHORTEST_GO_DURATION = len("1s")
LONGEST_GO_DURATION = len("99999h99999m99999s")

_PARTS = re.compile(r"(?:([0-9]{1,5})h)?(?:([0-9]{1,5})m)?(?:([0-9]{1,5})s)?")


def parse_go_duration(text: str) -> timedelta:
    """Read a duration such as `90s`, `5m` or `1h30m`; raise ValueError for anything else."""
    found = _PARTS.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"{text!r} is no duration; write whole hours, minutes and seconds, such as 90s, 5m or 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
