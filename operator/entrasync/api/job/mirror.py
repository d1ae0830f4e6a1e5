"""Graph's objects in the status of a resource: names and nesting are Graph's, types are bare.

There is no format, enum, required or list-map, and every object keeps unknown members (this is not inherited). One
unexpected value would otherwise make the API server refuse the whole status, conditions included.
"""

from pydantic import ConfigDict

from entrasync.api.model import PRESERVE_UNKNOWN, ApiModel


class GraphObject(ApiModel):
    """An object of Graph's, stored as it came."""

    model_config = ConfigDict(json_schema_extra={PRESERVE_UNKNOWN: True})


class SynchronizationError(GraphObject):
    """What went wrong, in Graph's words."""

    code: str | None = None
    """Graph's error code, for example SystemForCrossDomainIdentityManagementInvalidCredentials. None means no error."""

    message: str | None = None
    """Graph's explanation for people. May be empty."""

    tenant_actionable: bool | None = None
    """True: the tenant can mend it, for example by new credentials. False: the fault is on Microsoft's side."""


class SynchronizationTaskExecution(GraphObject):
    """One run of the job and what it did."""

    activity_identifier: str | None = None
    """Id of the run (a GUID), to look it up in the provisioning logs. Absent: Graph named none."""

    count_entitled: int | None = None
    """Number of objects in scope: entitled to be in the target."""

    count_entitled_for_provisioning: int | None = None
    """Number of objects entitled to be provisioned to the target."""

    count_escrowed: int | None = None
    """Number of objects that failed and are put aside to be tried again; references such as group members count."""

    count_escrowed_raw: int | None = None
    """Number of objects put aside, including those that were put aside again within this run."""

    count_exported: int | None = None
    """Number of objects written to the target in this run."""

    count_exports: int | None = None
    """Number of objects that this run had to write to the target."""

    count_imported: int | None = None
    """Number of objects read from the source in this run."""

    count_imported_deltas: int | None = None
    """Number of changed objects read from the source in this run."""

    count_imported_reference_deltas: int | None = None
    """Number of changed references, such as group members and managers, read from the source in this run."""

    error: SynchronizationError | None = None
    """Why the run failed. Absent: it did not."""

    state: str | None = None
    """How the run ended: Succeeded, Failed, or EntryLevelErrors when only single objects failed."""

    time_began: str | None = None
    """When the run began (UTC). Absent: Graph does not know, which it writes as the year 0001."""

    time_ended: str | None = None
    """When the run ended (UTC). Absent: Graph does not know, which it writes as the year 0001."""


class SynchronizationProgress(GraphObject):
    """How far a cycle under way has come."""

    completed_units: int | None = None
    """How many units are done."""

    progress_observation_date_time: str | None = None
    """When Graph counted (UTC)."""

    total_units: int | None = None
    """How many units there are in all."""

    units: str | None = None
    """What is counted."""


class SynchronizationQuarantine(GraphObject):
    """A job in quarantine is tried less and less often, and disabled by Graph after about four weeks."""

    current_began: str | None = None
    """When the quarantine was last imposed (UTC)."""

    error: SynchronizationError | None = None
    """The error that led to quarantine. Absent: Graph named none."""

    next_attempt: str | None = None
    """When Graph tries again (UTC). Absent: Graph named no time, which it writes as the year 0001."""

    reason: str | None = None
    """Why the job is in quarantine. EncounteredQuarantineException: mostly credentials or connection.
    EncounteredBaseEscrowThreshold, EncounteredTotalEscrowThreshold, EncounteredEscrowProportionThreshold: too many
    objects failed. TooManyDeletes: accidental deletions were held back. QuarantinedOnDemand: Microsoft did it.
    IngestionInterrupted: the source was cut off. Unknown: not said."""

    series_began: str | None = None
    """When the quarantine was first imposed in this series (UTC). The series ends when quarantine is lifted."""

    series_count: int | None = None
    """How many times in this series Graph looked again and left the quarantine in force; 1 at first."""


class EntryCount(GraphObject):
    """Number of objects of one kind."""

    key: str | None = None
    """The kind, as source type to target type, for example: user to User."""

    value: int | None = None
    """Number of objects of this kind."""


class SynchronizationStatus(GraphObject):
    """The live state of the job as Microsoft Graph tells it, in Graph's own words and nesting."""

    code: str | None = None
    """State of the job. NotConfigured: never authorized. NotRun: started, first cycle not finished. Active: runs on
    schedule. Paused: not scheduled. Quarantine: tried rarely because of errors, see quarantine."""

    count_successive_complete_failures: int | None = None
    """Number of runs in a row that failed altogether. 0 after one that did not."""

    escrows_pruned: bool | None = None
    """True: Graph cleared the failures of the initial cycle because they were too many, and paused the job. A person
    must mend their cause, then restart the job."""

    last_execution: SynchronizationTaskExecution | None = None
    """The latest run. Absent: the job has not run yet."""

    last_successful_execution: SynchronizationTaskExecution | None = None
    """The latest run that succeeded. Absent: none did yet."""

    last_successful_execution_with_exports: SynchronizationTaskExecution | None = None
    """The latest run that succeeded and wrote something to the target. Absent: none did yet."""

    progress: list[SynchronizationProgress] | None = None
    """How far the cycle under way has come. As long as nothing else changes, it is written at most once in five
    minutes. Empty or absent: no cycle runs, or Graph tells nothing."""

    quarantine: SynchronizationQuarantine | None = None
    """Why and since when the job is in quarantine. Absent: it is not."""

    steady_state_first_achieved_time: str | None = None
    """When the job first caught up with its source (UTC). Absent: never yet, which Graph writes as the year 0001."""

    steady_state_last_achieved_time: str | None = None
    """When the job last caught up with its source (UTC). Absent: never yet, which Graph writes as the year 0001."""

    synchronized_entry_count_by_type: list[EntryCount] | None = None
    """Number of synchronized objects, by kind."""

    troubleshooting_url: str | None = None
    """Where Graph suggests to read on when the job fails. Empty or absent: nowhere."""


class SynchronizationSchedule(GraphObject):
    """When the job runs. Graph decides it."""

    expiration: str | None = None
    """When the job stops being scheduled (UTC). Absent: it does not expire."""

    interval: str | None = None
    """Time between two runs as an ISO 8601 duration, for example PT40M. P10675199DT2H48M5.4775807S, the longest that
    Graph can write, means that none is set."""

    state: str | None = None
    """Active: scheduled. Disabled or Paused: not scheduled; Graph shows Disabled for most paused jobs."""


class JobSetting(GraphObject):
    """One setting of the job (keyValuePair)."""

    name: str | None = None
    """Name of the setting, for example LookaheadQueryEnabled."""

    value: str | None = None
    """Its value, as text. Absent: none."""


class GraphJob(GraphObject):
    """The job that this resource holds, in Graph's own words and nesting."""

    id: str | None = None
    """Id of the job in Graph."""

    template_id: str | None = None
    """Id of the template that the job was made from."""

    schedule: SynchronizationSchedule | None = None
    """When the job runs. Graph decides it."""

    synchronization_job_settings: list[JobSetting] | None = None
    """Settings of the job; some come from its template."""
