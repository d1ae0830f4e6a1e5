"""What a pass asks of the queue."""

from dataclasses import dataclass
from datetime import timedelta

STALLED_POLL_INTERVAL = timedelta(minutes=5)
"""The longest pause between looks at a resource that a person must correct. The person wants to see the result soon."""


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `look_again` (None: only when something changes), or with backoff when `is_failure`."""

    look_again: timedelta | None
    is_failure: bool = False
