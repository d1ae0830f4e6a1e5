"""What a pass returns to the queue."""

from dataclasses import dataclass
from datetime import timedelta

STALLED_POLL_INTERVAL = timedelta(minutes=5)
"""The longest pause between looks at a resource that a person must correct. The person wants to see the result soon."""


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `requeue_after`, or without it only after a change or an event.

    When `is_failure`, it is after a pause that grows with each failure in a row, and never before `requeue_after`.
    """

    requeue_after: timedelta | None
    is_failure: bool = False
