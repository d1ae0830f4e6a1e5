"""What the operator remembers of a SynchronizationJob: its `status`, read once, changed by `replace`, written once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.core.decision.condition import Condition
from entrasync.core.primitives.json_values import read_entries, read_object, read_text, read_texts
from entrasync.core.primitives.merge_patch import is_same_json
from entrasync.core.primitives.times import parse_time, write_precise_time, write_time
from entrasync.core.record.application_record import ApplicationRecord, read_application_record
from entrasync.core.record.difference_records import Drift, read_drift
from entrasync.core.record.operation import (
    CreateIntent,
    CreationRecord,
    RestartIntent,
    read_creation_record,
    read_operation,
)
from entrasync.core.record.restart_record import RestartsRecord, read_restarts_record
from entrasync.core.record.schedule_record import (
    IntervalRequest,
    Pause,
    UnshownChange,
    read_interval_request,
    read_pause,
    read_unshown_change,
)
from entrasync.core.record.schema_record import SchemaRecord, read_schema_record
from entrasync.core.remote.jobs import RemoteJob


@dataclass(frozen=True)
class EffectiveSettings:
    """`status.effective`: what is in force, each as the CRD writes it; None where nothing is or nothing is known."""

    management_policy: str | None = None
    deletion_policy: str | None = None
    poll_interval: str | None = None
    schedule_state: str | None = None

    def write(self) -> dict[str, str]:
        """Write them as `status.effective`."""
        members = {
            "managementPolicy": self.management_policy,
            "deletionPolicy": self.deletion_policy,
            "pollInterval": self.poll_interval,
            "scheduleState": self.schedule_state,
        }
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True)
class JobRecord:
    """The `status` of one SynchronizationJob as decisions read it. What is absent or malformed is None or empty.

    `stored` is the JSON that it was read from: `write` takes from there whatever was not changed, so that members of a
    newer version, and times in another form than ours, stay as they are.
    """

    observed_generation: int | None = None
    generation_seen_at: datetime | None = None
    """When the operator first saw the observed generation."""
    tenant_id: str | None = None
    service_principal_id: str | None = None
    origin: str | None = None
    origin_time: datetime | None = None
    """When the job was created or adopted."""
    effective: EffectiveSettings = field(default_factory=EffectiveSettings)
    pause: Pause | None = None
    unshown_change: UnshownChange | None = None
    """The start or pause of the operator that Graph accepted and has not shown since."""
    last_start_time: datetime | None = None
    """When the operator last started the job."""
    last_resume_time: datetime | None = None
    """When the job was last seen to run again after a pause, whoever started it."""
    operation: CreateIntent | RestartIntent | None = None
    deleted_job_id: str | None = None
    """The job that Graph deleted at the operator's own request."""
    creation: CreationRecord = field(default_factory=CreationRecord)
    interval: IntervalRequest | None = None
    restarts: RestartsRecord = field(default_factory=RestartsRecord)
    application: ApplicationRecord = field(default_factory=ApplicationRecord)
    schema: SchemaRecord = field(default_factory=SchemaRecord)
    last_drift: Drift | None = None
    last_handled_reconcile_at: str | None = None
    reported_faults: tuple[str, ...] = ()
    """The faults that an Event has reported and that still hold, in its words."""
    stored_conditions: tuple[Mapping[str, Any], ...] = ()
    """The conditions as they are stored, with the times of their transitions."""
    job: Mapping[str, Any] | None = None
    """The mirror of Graph's job."""
    synchronization_status: Mapping[str, Any] | None = None
    """The mirror of Graph's synchronizationStatus."""
    stored: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    original: "JobRecord | None" = field(default=None, compare=False, repr=False)
    """The record as it was read, before any change."""

    @cached_property
    def conditions(self) -> Mapping[ConditionType, Condition]:
        """The conditions by type; those of unknown types are left out."""
        stored = {"conditions": list(self.stored_conditions)}
        return {condition.type: condition for condition in Condition.read_all(stored)}

    @cached_property
    def mirrored_job(self) -> RemoteJob:
        """Graph's job as it was mirrored last; empty where none was."""
        return RemoteJob(self.job_id or "", {**(self.job or {}), "status": self.synchronization_status})

    @property
    def job_id(self) -> str | None:
        """The id of the mirrored job."""
        return read_text(self.job.get("id")) or None if self.job else None

    @property
    def template_id(self) -> str | None:
        """The template of the mirrored job."""
        return read_text(self.job.get("templateId")) or None if self.job else None

    def is_true(self, kind: ConditionType) -> bool:
        """Whether the condition of this type is True."""
        return kind in self.conditions and self.conditions[kind].is_true

    def without_job(self) -> "JobRecord":
        """Forget all that is true of one job only."""
        return replace(
            self,
            job=None,
            synchronization_status=None,
            pause=None,
            unshown_change=None,
            last_start_time=None,
            last_resume_time=None,
            origin_time=None,
            deleted_job_id=None,
            interval=None,
            schema=self.schema.without_look(),
        )

    def write(self) -> dict[str, Any]:
        """Write it as `status`: what was changed since it was read laid over what is stored.

        A stored member that cannot be read stays as it is until it is replaced.
        """
        original = self.original or JobRecord()
        changed = [member for member in _MEMBERS if not is_same_json(member.read(self), member.read(original))]
        kept = {name: value for name, value in self.stored.items() if name not in {member.name for member in changed}}
        written = {member.name: member.write(member.read(self)) for member in changed}
        return kept | {name: value for name, value in written.items() if value is not None}


