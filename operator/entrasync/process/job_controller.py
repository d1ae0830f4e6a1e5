"""Puts the reconciler of SynchronizationJobs together. Here every class of actions gets its handler."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from entrasync.core.application.actions import CheckForeignKeys, ForgetAcknowledgement, RemoveSecrets, SaveSecrets
from entrasync.core.job.actions import AddFinalizer, CreateJob, DeleteJob, ForgetCreate, HoldJob, ReleaseResource
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.actions import RecoverJob, RestartJob, RestartOnRequest
from entrasync.core.schedule.actions import AskInterval, PauseJob, StartJob
from entrasync.core.schema.actions import PutSchema
from entrasync.core.settings.actions import PatchSettings
from entrasync.reconcile.application.memory import ApplicationMemoryStore
from entrasync.reconcile.application.reader import ApplicationReader
from entrasync.reconcile.application.removal import CheckHandler, RemoveHandler
from entrasync.reconcile.application.writer import AcknowledgementHandler, SaveHandler
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.controller.apply import ApplyLoop
from entrasync.reconcile.controller.deletion import DeletionLoop
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.pass_entry import PassEntry
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.controller.reconciler import JobReconciler, Steps
from entrasync.reconcile.controller.resolver import Resolver
from entrasync.reconcile.controller.status_report import StatusReport
from entrasync.reconcile.engine.work_queue import DEFAULT_CAPACITY, WorkQueue
from entrasync.reconcile.job.create import CreateHandler, ForgetCreateHandler
from entrasync.reconcile.job.deletion import DeleteHandler, ReleaseHandler
from entrasync.reconcile.job.hold import FinalizerHandler, HoldHandler
from entrasync.reconcile.job.recovery import RecoveryHandler
from entrasync.reconcile.job.requested_restart import RequestedRestartHandler
from entrasync.reconcile.job.restart import RestartHandler
from entrasync.reconcile.job.schedule import IntervalHandler, PauseHandler, StartHandler
from entrasync.reconcile.job.settings import SettingsHandler
from entrasync.reconcile.ports.kubernetes import ConfigMapStore, DefinitionStore, EventSink, ResourceApi, SecretStore
from entrasync.reconcile.schema.backups import SchemaBackups
from entrasync.reconcile.schema.memory import SchemaMemoryStore
from entrasync.reconcile.schema.reader import SchemaReader
from entrasync.reconcile.schema.sources import SchemaSources
from entrasync.reconcile.schema.writer import SchemaHandler
from entrasync.reconcile.state.deletions import RecentDeletions
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from entrasync.reconcile.step.handler import Handlers
from entrasync.reconcile.step.resource_writer import ResourceWriter
from entrasync.reconcile.step.write_guard import WriteGuard


@dataclass(frozen=True)
class JobCollaborators:
    """What the reconciler of jobs works with."""

    resources: JobStore
    memory: MemoryStore
    connections: Connections
    namespaces: NamespaceDefaults
    resource_api: ResourceApi
    secrets: SecretStore
    config_maps: ConfigMapStore
    definitions: DefinitionStore
    events: EventSink
    clock: Clock
    bounds: Bounds
    guard: WriteGuard
    application_memories: ApplicationMemoryStore = field(default_factory=ApplicationMemoryStore)
    schema_memories: SchemaMemoryStore = field(default_factory=SchemaMemoryStore)
    deletion_limit: int | None = None
    """The most jobs of a tenant that are deleted in Graph within ten minutes."""


def build_job_queue(
    resources: JobStore,
    clock: Clock,
    *,
    name_tenant: Callable[[Resource], str],
    pause_of: Callable[[Resource], timedelta],
    capacity: int = DEFAULT_CAPACITY,
) -> WorkQueue:
    """Make the queue of jobs: it serializes by service principal, and tenants get fair shares of its passes."""

    def tenant_of(key: ObjectKey) -> str:
        resource = resources.get(key)
        return name_tenant(resource) if resource else key.namespace

    def pause_for(key: ObjectKey) -> timedelta:
        resource = resources.get(key)
        return pause_of(resource) if resource else timedelta()

    serialization_key = resources.serialization_key
    return WorkQueue(
        clock, serialization_key=serialization_key, tenant_of=tenant_of, pause_of=pause_for, capacity=capacity
    )


def build_job_reconciler(collaborators: JobCollaborators) -> JobReconciler:
    """Join the parts of the reconciler of jobs."""
    memories, clock, bounds = collaborators.application_memories, collaborators.clock, collaborators.bounds
    writer = ResourceWriter(collaborators.resource_api, collaborators.resources)
    performer = build_performer(collaborators, writer, memories)
    reader = FactsReader(collaborators.connections, collaborators.resources, clock=clock, bounds=bounds)
    entry = build_pass_entry(collaborators, reader)
    steps = Steps(
        entry,
        Resolver(collaborators.connections, collaborators.resources),
        ApplyLoop(
            entry,
            reader,
            application=ApplicationReader(collaborators.secrets, memories),
            schema=SchemaReader(collaborators.schema_memories, SchemaSources(collaborators.config_maps)),
            performer=performer,
            clock=clock,
        ),
        DeletionLoop(
            reader,
            collaborators.memory,
            definitions=collaborators.definitions,
            recent=RecentDeletions(collaborators.deletion_limit),
            performer=performer,
            release=ReleaseHandler(writer, collaborators.events),
            clock=clock,
            bounds=bounds,
        ),
        build_report(collaborators, writer),
    )
    forget = partial(_forget, collaborators, memories)
    return JobReconciler(collaborators.resources, collaborators.namespaces, steps, forget=forget)


def build_report(collaborators: JobCollaborators, writer: ResourceWriter) -> StatusReport:
    """Join what ends passes."""
    return StatusReport(
        writer,
        collaborators.memory,
        collaborators.namespaces,
        events=collaborators.events,
        clock=collaborators.clock,
        bounds=collaborators.bounds,
    )


def build_pass_entry(collaborators: JobCollaborators, reader: FactsReader) -> PassEntry:
    """Join what begins passes."""
    return PassEntry(
        collaborators.connections,
        collaborators.memory,
        guard=collaborators.guard,
        reader=reader,
        clock=collaborators.clock,
        bounds=collaborators.bounds,
    )


def _forget(collaborators: JobCollaborators, memories: ApplicationMemoryStore, key: ObjectKey) -> None:
    """Drop what is remembered of a resource that was deleted, and of what only it belonged to."""
    collaborators.memory.forget(key)
    memories.forget(key)
    collaborators.schema_memories.forget(key)
    service_principals = collaborators.resources.service_principals()
    memories.forget_unused(service_principals)
    collaborators.connections.forget_unused(service_principals)
    collaborators.resources.recent_creates.prune(collaborators.clock.now())
    if not collaborators.resources.in_namespace(key.namespace):
        collaborators.namespaces.forget(key.namespace)


def build_performer(
    collaborators: JobCollaborators, writer: ResourceWriter, memories: ApplicationMemoryStore
) -> Performer:
    """Join what carries out actions."""
    handlers = build_handlers(collaborators, writer, memories)
    return Performer(handlers, clock=collaborators.clock, bounds=collaborators.bounds)


def build_handlers(
    collaborators: JobCollaborators, writer: ResourceWriter, memories: ApplicationMemoryStore
) -> Handlers:
    """Give every class of actions its handler."""
    events, clock = collaborators.events, collaborators.clock
    return {
        AddFinalizer: FinalizerHandler(writer),
        HoldJob: HoldHandler(writer, events),
        CreateJob: CreateHandler(writer, events, clock),
        ForgetCreate: ForgetCreateHandler(writer),
        DeleteJob: DeleteHandler(writer, events, recent_creates=collaborators.resources.recent_creates),
        ReleaseResource: ReleaseHandler(writer, events),
        StartJob: StartHandler(writer, events, clock),
        PauseJob: PauseHandler(writer, events, clock),
        AskInterval: IntervalHandler(writer, clock),
        PatchSettings: SettingsHandler(events, clock),
        PutSchema: SchemaHandler(
            collaborators.schema_memories, SchemaBackups(collaborators.config_maps, writer, clock), events, clock
        ),
        RestartJob: RestartHandler(writer, events),
        RecoverJob: RecoveryHandler(writer, events, clock),
        RestartOnRequest: RequestedRestartHandler(writer, events, clock),
        SaveSecrets: SaveHandler(writer, memories, events=events, clock=clock),
        RemoveSecrets: RemoveHandler(writer, memories, events=events, clock=clock),
        CheckForeignKeys: CheckHandler(writer, memories, clock=clock),
        ForgetAcknowledgement: AcknowledgementHandler(writer),
    }
