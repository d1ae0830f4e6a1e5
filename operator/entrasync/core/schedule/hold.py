"""The emergency hold: an annotation that pauses the job at once, without a commit, and that ends at its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from entrasync.api.names import FURTHER_NOTICE, HOLD_UNTIL_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.event import Event
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import MAX_TIME, is_zoned, parse_deadline, write_time

MAX_QUOTE_LENGTH = 64


@dataclass(frozen=True)
class Hold:
    """What the annotation says: a time, or what is wrong with it. A hold without an end has the last time there is."""

    until: datetime | None = None
    fault: str | None = None

    @property
    def words(self) -> str:
        """Say until when the job is held, and by what."""
        end = "further notice" if self.until is None or self.until >= MAX_TIME else write_time(self.until)
        return f"held until {end} by {HOLD_UNTIL_ANNOTATION}"


def past_hold_event(hold: Hold, now: datetime) -> Event | None:
    """Return the Event for a hold that was over when it was set. Whoever set it believes that the job is paused."""
    if hold.until is None or hold.until > now:
        return None
    return Event(
        "Warning",
        Reason.HOLD_IN_THE_PAST,
        f"The annotation {HOLD_UNTIL_ANNOTATION} is {write_time(hold.until)}, which has passed, so the job is not "
        "paused by it. Set it to a later time to pause the job.",
    )


def read_hold(annotations: Mapping[str, str]) -> Hold:
    """Read the annotation. The hold is empty if the annotation is absent or empty."""
    text = annotations.get(HOLD_UNTIL_ANNOTATION)
    if not text:
        return Hold()
    if text == FURTHER_NOTICE:
        return Hold(MAX_TIME)
    until = parse_deadline(text) if is_zoned(text) else None
    if until is None:
        return Hold(
            fault=f'The annotation {HOLD_UNTIL_ANNOTATION} is "{shorten(text, MAX_QUOTE_LENGTH)}", which is no time, '
            f"and is ignored. Write it with a time zone, such as 2026-11-21T03:00:00Z, or write {FURTHER_NOTICE}."
        )
    return Hold(until)
