"""A SynchronizationJob as a pass sees it: the desired state, and what annotations and status record of its job."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from entrasync.api.conditions import ConditionType
from entrasync.api.names import (
    ABANDON_ANNOTATION,
    DELETION_APPROVED_ANNOTATION,
    FINALIZER,
    FOREIGN_SECRET_ANNOTATION,
    JOB_ID_ANNOTATION,
    JOB_ORIGIN_ANNOTATION,
    KIND,
)
from entrasync.api.reasons import Reason
from entrasync.core.record.application_record import ApplicationRecord
from entrasync.core.record.job_record import JobRecord, read_record
from entrasync.core.record.operation import CreateIntent, RestartIntent
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.object_meta import ObjectMeta

_OUR_ANNOTATIONS = frozenset({JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION})


@dataclass(frozen=True, kw_only=True)
class Resource(ObjectMeta):
    """One SynchronizationJob of the API server.

    `status` is the stored JSON, which decisions read through `record` only. Neither `status` nor `annotations` are
    changed in place.
    """

    kind: ClassVar[str] = KIND

    desired: Desired | None
    invalid_spec: str | None = None
    status: Mapping[str, Any] = field(default_factory=dict)
    changed_record: JobRecord | None = None
    """The record of a working copy, ahead of what is stored; None where nothing was changed."""

    @property
    def user_input(self) -> tuple[object, ...]:
        """What users decide about the resource.

        It leaves out the finalizer and the annotations that the operator writes: the watch may show them before the
        answer to the write that set them.
        """
        others = {name: value for name, value in self.annotations.items() if name not in _OUR_ANNOTATIONS}
        return *super().user_input, others

    @cached_property
    def record(self) -> JobRecord:
        """The status as decisions read it."""
        return self.changed_record or read_record(self.status)

    def with_record(self, record: JobRecord) -> "Resource":
        """Return a working copy with another record. It is written as status when the API server is to have it."""
        return replace(self, changed_record=record)

    @property
    def has_current_status(self) -> bool:
        """Whether the status was written for this generation of the spec."""
        return self.record.observed_generation == self.generation

    def is_stalled_for(self, reason: Reason) -> bool:
        """Whether the status says of this generation that it waits for a person, and why."""
        stalled = self.record.conditions.get(ConditionType.STALLED)
        return self.has_current_status and stalled is not None and stalled.is_true and stalled.reason == reason

    @property
    def has_finalizer(self) -> bool:
        """Whether our finalizer is set."""
        return FINALIZER in self.finalizers

    @property
    def is_released(self) -> bool:
        """Whether it is being deleted and only the finalizers of others keep it."""
        return self.is_deleting and not self.has_finalizer

    @property
    def is_abandoned(self) -> bool:
        """Whether a person asked to give up its job, so that a blocked deletion can end."""
        return self.annotations.get(ABANDON_ANNOTATION) == "true"

    @property
    def is_deletion_approved(self) -> bool:
        """Whether a person approved that its job is deleted although the limit of deletions is reached."""
        return self.annotations.get(DELETION_APPROVED_ANNOTATION) == "true"

    @property
    def is_observe_only(self) -> bool:
        """Whether nothing may be written to Graph for it."""
        return self.desired is not None and self.desired.is_observe_only

    @property
    def is_suspended(self) -> bool:
        """Whether spec.suspend is true."""
        return self.desired is not None and self.desired.is_suspended

    @property
    def annotated_job_id(self) -> str | None:
        """The job id in the annotation. It is written right after a create, and backups keep it."""
        return self.annotations.get(JOB_ID_ANNOTATION) or None

    @property
    def status_job_id(self) -> str | None:
        """The job id in `status.job.id`."""
        return self.record.job_id

    @property
    def job_template_id(self) -> str | None:
        """The template of the job that was mirrored last."""
        return self.record.template_id

    @property
    def pinned_tenant_id(self) -> str | None:
        """The tenant that its job is in."""
        return self.record.tenant_id

    @property
    def pinned_service_principal_id(self) -> str | None:
        """The service principal that the spec resolved to when the job was first held."""
        return self.record.service_principal_id

    @property
    def service_principal_id(self) -> str | None:
        """The service principal whose jobs are read: the pinned one, else the one in the spec."""
        wanted = self.desired.service_principal_id if self.desired else None
        return self.pinned_service_principal_id or wanted or None

    @property
    def origin(self) -> str | None:
        """`Created` or `Adopted`: from the annotation, which backups keep, else from the status."""
        return self.annotations.get(JOB_ORIGIN_ANNOTATION) or self.record.origin

    @property
    def created_job_at(self) -> datetime | None:
        """When the operator created its job; None for an adopted job, and where a backup has lost the time."""
        if self.create_intent:
            return self.create_intent.started_at
        return self.record.origin_time if self.origin == "Created" else None

    @property
    def created_template_id(self) -> str | None:
        """The template that the create of its job asked for; None for an adopted job."""
        is_ours = self.held_job_id is not None and self.origin == "Created"
        return self.record.creation.template_id if is_ours else None

    @property
    def is_unseen_create(self) -> bool:
        """Whether Graph answered the create of its job and has not shown the job since."""
        return self.create_intent is not None and self.held_job_id is not None

    @property
    def last_start(self) -> datetime | None:
        """When the operator last started the job (world time)."""
        return self.record.last_start_time

    @property
    def is_being_created(self) -> bool:
        """Whether it has no job yet, or one that the operator created and has not started."""
        if self.status_job_id is None:
            return True
        return self.origin == "Created" and self.last_start is None and not self.record.mirrored_job.is_active

    @property
    def create_intent(self) -> CreateIntent | None:
        """The unfinished create, if there is one."""
        return self.record.operation if isinstance(self.record.operation, CreateIntent) else None

    @property
    def is_restart_due(self) -> bool:
        """Whether a restart was recorded and not yet answered for."""
        return isinstance(self.record.operation, RestartIntent)

    @property
    def restart_tries(self) -> int:
        """How many times the restart that is due was sent without an answer; 0 when none is due."""
        return self.record.operation.tries if isinstance(self.record.operation, RestartIntent) else 0

    @property
    def application(self) -> ApplicationRecord:
        """What was saved for `spec.application`."""
        return self.record.application

    @property
    def has_acknowledged_loss(self) -> bool:
        """Whether a person has acknowledged that a secret vanished."""
        return self.annotations.get(FOREIGN_SECRET_ANNOTATION) == "true"

    @property
    def unacknowledged_lost_keys(self) -> frozenset[str]:
        """The recorded keys of others that vanished, unless a person has acknowledged that."""
        return frozenset() if self.has_acknowledged_loss else self.application.lost_keys

    def without_former_job(self) -> "Resource":
        """Forget what is recorded of another job than the one held now, such as its pause and its start."""
        held, mirrored = self.held_job_id, self.status_job_id
        if held is None or mirrored in {None, held}:
            return self
        return self.with_record(self.record.without_job())

    @cached_property
    def held_job_id(self) -> str | None:
        """The job that this resource holds: by an unfinished create, else by the annotation, else by the status."""
        intent = self.create_intent
        if intent is None:
            return self.annotated_job_id or self.status_job_id
        annotated = self.annotated_job_id
        return annotated if annotated and annotated not in intent.job_ids_before else None

    @property
    def has_recorded_job(self) -> bool:
        """Whether our own status says that it holds its job.

        An annotation alone is only a hint: it may come from a backup, a copied manifest or a person.
        """
        held = self.held_job_id
        return held is not None and (self.status_job_id == held or self.create_intent is not None)

    @property
    def job_id(self) -> str | None:
        """The job that this resource holds or names; None while a create is unfinished."""
        if self.held_job_id or self.create_intent:
            return self.held_job_id
        return self.desired.job_id if self.desired else None


def has_unacknowledged_loss(resource: Resource) -> bool:
    """Whether it reports ForeignSecretLost and nobody has acknowledged that: no secret is written in its tenant."""
    return resource.record.is_true(ConditionType.FOREIGN_SECRET_LOST) and not resource.has_acknowledged_loss
