"""The custom resource ProvisioningRequest: one object to be provisioned at once by a job, and what became of it."""

from typing import Annotated

from pydantic import ConfigDict, Field

from entrasync.api.condition_entry import NEVER_OBSERVED, ConditionEntry
from entrasync.api.constraints import Range, Size, Text
from entrasync.api.ids import ObjectName
from entrasync.api.model import ApiModel, cel_rules, list_map, rule, stored_default
from entrasync.api.policies import ProvisioningDetail

LONGEST_TTL_SECONDS = 366 * 24 * 60 * 60
_ATOMIC = Field(json_schema_extra={"x-kubernetes-list-type": "atomic"})

ObjectId = Annotated[
    str,
    Text(
        patterns=(r"^\S(.*\S)?$",),
        at_most=1024,
        words="An object id is the id of the object in the source: the Object ID of a user or group of Entra ID, a"
        " distinguished name of Active Directory, or the worker ID of an HR system. It has from 1 to 1024 characters"
        " without a space at either end.",
    ),
]
ObjectTypeName = Annotated[
    str,
    Text(
        patterns=(r"^\S+$",),
        at_most=128,
        words="An object type is a name of the schema in its own case, such as User, Group, user or Worker. It has from"
        " 1 to 128 characters without spaces.",
    ),
]
RuleName = Annotated[
    str, Text(at_least=1, at_most=256, words="The name of a rule is Graph's own. It has from 1 to 256 characters.")
]


class JobReference(ApiModel):
    """A SynchronizationJob in the namespace of this resource."""

    name: ObjectName
    """Name of the SynchronizationJob."""


class MemberSpec(ApiModel):
    """A member of a group."""

    object_id: ObjectId
    """Id of the member in the source."""

    object_type_name: ObjectTypeName
    """Type of the member as the schema writes it, such as User."""


class SubjectSpec(ApiModel):
    """An object of the source."""

    object_id: ObjectId
    """Id of the object in the source."""

    object_type_name: ObjectTypeName
    """Type of the object as the schema writes it, such as User or Group."""

    members: (
        Annotated[
            list[MemberSpec],
            Size(at_least=1, at_most=5, words="Graph takes from 1 to 5 members of a group in one request."),
            _ATOMIC,
        ]
        | None
    ) = None
    """Of a group: which of its members are provisioned with it. Unset: none, only the group itself."""


class ProvisioningRequestSpec(ApiModel):
    """What is provisioned, and by which job. It cannot be changed."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "self == oldSelf",
                "It cannot be changed, for a request is sent once at most. Create another ProvisioningRequest.",
            )
        )
    )

    job_ref: JobReference
    """The SynchronizationJob in this namespace that provisions the object. It must be managed and not suspended; its
    job in Graph need not run."""

    subjects: Annotated[
        list[SubjectSpec],
        Size(at_least=1, at_most=1, words="A request is about one object. Create one request for each further one."),
        _ATOMIC,
    ]
    """The object that is provisioned. There is exactly one."""

    rule: RuleName | None = None
    """Name of the synchronization rule of the job's schema to go by. Unset: the rule that maps objects of this type;
    if several do, the request is not sent, and says which."""

    detail: ProvisioningDetail | None = None
    """How much of what Graph reports is shown in status. Summary: steps and results as single words, without any
    attribute of the object. Attributes: changed attributes with their values and Graph's sentences too, which are
    personal data. Unset: Summary."""

    ttl_seconds_after_finished: (
        Annotated[
            int,
            Range(
                at_least=0,
                at_most=LONGEST_TTL_SECONDS,
                words="A time to live is a number of seconds from 0 to 31622400, which is a year.",
            ),
        ]
        | None
    ) = None
    """So many seconds after its end this resource is deleted. Unset: never. Not for resources that Argo CD, Flux or
    Helm keeps: they would be created, and the object provisioned, again and again."""

    @property
    def shows_attributes(self) -> bool:
        """Whether the status may show attributes of the object."""
        return self.detail is ProvisioningDetail.ATTRIBUTES


class ProvisioningOperation(ApiModel):
    """A request to Graph that is about to be sent, or was sent without a known answer."""

    started_at: str | None = None
    """When it was about to be sent (UTC)."""

    service_principal_id: str | None = None
    """Object ID of the service principal that the job belongs to."""

    job_id: str | None = None
    """Id of the job in Graph."""

    rule: str | None = None
    """Name of the synchronization rule."""


class ProvisioningStep(ApiModel):
    """A step of the provisioning as Graph reports it."""

    name: str | None = None
    """What was done, such as EntryImport or EntryExportAdd."""

    type: str | None = None
    """Its kind: Import, Matching, Scoping, ReferenceResolution, Export or what Graph adds."""

    status: str | None = None
    """Success, Skipped or Failure."""

    timestamp: str | None = None
    """When it was done."""

    code: str | None = None
    """Why it was skipped or has failed, in one word of Graph."""

    description: str | None = None
    """Graph's sentence about it. Only with detail Attributes, for it names the object."""


