"""Our own resource as a pass sees it: the wish, the memory kept in annotations and status, and who else claims what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from entrasync.api.conditions import ConditionType
from entrasync.api.names import (
    ABANDON_ANNOTATION,
    FINALIZER,
    FOREIGN_SECRET_ANNOTATION,
    JOB_ID_ANNOTATION,
    JOB_ORIGIN_ANNOTATION,
    KIND,
)
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.object_key import is_same_id as _is_same_id
from entrasync.core.primitives.times import parse_time
from entrasync.core.resource.application_record import ApplicationRecord, read_application_record
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.object_meta import ObjectMeta

ResourceKey = ObjectKey  # the former name, until nothing imports it from here
is_same_id = _is_same_id

_OUR_ANNOTATIONS = frozenset({JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION})


JOB_MEMBERS = frozenset(
    {"job", "synchronizationStatus", "pause", "lastStartTime", "lastResumeTime", "originTime", "interval"}
)
"""Members of status that are true of one job only."""


FOREIGN_SECRET_LOST = ConditionType.FOREIGN_SECRET_LOST.value

RESTART_JOB = "RestartJob"
"""`status.operation.action` of a restart that is due or whose answer was lost; all others are creates."""


@dataclass(frozen=True)
class Operation:
    """An unfinished create, as `status.operation` remembers it over a crash."""

    started_at: datetime
    service_principal_id: str
    template_id: str
    job_ids_before: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Resource(ObjectMeta):
    """One SynchronizationJob of the API server.

    `status` is as stored and never trusted to be well-formed. Neither it nor `annotations` are changed in place: what
    is read from a status once is kept.
    """

    kind: ClassVar[str] = KIND

    desired: Desired | None
    invalid_spec: str | None = None
    status: Mapping[str, Any] = field(default_factory=dict)

    @property
    def user_input(self) -> tuple[object, ...]:
        """What users decide about the resource.

        It leaves out the finalizer and the annotations that the operator writes: the watch may show them before the
        answer to the write that set them.
        """
        others = {name: value for name, value in self.annotations.items() if name not in _OUR_ANNOTATIONS}
        return *super().user_input, others

    @property
    def has_finalizer(self) -> bool:
        """Whether our finalizer is set."""
        return FINALIZER in self.finalizers

    @property
    def has_let_go(self) -> bool:
        """Whether it is being deleted and we are done with it: what others hold it back for is not ours."""
        return self.is_deleting and not self.has_finalizer

    @property
    def is_abandoned(self) -> bool:
        """Whether a person asked to let a blocked deletion go."""
        return self.annotations.get(ABANDON_ANNOTATION) == "true"

    @property
    def is_observe_only(self) -> bool:
        """Whether nothing may be written to Graph for it."""
        return self.desired is not None and self.desired.is_observe_only

    @property
    def is_suspended(self) -> bool:
        """Whether it is left alone."""
        return self.desired is not None and self.desired.is_suspended

    @property
    def annotated_job_id(self) -> str | None:
        """The job id written at once after a create, and the one that backups keep."""
        return self.annotations.get(JOB_ID_ANNOTATION) or None

    @property
    def status_job_id(self) -> str | None:
        """The job id in `status.job.id`."""
        job = self.status.get("job")
        job_id = job.get("id") if isinstance(job, dict) else None
        return job_id if isinstance(job_id, str) and job_id else None

    @property
    def job_template_id(self) -> str | None:
        """The template of the job that was mirrored last."""
        job = self.status.get("job")
        template_id = job.get("templateId") if isinstance(job, dict) else None
        return template_id if isinstance(template_id, str) and template_id else None

    @property
    def pinned_tenant_id(self) -> str | None:
        """The tenant that its job is in."""
        return self.status.get("tenantId") or None

    @property
    def pinned_service_principal_id(self) -> str | None:
        """What the service principal once resolved to."""
        return self.status.get("servicePrincipalId") or None

    @property
    def service_principal_id(self) -> str | None:
        """The service principal whose jobs we read: the pinned one, else the wanted one."""
        wanted = self.desired.service_principal_id if self.desired else None
        return self.pinned_service_principal_id or wanted or None

    @property
    def origin(self) -> str | None:
        """`Created` or `Adopted`, from the annotation (backups keep it), else from status."""
        return self.annotations.get(JOB_ORIGIN_ANNOTATION) or self.status.get("origin")

    @property
    def created_job_at(self) -> datetime | None:
        """When we created the job held or looked for; None for an adopted one, and when backups have lost it."""
        if self.operation:
            return self.operation.started_at
        return parse_time(self.status.get("originTime")) if self.origin == "Created" else None

    @cached_property
    def last_start(self) -> datetime | None:
        """When we last asked Graph to start the job (world time)."""
        return parse_time(self.status.get("lastStartTime"))

    @cached_property
    def operation(self) -> Operation | None:
        """The unfinished create, if there is one."""
        return None if self._operation_action == RESTART_JOB else _read_operation(self.status.get("operation"))

    @property
    def is_restart_due(self) -> bool:
        """Whether a restart was written down and not yet answered for."""
        return self._operation_action == RESTART_JOB

    @property
    def restart_tries(self) -> int:
        """How many times the restart that is due was sent without an answer."""
        operation = self.status.get("operation")
        tries = operation.get("tries") if isinstance(operation, dict) else None
        return tries if isinstance(tries, int) else 0

    @property
    def _operation_action(self) -> object:
        operation = self.status.get("operation")
        return operation.get("action") if isinstance(operation, dict) else None

    @cached_property
    def application(self) -> ApplicationRecord:
        """What was saved for `spec.application`."""
        return read_application_record(self.status.get("application"))

    @property
    def has_acknowledged_loss(self) -> bool:
        """Whether a person has looked at the secret that vanished."""
        return self.annotations.get(FOREIGN_SECRET_ANNOTATION) == "true"

    def without_former_job(self) -> "Resource":
        """Forget what was true of another job than the one held now: its pause and start say nothing of this one."""
        held, mirrored = self.held_job_id, self.status_job_id
        if held is None or mirrored in {None, held}:
            return self
        return replace(self, status={name: value for name, value in self.status.items() if name not in JOB_MEMBERS})

    @cached_property
    def held_job_id(self) -> str | None:
        """The job this resource holds: an unfinished create comes first, then annotation, then status."""
        operation = self.operation
        if operation is None:
            return self.annotated_job_id or self.status_job_id
        annotated = self.annotated_job_id
        return annotated if annotated and annotated not in operation.job_ids_before else None

    @property
    def job_id(self) -> str | None:
        """The job this resource holds or names; None while a create is unfinished."""
        if self.held_job_id or self.operation:
            return self.held_job_id
        return self.desired.job_id if self.desired else None


def has_standing_loss(resource: Resource) -> bool:
    """Whether it says ForeignSecretLost and nobody has looked at that yet: no secret is written in its tenant."""
    stored = resource.status.get("conditions")
    entries = [entry for entry in stored if isinstance(entry, dict)] if isinstance(stored, list) else []
    is_said = any(entry.get("type") == FOREIGN_SECRET_LOST and entry.get("status") == "True" for entry in entries)
    return is_said and not resource.has_acknowledged_loss


def _read_operation(stored: object) -> Operation | None:
    if not isinstance(stored, dict):
        return None
    started_at = parse_time(stored.get("startedAt"))
    if started_at is None:
        return None
    before = stored.get("jobIdsBefore")
    return Operation(
        started_at=started_at,
        service_principal_id=str(stored.get("servicePrincipalId", "")),
        template_id=str(stored.get("templateId", "")),
        job_ids_before=frozenset(str(job_id) for job_id in before) if isinstance(before, list) else frozenset(),
    )
