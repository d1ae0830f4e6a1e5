"""What a pass returns to the queue."""

from dataclasses import dataclass
from datetime import timedelta

STALLED_POLL_INTERVAL = timedelta(minutes=5)
"""The longest pause between looks at a resource that a person must correct. The person wants to see the result soon."""


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `requeue_after`, or without it only after a change or an event.

    A pass that goes on at once is as urgent as the last one, or as an edit that this one came upon (`has_news`).

    When `is_failure`, it is after a pause that grows with each failure in a row, and never before `requeue_after`. When
    `is_throttled`, Graph has asked for a pause of `requeue_after`; when `is_postponed`, the pass only met that pause.
    """

    requeue_after: timedelta | None
    is_failure: bool = False
    has_news: bool = False
    is_throttled: bool = False
    is_postponed: bool = False
