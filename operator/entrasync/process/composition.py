"""All parts of one process, and how they are joined. The one place that knows every one of them."""

from dataclasses import dataclass
from functools import partial

import kopf

from entrasync.api.names import CONNECTION_PLURAL, PLURAL
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.graph.calls.shared_limiters import Limiters
from entrasync.graph.client import GraphClient
from entrasync.graph.tenant_clients import TenantAccesses
from entrasync.kube.client.api_client import Rest
from entrasync.kube.client.crd_discovery import complete_discovery
from entrasync.kube.client.namespace_access import Scope
from entrasync.kube.client.session import find_connection, open_session
from entrasync.kube.objects.events import EventPoster
from entrasync.kube.objects.graph_connections import ConnectionServer
from entrasync.kube.objects.namespaces import NamespaceReader
from entrasync.kube.objects.secrets import SecretReader
from entrasync.kube.objects.service_accounts import request_token
from entrasync.kube.objects.synchronization_jobs import ApiServer
from entrasync.kube.watch.handlers import ConnectionWatch, Watch
from entrasync.kube.watch.kopf_host import kopf_settings
from entrasync.kube.watch.list_sync import Kind
from entrasync.kube.watch.secret_watch import SecretWatch
from entrasync.process.clock import WorldClock
from entrasync.process.observability.background import Background
from entrasync.process.observability.health import HealthServer
from entrasync.process.observability.metrics import Metrics
from entrasync.process.observability.probes import find_death, find_unreadiness
from entrasync.process.operator_connection import make_own_client
from entrasync.process.settings.clouds import read_clouds
from entrasync.process.settings.run import RunSettings
from entrasync.reconcile.connection.logins import Logins
from entrasync.reconcile.connection.reconciler import ConnectionReconciler
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.controller.observe import Observer
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.controller.reconciler import Reconciler
from entrasync.reconcile.controller.resolver import Resolver
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.engine.worker_pool import Engine, UnwatchedPasses
from entrasync.reconcile.state.dependents import References
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.listings import Listings, Sharing
from entrasync.reconcile.state.memory import Memory
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults

CONNECTION_WORKERS = 10
"""Logins at the same time: each takes a thread."""


@dataclass(frozen=True)
class Ground:
    """What all parts stand on."""

    settings: RunSettings
    scope: Scope
    clock: WorldClock
    metrics: Metrics
    rest: Rest
    bounds: Bounds
    references: References
    connections: Connections
    sharing: Sharing
    api_server: ApiServer
    events: EventPoster
    limiters: Limiters
    own_client: GraphClient | None


@dataclass(frozen=True)
class JobParts:
    """What looks after SynchronizationJobs."""

    kind: Kind[Resource]
    watch: Watch
    engine: Engine


@dataclass(frozen=True)
class ConnectionParts:
    """What looks after GraphConnections."""

    kind: Kind[ConnectionResource]
    watch: ConnectionWatch
    engine: Engine
    logins: Logins


@dataclass(frozen=True)
class Parts:
    """Everything that lives as long as the process."""

    session: kopf.AiohttpSession
    scope: Scope
    jobs: JobParts
    connections: ConnectionParts
    secret_watch: SecretWatch
    own_client: GraphClient | None
    events: EventPoster
    background: Background
    health: HealthServer


def compose(settings: RunSettings, clock: WorldClock, metrics: Metrics) -> Parts:
    """Join the parts. Opens no connection yet, but for reading KUBECONFIG. Raises `NotConnected`."""
    scope = Scope(settings.namespaces)
    listeners = (complete_discovery, scope.overhear)
    session = open_session(find_connection(kopf_settings()), *listeners, places=len(scope.places))
    ground = _lay_ground(settings, scope, clock, metrics, rest=Rest(session.server, session.aiohttp_session))
    jobs, connections, background = _join_job_parts(ground), _join_connection_parts(ground), Background()
    engines = (jobs.engine, connections.engine)
    return Parts(
        session,
        scope,
        jobs,
        connections,
        SecretWatch(ground.rest, settings.namespaces, ground.references.secret_changed),
        ground.own_client,
        ground.events,
        background,
        HealthServer(
            metrics,
            liveness=lambda: find_death(engines, background),
            readiness=lambda: find_unreadiness(engines, ground.api_server, scope),
        ),
    )


