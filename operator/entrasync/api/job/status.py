"""`status` of a SynchronizationJob: the models from which the CRD's schema is made.

All types but those of the conditions are bare, because one refused value would make the API server refuse the whole
status.
"""

from pydantic import Field

from entrasync.api.condition_entry import NEVER_OBSERVED, ConditionEntry
from entrasync.api.job.difference_status import DriftRecord, SchemaRecord
from entrasync.api.job.mirror import GraphJob, SynchronizationStatus
from entrasync.api.job.schedule_status import IntervalRecord, PauseRecord, UnshownChangeRecord
from entrasync.api.job.write_status import CreationRecord, OperationRecord, RestartsRecord
from entrasync.api.model import ApiModel, list_map, stored_default


class EffectiveSettings(ApiModel):
    """What is in force, with everything that spec leaves unset resolved."""

    management_policy: str | None = None
    """Whether the operator writes to Graph: Manage or Observe."""

    deletion_policy: str | None = None
    """What happens to the job in Graph when this resource is deleted: Delete, Pause or Retain; under Observe and
    suspend always Retain. Absent: spec says nothing and no job is held yet; one that is created will be deleted, one
    that is adopted retained."""

    poll_interval: str | None = None
    """Longest age of the mirrored status, for example 5m."""

    schedule_state: str | None = None
    """Active or Paused. Absent: the job was adopted and spec says nothing, so it is neither started nor paused."""


class SourceRecord(ApiModel):
    """A Secret that values were read from, never its content."""

    name: str | None = None
    """Name of the Secret."""

    uid: str | None = None
    """Its uid."""

    resource_version: str | None = None
    """Its version when its values were last saved in Graph."""


class RefusalRecord(ApiModel):
    """Credentials that Graph refused, told by where they came from: they are not tried again at each restart."""

    generation: int | None = None
    """The metadata.generation that they were in."""

    sources: list[SourceRecord] | None = None
    """The Secrets that they came from."""

    code: str | None = None
    """Graph's code."""

    message: str | None = None
    """Graph's words."""

    retry_at: str | None = None
    """When they are tried again (UTC)."""

    is_verdict: bool | None = None
    """False: Graph could not try them."""

    since: str | None = None
    """When they were first refused (UTC)."""


class UntakenRecord(ApiModel):
    """A save that Graph accepted and that never showed. The same values are not sent again."""

    generation: int | None = None
    """The metadata.generation that wanted it."""

    sources: list[SourceRecord] | None = None
    """The Secrets that the values came from."""

    keys: list[str] | None = None
    """Graph's names of the values."""


class ApplicationRecord(ApiModel):
    """What the operator saved for spec.application. Values and their hashes are kept nowhere."""

    sources: list[SourceRecord] | None = None
    """The Secrets that the saved values came from."""

    keys: list[str] | None = None
    """Graph's names of the values that the operator saved."""

    time: str | None = None
    """When it last saved any (UTC)."""

    validated_time: str | None = None
    """When it last saved credentials that Graph had accepted (UTC). Absent: the last ones were not tried."""

    scope_in_force: str | None = None
    """The provisioning scope that was last brought into force, by a restart or by the first start."""

    refused: RefusalRecord | None = None
    """Credentials that Graph refused. Absent: none."""

    not_taken: UntakenRecord | None = None
    """A save that Graph accepted and that never showed. Absent: none."""

    told_deprecated: bool | None = None
    """Whether it was told that Graph's beta is about to lose the calls that save values. Absent: not told."""

    generation: int | None = None
    """The metadata.generation for which Graph was last seen to hold all that spec.application wants."""

    validated: bool | None = None
    """Whether Graph had accepted the credentials when they were last saved."""

    lost_keys: list[str] | None = None
    """Graph's names of values of somebody else that vanished when the operator saved its own. Absent: none."""

    unconfirmed_keys: list[str] | None = None
    """Graph's names of values of somebody else that were there before the operator last saved its own, and that Graph
    has not shown since. Absent: none."""


class SynchronizationJobStatus(ApiModel):
    """What the operator last saw and did."""

    observed_generation: int | None = Field(default=None, json_schema_extra=stored_default(NEVER_OBSERVED))
    """The metadata.generation that the operator last acted on. -1: it has not looked at this resource yet."""

    generation_seen_time: str | None = None
    """When the operator first saw the generation in observedGeneration (UTC). For five minutes from then on, what Graph
    refuses or does not know may only not be replicated yet."""

    tenant_id: str | None = None
    """Id of the Entra tenant. It is pinned: if the credentials come to lead to another tenant, the operator stops."""

    service_principal_id: str | None = None
    """Object ID of the service principal that spec.servicePrincipal resolved to. It is pinned: if spec comes to mean
    another one, the operator stops."""

    origin: str | None = None
    """Created: the operator made the job. Adopted: it took over one that was there. Decides what is done where spec
    leaves deletionPolicy and schedule.state unset."""

    origin_time: str | None = None
    """When the job was created or adopted (UTC)."""

    effective: EffectiveSettings | None = None
    """What is in force, with everything that spec leaves unset resolved."""

    unshown_change: UnshownChangeRecord | None = None
    """A start or a pause that Graph accepted and does not show yet. Absent: none."""

    pause: PauseRecord | None = None
    """Who stopped the job, and since when. Absent: it is not paused."""

    last_start_time: str | None = None
    """When the operator last asked Graph to start the job (UTC). Absent: never."""

    last_resume_time: str | None = None
    """When the job was last seen to run again after a rest, whoever started it (UTC). Absent: never."""

    operation: OperationRecord | None = None
    """A write to Graph whose outcome is not known yet. Absent: there is none."""

    deleted_job_id: str | None = None
    """The job that Graph deleted at the operator's request because this resource is being deleted. The resource goes
    next. Absent: none."""

    creation: CreationRecord | None = None
    """The creates that were sent for this resource. Absent: none."""

    interval: IntervalRecord | None = None
    """The interval that Graph was asked for. Absent: none."""

    restarts: RestartsRecord | None = None
    """The restarts that were asked for, and what came of them. Absent: none."""

    application: ApplicationRecord | None = None
    """What was saved for spec.application. Absent: nothing."""

    job_schema: SchemaRecord | None = Field(default=None, alias="schema")  # pydantic has a method `schema`
    """How the job's schema in Graph differs from spec.schema. Absent: spec says nothing of it."""

    last_drift: DriftRecord | None = None
    """The last time that Graph was found changed by somebody else and was put right. Absent: never."""

    last_handled_reconcile_at: str | None = None
    """The last value of the annotation entrasync.io/requested-at or reconcile.fluxcd.io/requestedAt that was acted
    on: Graph was looked at since. Where both are set, that of the later time."""

    reported_faults: list[str] | None = None
    """What an Event has reported of Graph's answer and of annotations that cannot be read, as long as it holds. It is
    not reported again, also after a restart of the operator."""

    conditions: list[ConditionEntry] | None = Field(default=None, max_length=32, json_schema_extra=list_map("type"))
    """Ready is always there, Reconciling and Stalled only while true (kstatus)."""

    job: GraphJob | None = None
    """The job that this resource holds, in Graph's own words and nesting. Absent: it holds none."""

    synchronization_status: SynchronizationStatus | None = None
    """The live state of the job as Microsoft Graph tells it (synchronizationStatus), in Graph's own words and nesting.
    Members that Graph adds later are kept; null and the year 0001, Graph's word for never, are left out."""
