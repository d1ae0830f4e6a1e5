"""Holds all service principals and their jobs, secrets and target applications."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID, uuid5
from zlib import crc32

from graph_simulator.world.jobs.cycle_inputs import CycleInputs
from graph_simulator.world.jobs.cycles import advance
from graph_simulator.world.jobs.executions import SynchronizationError
from graph_simulator.world.jobs.job import Job, create_job, require_initial_cycle
from graph_simulator.world.overrides import Override
from graph_simulator.world.provisioning.log import LogEntry
from graph_simulator.world.provisioning.objects import SourceObject
from graph_simulator.world.replication import INSTANT, Look, PendingReplication, Replication, begin_replication
from graph_simulator.world.schemas import Schema, make_template_schema
from graph_simulator.world.secrets import CredentialValidation, SecretWrite, upsert_secrets
from graph_simulator.world.switches import Switches
from graph_simulator.world.target_apps import ACCEPTS_ANYTHING, TargetApp
from graph_simulator.world.templates import TEMPLATES, Template
from graph_simulator.world.times import format_time

_APPLICATIONS = UUID("c2f3b2ad-3f1e-4e7c-9a37-6c1d2b7e5a90")
DEFAULT_TENANT = "ff8bf889-5f5c-4f0e-9d4e-5d3f2a9c7b10"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePrincipal:
    """An enterprise application of a tenant, with the templates that it offers.

    `owners` are the client ids that own it, for Application.ReadWrite.OwnedBy; None means that every client does.
    """

    id: str
    app_id: str
    display_name: str
    tenant_id: str = DEFAULT_TENANT
    templates: tuple[Template, ...] = ()
    owners: tuple[str, ...] | None = None
    application_object_id: str = ""
    """The object id of its app registration."""


@dataclass(slots=True)
class JobRecord:
    """A job, and what makes callers see something else than the job."""

    job: Job
    unseen: PendingReplication | None = None
    """The replication of its creation, which hides a job that exists."""
    lingering: PendingReplication | None = None
    """The replication of its deletion, which still shows a job that was deleted."""
    is_deleted: bool = False
    override: Override | None = None

    def is_seen(self, look: Look, now: datetime) -> bool:
        """Check whether this kind of access sees the job, and count the access."""
        if self.is_deleted:
            return self.lingering is not None and self.lingering.hides_from(look, now)
        return self.unseen is None or not self.unseen.hides_from(look, now)


@dataclass(slots=True)
class World:
    """All service principals and their jobs. Callers pass the time, and random values are derived from `seed`."""

    seed: int = 1
    switches: Switches = field(default_factory=Switches)
    creation: Replication = INSTANT
    """How slowly new jobs replicate, unless `creation_of` has another value for their service principal."""
    deletion: Replication = INSTANT
    """How slowly deletions replicate."""
    service_principals: dict[str, ServicePrincipal] = field(default_factory=dict)
    creation_of: dict[str, Replication] = field(default_factory=dict)
    """How slowly new jobs of a service principal replicate, by its id."""
    raw_lists: dict[str, bytes] = field(default_factory=dict)
    """Raw answers to the jobs list that replace the real ones, by service principal."""
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)
    """The secrets of each service principal, by its id; deleting a job keeps them (graph-facts 0.6)."""
    target_apps: dict[str, TargetApp] = field(default_factory=dict)
    """The target applications of service principals, where they are not `ACCEPTS_ANYTHING`."""
    secret_writes: list[SecretWrite] = field(default_factory=list)
    credential_validations: list[CredentialValidation] = field(default_factory=list)
    schemas: dict[str, Schema] = field(default_factory=dict)
    """The schemas of jobs that are not those of their templates, by job."""
    template_schemas: dict[tuple[str, str], Schema] = field(default_factory=dict)
    """The schemas of templates that were replaced, by service principal and template."""
    objects: dict[str, SourceObject] = field(default_factory=dict)
    """The users and groups that can be provisioned on demand, by id. Without any, every id is a user or a group."""
    provisioned: dict[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)
    """The attributes of what was provisioned on demand, by job and object."""
    provisioning_log: list[LogEntry] = field(default_factory=list)
    """What the provisioning log tells, as tests put it there."""
    _by_app: dict[str, str] = field(default_factory=dict)
    _by_application: dict[str, str] = field(default_factory=dict)
    _records: dict[str, dict[str, JobRecord]] = field(default_factory=dict)
    _random: Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def draw_id(self) -> str:
        """Return a new GUID, derived from the seed."""
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def add_service_principal(
        self,
        display_name: str,
        *,
        id: str | None = None,  # noqa: A002 - Graph's own name for it
        app_id: str | None = None,
        tenant_id: str = DEFAULT_TENANT,
        templates: Iterable[str | Template] = ("scim",),
        owners: Iterable[str] | None = None,
    ) -> ServicePrincipal:
        """Add a service principal; it replaces one with the same id. Templates are ids or templates.

        Raises:
            KeyError: No template has that id.
        """
        principal_id, app_id = id or self.draw_id(), app_id or self.draw_id()
        principal = ServicePrincipal(
            id=principal_id,
            app_id=app_id,
            application_object_id=str(uuid5(_APPLICATIONS, app_id)),
            display_name=display_name,
            tenant_id=tenant_id,
            templates=tuple(TEMPLATES[item] if isinstance(item, str) else item for item in templates),
            owners=None if owners is None else tuple(owners),
        )
        self.service_principals[principal.id] = principal
        self._by_app[principal.app_id] = principal.id
        self._by_application[principal.application_object_id] = principal.id
        self._records.setdefault(principal.id, {})
        return principal

    def remove_service_principal(self, principal_id: str) -> None:
        """Remove a service principal and its jobs, as deleting the application does (graph-facts 4.8)."""
        principal = self.service_principals.pop(principal_id)
        self._by_app.pop(principal.app_id, None)
        self._by_application.pop(principal.application_object_id, None)
        self._records.pop(principal_id, None)
        self.secrets.pop(principal_id, None)
        self.target_apps.pop(principal_id, None)

    def find_service_principal(self, tenant_id: str, principal_id: str) -> ServicePrincipal | None:
        """Find a service principal of a tenant by its object id."""
        principal = self.service_principals.get(principal_id.lower())
        return principal if principal and principal.tenant_id == tenant_id else None

    def find_by_app(self, tenant_id: str, app_id: str) -> ServicePrincipal | None:
        """Find a service principal of a tenant by its application's id."""
        return self.find_service_principal(tenant_id, self._by_app.get(app_id.lower(), ""))

    def find_by_application(self, tenant_id: str, object_id: str) -> ServicePrincipal | None:
        """Find a service principal of a tenant by the object id of its app registration."""
        return self.find_service_principal(tenant_id, self._by_application.get(object_id.lower(), ""))

    def read_schema(self, job: Job) -> Schema:
        """Return the schema of a job: its own, or that of its template."""
        return self.schemas.get(job.id) or self._make_default_schema(job)

    def _make_default_schema(self, job: Job) -> Schema:
        return self.read_template_schema(job.service_principal_id, job.template) | {"id": job.id}

    def read_template_schema(self, principal_id: str, template: Template) -> Schema:
        """Return the schema of a template as a service principal has it."""
        return deepcopy(self.template_schemas.get((principal_id, template.id))) or make_template_schema(template)

    def change_template_schema(
        self, principal_id: str, template: Template, parts: Schema | None, now: datetime
    ) -> None:
        """Give a template these rules and directories, or with None its own. Jobs made from it keep theirs."""
        for record in self._records[principal_id].values():
            if record.job.template.id == template.id:
                self.schemas.setdefault(record.job.id, self._make_default_schema(record.job))
        self.template_schemas.pop((principal_id, template.id), None)
        if parts is not None:
            version = f"Date:{format_time(now)}, ActivityId:{self.draw_id()}"
            changed = make_template_schema(template) | parts | {"version": version}
            self.template_schemas[principal_id, template.id] = changed

    def change_schema(self, record: JobRecord, parts: Schema | None, now: datetime) -> None:
        """Give a job these rules and directories, or with None those of its template.

        Its next cycle is an initial one (graph-facts 4.4).
        """
        job = record.job
        fresh = self._make_default_schema(job)
        version = f"Date:{format_time(now)}, ActivityId:{self.draw_id()}"
        self.schemas[job.id] = fresh | (parts or {}) | {"id": job.id, "version": version}
        record.job = require_initial_cycle(job, now)

    def create_job(self, principal: ServicePrincipal, template: Template, now: datetime) -> Job:
        """Create a job. Its id is `<template>.<tenant without dashes>.<guid>` (graph-facts 4.1)."""
        job_id = f"{template.id}.{principal.tenant_id.replace('-', '')}.{self.draw_id()}"
        seed = crc32(job_id.encode(), self.seed)
        job = create_job(job_id, principal.id, template, now, seed=seed, switches=self.switches)
        pending = begin_replication(self.creation_of.get(principal.id, self.creation), now)
        self._records[principal.id][job.id] = JobRecord(job, unseen=pending)
        return job

    def delete_job(self, record: JobRecord, now: datetime) -> None:
        """Delete a job; callers may still see it until the deletion has replicated."""
        record.is_deleted = True
        self.schemas.pop(record.job.id, None)
        record.lingering = begin_replication(self.deletion, now)
        if record.lingering is None:
            self._records[record.job.service_principal_id].pop(record.job.id, None)

    def find_object(self, object_id: str, kind: str) -> SourceObject | None:
        """Find an object by its id; if none was ever added, every id is an object of the kind that is looked for."""
        return self.objects.get(object_id) if self.objects else SourceObject(id=object_id, type=kind)

    def is_entitled(self, source: SourceObject, principal_id: str) -> bool:
        """Check whether an object is assigned, or all objects are synchronized."""
        return source.is_assigned or self.secrets.get(principal_id, {}).get("SyncAll", "").lower() == "true"

    def change_secrets(
        self, principal_id: str, written: Iterable[tuple[str, str]], now: datetime, *, replaces: bool
    ) -> None:
        """Store secrets. Cycles that began before `now` used the old ones."""
        self.list_records(principal_id, now)
        before = self.secrets.get(principal_id, {})
        self.secrets[principal_id] = upsert_secrets(before, written, replaces=replaces)

    def change_target_app(self, principal_id: str, target_app: TargetApp, now: datetime) -> None:
        """Replace the target application. Cycles that began before `now` used the old one."""
        self.list_records(principal_id, now)
        self.target_apps[principal_id] = target_app

    def check_credentials(self, principal_id: str, credentials: Mapping[str, str]) -> SynchronizationError | None:
        """Return why the target application refuses these credentials; None if it accepts them."""
        return self.target_apps.get(principal_id, ACCEPTS_ANYTHING).check(credentials)

    def find_record(self, principal_id: str, job_id: str, now: datetime) -> JobRecord | None:
        """Find a job as it is at `now`, also one that callers do not see, or a deleted one that they still see."""
        record = self._records.get(principal_id, {}).get(job_id)
        return self._advanced(record, now) if record else None

    def find_record_anywhere(self, job_id: str, now: datetime) -> JobRecord | None:
        """Find a job of any service principal by its id."""
        found = (records[job_id] for records in self._records.values() if job_id in records)
        record = next(found, None)
        return self._advanced(record, now) if record else None

    def list_records(self, principal_id: str, now: datetime) -> list[JobRecord]:
        """List the jobs of a service principal, oldest first, also those that callers do not see."""
        return [self._advanced(record, now) for record in self._records.get(principal_id, {}).values()]

    def all_records(self, now: datetime) -> Iterator[JobRecord]:
        """Yield the jobs of all service principals."""
        for principal_id in list(self._records):
            yield from self.list_records(principal_id, now)

    def _advanced(self, record: JobRecord, now: datetime) -> JobRecord:
        if not record.is_deleted:
            inputs = self._gather_inputs(record.job.service_principal_id)
            record.job = advance(record.job, now, switches=self.switches, inputs=inputs)
        return record

    def _gather_inputs(self, principal_id: str) -> CycleInputs:
        stored = self.secrets.get(principal_id, {})
        refusal = self.check_credentials(principal_id, stored)
        return CycleInputs(
            refusal=refusal,
            sync_all=stored.get("SyncAll"),
            initial_cycle_seconds=self.switches.initial_cycle_seconds,
        )
