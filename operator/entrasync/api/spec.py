"""What a user may ask for: `spec` of a SynchronizationJob.

Every policy may be left out, and no default is stored for one: what unset means depends on how the job came to be and
on the install, and `status.effective` shows it.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BeforeValidator, ConfigDict, StringConstraints, WithJsonSchema, model_validator

from entrasync.api.duration import GO_DURATION_PATTERN, LONGEST_GO_DURATION, SHORTEST_GO_DURATION, parse_go_duration
from entrasync.api.model import ApiModel, cel_rules, exactly_one_of, rule

GUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
URL_SAFE_PATTERN = "^[A-Za-z0-9][A-Za-z0-9._~-]*$"
"""Ids go into the path of a URL as they are. The first character keeps out `.` and `..`, which a path would swallow."""

SHORTEST_POLL_INTERVAL = timedelta(seconds=30)
LONGEST_POLL_INTERVAL = timedelta(hours=24)


class AdoptionPolicy(StrEnum):
    """What to do about a job that is already there."""

    ADOPT_OR_CREATE = "AdoptOrCreate"
    ADOPT_ONLY = "AdoptOnly"


class OnMissing(StrEnum):
    """What to do when the job has gone."""

    RECREATE = "Recreate"
    REPORT = "Report"


class ScheduleState(StrEnum):
    """Whether the job shall run."""

    ACTIVE = "Active"
    PAUSED = "Paused"


class DeletionPolicy(StrEnum):
    """What happens to the job in Graph when its resource is deleted."""

    DELETE = "Delete"
    PAUSE = "Pause"
    RETAIN = "Retain"


# Graph writes GUIDs in lower case; a user may paste them otherwise, and ids are compared as text.
Guid = Annotated[str, StringConstraints(pattern=GUID_PATTERN, max_length=36, to_lower=True)]
TemplateId = Annotated[str, StringConstraints(pattern=URL_SAFE_PATTERN, max_length=128)]
JobId = Annotated[str, StringConstraints(pattern=URL_SAFE_PATTERN, max_length=256)]


def _read_poll_interval(value: object) -> timedelta:
    interval = value if isinstance(value, timedelta) else parse_go_duration(str(value))
    if not SHORTEST_POLL_INTERVAL <= interval <= LONGEST_POLL_INTERVAL:
        raise ValueError("must be at least 30s and at most 24h")
    return interval


# The rules stand here and not in a Field beside it: what WithJsonSchema says is all that pydantic then writes.
PollInterval = Annotated[
    timedelta,
    BeforeValidator(_read_poll_interval),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": GO_DURATION_PATTERN,
            "minLength": SHORTEST_GO_DURATION,
            "maxLength": LONGEST_GO_DURATION,
            **cel_rules(
                rule(
                    "duration(self) >= duration('30s')",
                    "spec.pollInterval: must be at least 30s; shorter ones only use up the tenant's Graph limits",
                ),
                rule(
                    "duration(self) <= duration('24h')",
                    "spec.pollInterval: must be at most 24h; to leave the job alone, set spec.suspend",
                ),
            ),
        }
    ),
]


class ServicePrincipalReference(ApiModel):
    """The enterprise application (service principal) whose synchronization job this is. Exactly one member is given."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            exactly_one_of("spec.servicePrincipal", objectId="the Object ID of the enterprise application, a GUID")
        )
    )

    object_id: Guid | None = None
    """Object ID of the service principal, as the Entra admin center shows it under Enterprise applications. Not the
    application (client) ID, and not the object ID of the app registration."""

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        if self.object_id is None:
            raise ValueError("give exactly one of objectId")
        return self


class TemplateReference(ApiModel):
    """The synchronization template that the job is made from. Exactly one member is given."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            exactly_one_of(
                "spec.template", id="a template that the service principal offers, such as scim or Azure2Azure"
            )
        )
    )

    id: TemplateId | None = None
    """Id of the template, such as scim, Azure2Azure or AD2AADProvisioning. It must be one that the service principal
    offers; case matters."""

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        if self.id is None:
            raise ValueError("give exactly one of id")
        return self


class ScheduleSpec(ApiModel):
    """Whether the job shall run. How often it runs is decided by Microsoft Entra and cannot be set."""

    state: ScheduleState | None = None
    """Active: the job is kept running. Paused: the job is kept paused; a cycle under way may still finish. Unset:
    Active for a job that the operator created; a job that it adopted is neither started nor paused."""


class SynchronizationJobSpec(ApiModel):
    """The synchronization job as it shall be."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                # On spec and not on the field: a rule on an optional field is not run when the field comes or goes.
                "!has(oldSelf.jobId) || (has(self.jobId) && self.jobId == oldSelf.jobId)",
                "spec.jobId: once set it cannot be changed or removed; to manage another job,"
                " create another SynchronizationJob",
                field_path=".jobId",
            )
        )
    )

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
    """Whether the job shall run. Unset: see schedule.state."""

    deletion_policy: DeletionPolicy | None = None
    """What happens to the job in Graph when this resource is deleted. Delete: it is deleted. Pause: it is paused and
    left. Retain: it is left as it is. Unset: Delete for a job that the operator created, Retain for one it adopted."""

    suspend: bool = False
    """True: the operator leaves the job alone and neither reads nor writes it; deleting this resource then leaves the
    job as it is. False or unset: the job is managed."""

    poll_interval: PollInterval | None = None
    """Longest age of the mirrored status, written like 90s, 5m or 1h30m; from 30s to 24h. The operator reads more often
    while a cycle runs. Unset: the interval of the install."""
