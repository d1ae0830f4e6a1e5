"""What `status` says of restarts. The models only make the CRD's schema."""

from entrasync.api.model import ApiModel


class RestartRecord(ApiModel):
    """The last token of one channel, and what came of it."""

    token: str | None = None
    """The token."""

    time: str | None = None
    """When the restart was sent, or when the token was recorded without one (UTC)."""

    outcome: str | None = None
    """Recorded: the token was there when the job was first seen, or the resource only observes; nothing was restarted.
    Sent: the answer is not there yet. Restarted: Graph accepted the restart. Unknown: the answer was lost, and Graph
    may have restarted the job."""

    scope: list[str] | None = None
    """What the restart resets. Absent: none was sent."""

    tries: int | None = None
    """How many times it was sent without an answer. Absent: not once."""

    earlier_tokens: list[str] | None = None
    """The tokens before, the last one first, at most 16. None of them restarts the job again."""


class PeriodicRestartRecord(RestartRecord):
    """The runs of a timetable. The token of a run is the time at which it was due."""

    timetable: str | None = None
    """The timetable that next belongs to: cron and time zone."""

    next: str | None = None
    """When the next run is due (UTC). A time that has passed: the run waits until the job runs and is healthy."""


class RestartsRecord(ApiModel):
    """The restarts that were asked for, by where they are asked for."""

    spec: RestartRecord | None = None
    """By spec.restart."""

    request: RestartRecord | None = None
    """By the annotation entrasync.io/restart-requested-at."""

    periodic: PeriodicRestartRecord | None = None
    """By spec.periodicRestart."""

    approval: RestartRecord | None = None
    """By spec.application.accidentalDeletions.approve: the restart that performs the approved deletions. The token is
    the beginning of the quarantine that holds them back."""
