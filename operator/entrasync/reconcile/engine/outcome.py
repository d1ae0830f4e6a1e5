"""What a pass returns to the queue."""

from dataclasses import dataclass
from datetime import timedelta

STALLED_POLL_INTERVAL = timedelta(minutes=5)
"""The longest pause between looks at a resource that a person must correct. The person wants to see the result soon."""


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `requeue_after`, or with backoff when `is_failure`.

    Without `requeue_after` only a change or an event enqueues the object again.
    """

    requeue_after: timedelta | None
    is_failure: bool = False
