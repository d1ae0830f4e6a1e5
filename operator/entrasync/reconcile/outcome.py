"""What a pass asks of the queue."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `look_again` (None: only when something changes), or with backoff when `is_failure`."""

    look_again: timedelta | None
    is_failure: bool = False