def _lay_ground(settings: RunSettings, scope: Scope, clock: WorldClock, metrics: Metrics, *, rest: Rest) -> Ground:
    references = References(Resources(settings.defaults()), Store(), WorkQueue(clock), WorkQueue(clock), clock)
    sharing = Sharing(references.resources, references.job_queue)
    limiters = Limiters(clock, concurrency=settings.concurrency)
    client = make_own_client(settings, limiters, metrics)
    by_own = sharing.among(lambda resource: connections.key_for(resource) is None)
    own = Connection(None, client, Listings(client, on_fetched=by_own)) if client else None
    connections = Connections(own, serves=settings.serves, on_change=references.connection_changed)
    api_server = ApiServer(rest, references.resources)
    return Ground(
        settings,
        scope,
        clock,
        metrics,
        rest,
        Bounds(replication=settings.replication_bound),
        references,
        connections,
        sharing,
        api_server,
        EventPoster(api_server, clock.wall),
        limiters,
        client,
    )


def _join_job_parts(ground: Ground) -> JobParts:
    resources, queue, memory = ground.references.resources, ground.references.job_queue, Memory()
    connections, api_server, clock = ground.connections, ground.api_server, ground.clock
    install, events = ground.settings.defaults(), ground.events
    namespaces = NamespaceDefaults(NamespaceReader(ground.rest), resources, install=install, events=events, clock=clock)
    reconciler = Reconciler(
        resources,
        memory,
        namespaces=namespaces,
        resolver=Resolver(connections, resources),
        observer=Observer(connections, resources, memory, secrets=SecretReader(ground.rest), clock=clock),
        performer=Performer(connections, api_server, resources, memory, events=ground.events, clock=clock),
        resource_api=api_server,
        events=ground.events,
        clock=clock,
        bounds=ground.bounds,
    )
    ground.metrics.watch(resources, memory, queue, clock, scope=ground.scope)
    watch = Watch(resources, queue, clock=clock)
    engine = Engine(ground.scope.guard(reconciler), queue, resources, clock=clock, watcher=ground.metrics)
    return JobParts(Kind(PLURAL, api_server.list_resources, resources, watch), watch, engine)


def _join_connection_parts(ground: Ground) -> ConnectionParts:
    store, queue, clock = ground.references.connections, ground.references.connection_queue, ground.clock
    server = ConnectionServer(ground.rest, store)
    accesses = TenantAccesses(
        read_clouds(ground.settings.clouds_file),
        limiters=ground.limiters,
        observer=ground.metrics,
        issue_token=partial(request_token, ground.rest),
    )
    logins = Logins(accesses, ground.connections, queue=queue, sharing=ground.sharing, clock=clock)
    reconciler = ConnectionReconciler(
        store,
        ground.connections,
        logins,
        secrets=SecretReader(ground.rest),
        connection_api=server,
        events=ground.events,
        clock=clock,
        bounds=ground.bounds,
        poll_interval=ground.settings.poll_interval,
        referrers=ground.references.referrers,
    )
    story, watcher = ground.scope.guard(reconciler), UnwatchedPasses()
    engine = Engine(story, queue, store, clock=clock, watcher=watcher, workers=CONNECTION_WORKERS)
    ground.metrics.watch_connections(store)
    watch = ConnectionWatch(store, ground.connections, queue, clock=clock)
    return ConnectionParts(Kind(CONNECTION_PLURAL, server.list_connections, store, watch), watch, engine, logins)
