"""`spec` of a SynchronizationJob: what a user may ask for.

Every policy may be left unset, and no default is stored for it: its meaning then depends on the origin of the job and
on the install, and `status.effective` shows it.
"""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import (
    AwareDatetime,
    ConfigDict,
    Field,
    model_validator,
)

from entrasync.api.constraints import Size, Text, Time
from entrasync.api.duration import GoDuration
from entrasync.api.ids import ApplicationId, FactoryTag, JobId, ServicePrincipalId, TemplateId
from entrasync.api.job.application import ApplicationSpec
from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.api.job.restart import RecoverySpec, RestartSpec
from entrasync.api.model import ApiModel, cel_rules, exactly_one_of, list_map, rule
from entrasync.api.policies import AdoptionPolicy, DeletionPolicy, ManagementPolicy, OnMissing, Readiness, ScheduleState
from entrasync.api.references import ConnectionReference
from entrasync.api.schema.spec import SchemaSpec

PollInterval = Annotated[
    timedelta,
    GoDuration(
        at_least=("30s", "Shorter ones only use up the tenant's Graph limits."),
        at_most=("24h", "To leave the job alone, set spec.suspend."),
    ),
]
MaxAge = Annotated[
    timedelta,
    GoDuration(
        at_least=("1m", "No job runs more often."),
        at_most=("2160h", "To be told of nothing, leave freshness out."),
    ),
]

GRAPH_DURATION_PATTERN = "^P([0-9]{1,3}D)?(T([0-9]{1,4}H)?([0-9]{1,5}M)?([0-9]{1,6}S)?)?$"
"""Whole days, hours, minutes and seconds of ISO 8601, as Graph writes intervals."""


GraphInterval = Annotated[
    str,
    Text(
        patterns=(GRAPH_DURATION_PATTERN, "[1-9]", "[^T]$"),
        at_most=32,
        words="An interval is written as Graph writes it, such as PT40M, PT1H or P1DT12H, and not as 40m. It is longer"
        " than nothing.",
    ),
]

Expiration = Annotated[
    AwareDatetime,
    Time(
        "A time is written with a date that exists and with its zone, such as 2027-01-01T00:00:00Z or "
        "2027-01-01T02:00:00+02:00."
    ),
]

SETTING_NAME_PATTERN = "^[A-Za-z][A-Za-z0-9._-]*$"


class ServicePrincipalReference(ApiModel):
    """The enterprise application (service principal) whose synchronization job this is. Exactly one member is given."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            exactly_one_of(
                objectId="the Object ID of the enterprise application, a GUID",
                appId="its Application ID, a GUID",
            )
        )
    )

    object_id: ServicePrincipalId | None = None
    """Object ID of the service principal, as the Entra admin center shows it under Enterprise applications. Not the
    application (client) ID, and not the object ID of the app registration."""

    app_id: ApplicationId | None = None
    """Application (client) ID of the app that the service principal stands for. The operator looks the service
    principal up, for which its own app needs the Graph permission Application.Read.All."""

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        if (self.object_id is None) == (self.app_id is None):
            raise ValueError("Give exactly one of objectId and appId.")
        return self


class TemplateReference(ApiModel):
    """The synchronization template that the job is made from. Exactly one member is given."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            exactly_one_of(
                id="a template that the service principal offers, such as scim or Azure2Azure",
                factoryTag="the kind of template, such as CustomSCIM",
            )
        )
    )

    id: TemplateId | None = None
    """Id of the template, such as scim, Azure2Azure or AD2AADProvisioning. It must be one that the service principal
    offers; case matters."""

    factory_tag: FactoryTag | None = None
    """Factory tag of the template, such as CustomSCIM or aws: the one template with this tag that the service principal
    offers is meant."""

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        if (self.id is None) == (self.factory_tag is None):
            raise ValueError("Give exactly one of id and factoryTag.")
        return self


class ScheduleSpec(ApiModel):
    """Whether the job shall run, and until when. How often it runs is decided by Microsoft Entra."""

    state: ScheduleState | None = None
    """Active: the job is kept running. Paused: the job is kept paused; a cycle under way may still finish. Unset:
    Active for a job that the operator created; a job that it adopted is neither started nor paused."""

    interval: GraphInterval | None = None
    """The interval you expect, as Graph writes it, such as PT40M. Entra decides it: the operator asks for it once, and
    the condition ScheduleApplied names the real one where Graph keeps its own. The job runs either way."""

    expiration: Expiration | None = None
    """The operator pauses the job at this time, such as 2027-01-01T00:00:00Z, and keeps it paused from then on. With a
    later time or none it is started again if it ran until then, or where state says so."""


class FreshnessSpec(ApiModel):
    """How old the last success may become."""

    max_age: MaxAge
    """The condition Overdue is set when no run has succeeded for so long, written like 2h; from 1m to 2160h."""


