"""What `status` says of creates and restarts, which are not sent freely. The models only make the CRD's schema."""

from entrasync.api.model import ApiModel


class OperationRecord(ApiModel):
    """A write to Graph that is not settled.

    A create may or may not have happened, or Graph has not shown its job yet: meanwhile no other job is created in its
    stead. A restart (RestartJob) is due, or may have happened.
    """

    action: str | None = None
    """What was asked of Graph."""

    started_at: str | None = None
    """When it was asked (UTC)."""

    service_principal_id: str | None = None
    """Object ID of the service principal it was asked of."""

    template_id: str | None = None
    """Id of the template of the job to be created."""

    job_ids_before: list[str] | None = None
    """Ids of the jobs that were there before: none of them is the one looked for."""

    tries: int | None = None
    """How many times a restart was sent whose answer is not known. Absent: not sent yet."""


class CreationRecord(ApiModel):
    """The creates that the operator sent for this resource."""

    template_id: str | None = None
    """Id of the template that the last one asked for. Graph may show another one as job.templateId."""

    times: list[str] | None = None
    """When they were sent (UTC), those of the last day. Those that Graph refused are left out."""


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


class RecoveryRecord(ApiModel):
    """The starts that the operator sent by itself to end a quarantine."""

    times: list[str] | None = None
    """When they were sent (UTC), the last 12."""

    outcome: str | None = None
    """What came of the last one. Started: Graph accepted it. Sent: its answer was lost, and it counts."""


class RestartsRecord(ApiModel):
    """The restarts that were asked for, by where they are asked for."""

    spec: RestartRecord | None = None
    """By spec.restart."""

    request: RestartRecord | None = None
    """By the annotation entrasync.io/restart-requested-at."""

    periodic: PeriodicRestartRecord | None = None
    """By spec.periodicRestart."""

    recovery: RecoveryRecord | None = None
    """Starts of a job in quarantine, by spec.recovery or after a change of credentials."""

    approval: RestartRecord | None = None
    """By spec.application.accidentalDeletions.approve or the annotation entrasync.io/held-deletions-approved: the
    restart that performs the approved deletions. The token is the beginning of the quarantine that holds them back."""
