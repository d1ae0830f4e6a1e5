"""What `status` says of the job's schedule. The models only make the CRD's schema."""

from entrasync.api.model import ApiModel


class PauseRecord(ApiModel):
    """Who stopped the job. Decided once, when it was seen to have stopped."""

    by: str | None = None
    """Operator: as spec wants. Graph: Graph stopped it, and a person must look. Person: somebody did, for example in
    the portal."""

    since: str | None = None
    """When it was first seen to be paused (UTC). Absent: it was so from the start."""

    reason: str | None = None
    """What tells who did it."""

    resumes: bool | None = None
    """True: the job ran before this pause and is started again when the hold or the expiration no longer holds."""

    start_sent: bool | None = None
    """True: a start was sent to end this pause, and Graph has not shown the job running since."""


class UnshownChangeRecord(ApiModel):
    """A start or a pause that Graph accepted and has not shown since."""

    state: str | None = None
    """The state that was asked for: Active or Paused."""

    time: str | None = None
    """When Graph accepted it (UTC)."""

    cause: str | None = None
    """Why the job was paused."""

    generation: int | None = None
    """The generation of the spec that asked for it."""

    request: str | None = None
    """The reconcile request that was there."""


class IntervalRecord(ApiModel):
    """The interval that Graph was asked for, which is done once, and once more where nothing came of it."""

    requested: str | None = None
    """spec.schedule.interval as it was sent."""

    time: str | None = None
    """When (UTC)."""

    answer: str | None = None
    """What Graph answered, where it did not take it."""

    repeat_time: str | None = None
    """When it is asked once more (UTC), because an answer was lost or may be due to replication. Absent: it is not."""
