"""What a pass asks of the queue."""

from dataclasses import dataclass
from datetime import timedelta

WHILE_STALLED = timedelta(minutes=5)
"""The longest pause between looks at what a person must mend: whoever has mended it wants to see it."""


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `look_again` (None: only when something changes), or with backoff when `is_failure`."""

    look_again: timedelta | None
    is_failure: bool = False