class ModifiedProperty(ApiModel):
    """An attribute of the target that was changed."""

    display_name: str | None = None
    """Its name."""

    old_value: str | None = None
    """Its value before."""

    new_value: str | None = None
    """Its value now. It is masked where the name speaks of a password or another secret."""


class ProvisioningResult(ApiModel):
    """What became of the object. Graph's own words, except for the outcome."""

    outcome: str | None = None
    """Success, Skipped or Failure: Graph's result. Refused: nothing was done, and the conditions say why. Unknown: the
    request may have been sent, and its answer is not known."""

    action: str | None = None
    """What was done in the target: Create, Update, Delete, Disable or Other."""

    code: str | None = None
    """Why it was skipped or has failed, in one word of Graph."""

    message: str | None = None
    """Graph's sentence about that. Only with detail Attributes, for it may name the object."""

    rule: str | None = None
    """Name of the synchronization rule that was gone by."""

    job_id: str | None = None
    """Id of the job in Graph."""

    sent_at: str | None = None
    """When the request was sent (UTC)."""

    change_id: str | None = None
    """Id under which the provisioning logs of the Entra admin center have it."""

    target_id: str | None = None
    """Id of the object in the target. Only with detail Attributes."""

    provisioning_steps: list[ProvisioningStep] | None = None
    """The steps, at most 50."""

    modified_properties: list[ModifiedProperty] | None = None
    """The attributes that were changed, at most 100. Only with detail Attributes."""


class ProvisioningRequestStatus(ApiModel):
    """How far the request is, and what became of the object."""

    observed_generation: int | None = Field(default=None, json_schema_extra=stored_default(NEVER_OBSERVED))
    """The metadata.generation that the operator last acted on. -1: it has not looked at this resource yet."""

    conditions: list[ConditionEntry] | None = Field(default=None, max_length=32, json_schema_extra=list_map("type"))
    """Ready is always there, Reconciling and Stalled only while true (kstatus)."""

    accepted_at: str | None = None
    """When the operator first saw this resource (UTC)."""

    place_in_line: int | None = None
    """Its place among the requests of the tenant that wait, 1 for the next. Graph takes 5 in ten seconds. It is written
    again when it has halved, and gone when the request is sent."""

    operation: ProvisioningOperation | None = None
    """The request to Graph while it is not settled. Without a known answer it is never sent again."""

    result: ProvisioningResult | None = None
    """What became of the object."""

    completion_time: str | None = None
    """When the request came to its end (UTC). It is never sent afterwards."""


class ProvisioningRequest(ApiModel):
    """One object that is provisioned at once by a SynchronizationJob, like a Job of Kubernetes that runs once.

    It is sent to Microsoft Graph once at most, whatever happens.
    """

    api_version: str | None = None
    """Version of this schema, as group/version."""

    kind: str | None = None
    """ProvisioningRequest."""

    spec: ProvisioningRequestSpec
    """What is provisioned, and by which job. It cannot be changed."""

    status: ProvisioningRequestStatus | None = Field(
        default=None, json_schema_extra=stored_default({"observedGeneration": NEVER_OBSERVED})
    )
    """How far the request is, and what became of the object. Written by the operator only."""