class JobSetting(ApiModel):
    """One entry of the job's synchronizationJobSettings."""

    name: Annotated[
        str,
        Text(
            patterns=(SETTING_NAME_PATTERN,),
            at_most=128,
            words="The name of a setting is Graph's own, such as LookaheadQueryEnabled. It has at most 128 letters,"
            " digits and . _ -, the first a letter.",
        ),
    ]
    """Graph's name of the setting, such as LookaheadQueryEnabled."""

    value: Annotated[str, Text(at_most=4096, words="The value of a setting has at most 4096 characters.")]
    """The value, always text, such as "False"."""


class SynchronizationJobSpec(ApiModel):
    """The synchronization job as it shall be."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                # On spec and not on the field: a rule on an optional field does not run when it is set or removed.
                "!has(oldSelf.jobId) || (has(self.jobId) && self.jobId == oldSelf.jobId)",
                "Once set it cannot be changed or removed. To manage another job, create another SynchronizationJob.",
                field_path=".jobId",
            )
        )
    )

    connection_ref: ConnectionReference | None = None
    """The connection that leads to the tenant. Unset: the GraphConnection named default in this namespace if there is
    one, else the install's own connection where the install lets this namespace use it."""

    service_principal: ServicePrincipalReference
    """The enterprise application (service principal) whose synchronization job this is. If this comes to mean another
    service principal later, the operator stops and says so; nothing is moved."""

    template: TemplateReference
    """The synchronization template that the job is made from. It belongs to the job for life: another template needs
    another SynchronizationJob."""

    job_id: JobId | None = None
    """Id of an existing job to manage: this very one, and none is ever created. May be set later, cannot be changed or
    removed once set. Unset: the operator finds a job of this template or, if adoptionPolicy allows it, creates one."""

    adoption_policy: AdoptionPolicy | None = None
    """AdoptOrCreate: take over the one job of this template that the service principal has and no other resource
    claims; create one if there is none. AdoptOnly: take over, never create. Unset: AdoptOrCreate."""

    on_missing: OnMissing | None = None
    """What to do when the job has gone, for example because somebody deleted it in the portal. Recreate: create a new
    one, which starts with an initial cycle. Report: set the condition Stalled and wait for a person. Unset: Recreate.
    With jobId or AdoptOnly no job is ever created, whatever is said here."""

    schedule: ScheduleSpec | None = None
    """Whether the job shall run, and until when. Unset: see schedule.state."""

    freshness: FreshnessSpec | None = None
    """How old the last success may become before the condition Overdue is set. Unset: nobody is told."""

    readiness: Readiness | None = None
    """What the condition Ready asks for. Healthy: that Graph matches the spec and the job is fit. Applied: only that
    Graph matches the spec, so that one app's expired token does not hold up a whole rollout; a quarantine then shows in
    the condition Quarantined alone, and the refusal of new credentials for a job that runs on the old ones in
    CredentialsValid and Applied. Unset: Healthy."""

    application: ApplicationSpec | None = None
    """What belongs to the service principal and not to one job: credentials, scope, mails, protection. At most one
    resource per service principal may carry it. Unset: all of it is left as it is."""

    settings: (
        Annotated[
            list[JobSetting],
            Size(at_most=64, words="There are at most 64 settings."),
            Field(json_schema_extra=list_map("name")),
        ]
        | None
    ) = None
    """The job's own settings (synchronizationJobSettings) by name. Those not named here are left as they are."""

    job_schema: SchemaSpec | None = Field(default=None, alias="schema")  # pydantic has a method `schema`
    """What of the job's synchronization schema is this resource's: attribute mappings, and which objects are
    provisioned. Unset: the schema is neither read nor written."""

    restart: RestartSpec | None = None
    """One restart of the job for each token. Unset: none is asked for here."""

    periodic_restart: PeriodicRestartSpec | None = None
    """Restarts of the job by a timetable. Unset: none."""

    recovery: RecoverySpec | None = None
    """What the operator does about a quarantine by itself. Unset: nothing, except one start after the credentials of
    the target application were changed and validated."""

    management_policy: ManagementPolicy | None = None
    """Manage: the operator makes Graph match this spec. Observe: it never writes to Graph, mirrors the job and shows in
    the condition Drifted what it would do. Unset: as the namespace or the install says, else Manage."""

    deletion_policy: DeletionPolicy | None = None
    """What happens to the job in Graph when this resource is deleted. Delete: it is deleted. Pause: it is paused and
    left. Retain: it is left as it is. Unset: as the namespace or the install says, else Delete for a job that the
    operator created, Retain for one it adopted."""

    suspend: bool = False
    """True: the operator leaves the job alone and neither reads nor writes it; deleting this resource then leaves the
    job as it is. False or unset: the job is managed."""

    poll_interval: PollInterval | None = None
    """Longest age of the mirrored status, written like 90s, 5m or 1h30m; from 30s to 24h. The operator also reads
    when a cycle is predicted to end, and waits for that end if a read is due shortly before. Unset: as the namespace or
    the install says, else 10m."""