def read_record(stored: object) -> JobRecord:
    """Read a `status`, never trusted to be well-formed."""
    status = read_object(stored)
    generation = status.get("observedGeneration")
    members: dict[str, Any] = {
        "observed_generation": generation if isinstance(generation, int) else None,
        "generation_seen_at": parse_time(status.get("generationSeenTime")),
        "tenant_id": read_text(status.get("tenantId")) or None,
        "service_principal_id": read_text(status.get("servicePrincipalId")) or None,
        "origin": read_text(status.get("origin")) or None,
        "origin_time": parse_time(status.get("originTime")),
        "effective": _read_effective(status.get("effective")),
        "pause": read_pause(status.get("pause")),
        "unshown_change": read_unshown_change(status.get("unshownChange")),
        "last_start_time": parse_time(status.get("lastStartTime")),
        "last_resume_time": parse_time(status.get("lastResumeTime")),
        "operation": read_operation(status.get("operation")),
        "deleted_job_id": read_text(status.get("deletedJobId")) or None,
        "creation": read_creation_record(status.get("creation")),
        "interval": read_interval_request(status.get("interval")),
        "restarts": read_restarts_record(status.get("restarts")),
        "application": read_application_record(status.get("application")),
        "schema": read_schema_record(status.get("schema")),
        "last_drift": read_drift(status.get("lastDrift")),
        "last_handled_reconcile_at": read_text(status.get("lastHandledReconcileAt")),
        "reported_faults": read_texts(status.get("reportedFaults")),
        "stored_conditions": _read_conditions(status.get("conditions")),
        "job": _read_mirror(status.get("job")),
        "synchronization_status": _read_mirror(status.get("synchronizationStatus")),
    }
    return JobRecord(**members, stored=status, original=JobRecord(**members))


@dataclass(frozen=True)
class _Member:
    """One member of `status`: its name there, and how its value is read from a record and written."""

    name: str
    read: Callable[[JobRecord], Any]
    write: Callable[[Any], Any]


def _as_is(value: Any) -> Any:
    return value


def _write_known(write: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else write(value) or None


_write_part = _write_known(lambda part: part.write())

_MEMBERS = (
    _Member("observedGeneration", attrgetter("observed_generation"), _as_is),
    _Member("generationSeenTime", attrgetter("generation_seen_at"), _write_known(write_time)),
    _Member("tenantId", attrgetter("tenant_id"), _as_is),
    _Member("servicePrincipalId", attrgetter("service_principal_id"), _as_is),
    _Member("origin", attrgetter("origin"), _as_is),
    _Member("originTime", attrgetter("origin_time"), _write_known(write_time)),
    _Member("effective", attrgetter("effective"), _write_part),
    _Member("pause", attrgetter("pause"), _write_part),
    _Member("unshownChange", attrgetter("unshown_change"), _write_part),
    _Member("lastStartTime", attrgetter("last_start_time"), _write_known(write_precise_time)),
    _Member("lastResumeTime", attrgetter("last_resume_time"), _write_known(write_time)),
    _Member("operation", attrgetter("operation"), _write_part),
    _Member("deletedJobId", attrgetter("deleted_job_id"), _as_is),
    _Member("creation", attrgetter("creation"), _write_part),
    _Member("interval", attrgetter("interval"), _write_part),
    _Member("restarts", attrgetter("restarts"), _write_part),
    _Member("application", attrgetter("application"), _write_part),
    _Member("schema", attrgetter("schema"), _write_part),
    _Member("lastDrift", attrgetter("last_drift"), _write_part),
    _Member("lastHandledReconcileAt", attrgetter("last_handled_reconcile_at"), _as_is),
    _Member("reportedFaults", attrgetter("reported_faults"), lambda faults: list(faults) or None),
    _Member("conditions", attrgetter("stored_conditions"), lambda entries: [dict(entry) for entry in entries] or None),
    _Member("job", attrgetter("job"), _as_is),
    _Member("synchronizationStatus", attrgetter("synchronization_status"), _as_is),
)


def _read_effective(stored: object) -> EffectiveSettings:
    effective = read_object(stored)
    return EffectiveSettings(
        management_policy=read_text(effective.get("managementPolicy")),
        deletion_policy=read_text(effective.get("deletionPolicy")),
        poll_interval=read_text(effective.get("pollInterval")),
        schedule_state=read_text(effective.get("scheduleState")),
    )


def _read_conditions(stored: object) -> tuple[Mapping[str, Any], ...]:
    return tuple(read_entries(stored))


def _read_mirror(stored: object) -> Mapping[str, Any] | None:
    return stored if isinstance(stored, dict) else None
