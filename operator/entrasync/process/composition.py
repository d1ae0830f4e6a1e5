"""The composition root: the one place that makes every part of the process and joins them."""

from collections.abc import Callable
from functools import partial

from entrasync.api.names import CONNECTION_KIND, KIND, PROVISIONING_KIND
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import CONNECTION_PASS_DEADLINE, JOB_PASS_DEADLINE, Bounds
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.tenant_clients import TenantAccessFactory
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.client.authentication import Authentication, find_token_file
from entrasync.kube.client.contact import Contact
from entrasync.kube.client.crd_discovery import complete_discovery
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.client.session import find_connection, open_session
from entrasync.kube.client.write_gate import close_gate_unless
from entrasync.kube.objects.config_maps import ConfigMapClient
from entrasync.kube.objects.definitions import DefinitionReader
from entrasync.kube.objects.events import EventPoster
from entrasync.kube.objects.graph_connections import ConnectionClient
from entrasync.kube.objects.namespaces import NamespaceReader
from entrasync.kube.objects.provisioning_requests import RequestClient
from entrasync.kube.objects.secrets import SecretReader
from entrasync.kube.objects.service_accounts import request_token
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.kube.watch.kopf_host import kopf_settings
from entrasync.kube.watch.labelled_watch import LabelledWatch
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.process.clock import WorldClock
from entrasync.process.credential_watch import CredentialWatch
from entrasync.process.job_controller import JobCollaborators, build_job_queue, build_job_reconciler
from entrasync.process.observability.background import Background
from entrasync.process.observability.connection_views import ConnectionViews
from entrasync.process.observability.health import HealthServer
from entrasync.process.observability.metrics import Metrics
from entrasync.process.observability.probes import find_death, find_unreadiness
from entrasync.process.operator_client import make_operator_client
from entrasync.process.replica import join_replicas
from entrasync.process.request_controller import RequestCollaborators, build_request_reconciler
from entrasync.process.services import ApiServerAccess, KindServices, Services, SharedServices
from entrasync.process.settings.clouds import read_clouds
from entrasync.process.settings.run import RunSettings
from entrasync.reconcile.connection.informer import ConnectionInformer
from entrasync.reconcile.connection.logins import Logins
from entrasync.reconcile.connection.reconciler import ConnectionReconciler
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.engine.guard import Guard
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.engine.worker_pool import WorkerPool
from entrasync.reconcile.provisioning.informer import RequestInformer
from entrasync.reconcile.state.dependents import Dependents, may_await_credential
from entrasync.reconcile.state.informer import JobInformer
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.listings import ListingFanOut, Listings
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from entrasync.reconcile.step.write_guard import WriteGuard

CONCURRENT_LOGINS = 20
"""Passes over GraphConnections at the same time; those of one namespace take at most half. Each takes a thread."""


def compose(settings: RunSettings, clock: WorldClock, metrics: Metrics) -> Services:
    """Make all services. It reads KUBECONFIG and opens no connection yet. Raises `NotConnected`."""
    api_server = _reach_api_server(settings, metrics)
    shared = _build_shared(settings, api_server, clock, metrics)
    logins, background = _build_logins(shared), Background()
    kinds = _build_kinds(shared, logins)
    engines = [each.engine for each in kinds]
    return Services(
        api_server.session,
        api_server.namespace_access,
        kinds,
        logins,
        _build_watches(shared),
        shared.operator_client,
        _build_credential_watch(shared),
        shared.events,
        api_server.replica,
        background,
        HealthServer(
            metrics,
            liveness=lambda: find_death(engines, background),
            readiness=lambda: (
                api_server.authentication.find_fault()
                or find_unreadiness(
                    engines,
                    shared.job_client,
                    api_server.namespace_access,
                    standing=api_server.replica.describe_standing(),
                )
            ),
        ),
        clock,
        shared.forget_times,
    )


def _reach_api_server(settings: RunSettings, metrics: Metrics) -> ApiServerAccess:
    namespace_access, contact, connection = (
        NamespaceAccess(settings.namespaces),
        Contact(),
        find_connection(kopf_settings()),
    )
    authentication = Authentication(find_token_file(connection))
    replica = join_replicas(settings, connection, authentication)
    metrics.watch_leadership(lambda: replica.leadership.is_leading)
    if replica.namespace_leases is not None:
        leases = replica.namespace_leases
        metrics.watch_holders(lambda: leases.holders)
    gate = close_gate_unless(lambda: replica.leadership.is_leading)
    listeners = (gate, complete_discovery, namespace_access.record_response, contact.record_response)
    session = open_session(
        connection, *listeners, authentication=authentication, namespaces=len(namespace_access.namespaces)
    )
    client = ApiClient(session.server, session.aiohttp_session)
    return ApiServerAccess(session, client, namespace_access, authentication, contact, replica)


def _build_shared(
    settings: RunSettings, api_server: ApiServerAccess, clock: WorldClock, metrics: Metrics
) -> SharedServices:
    resources = JobStore(settings.defaults())
    job_queue = build_job_queue(
        resources,
        clock,
        name_tenant=lambda resource: connections.name_tenant(resource),
        pause_of=lambda resource: connections.pause_of(resource),
    )
    dependents = Dependents(resources, Store(), job_queue, WorkQueue(clock, capacity=CONCURRENT_LOGINS), clock)
    listing_fan_out = ListingFanOut(dependents.resources, dependents.job_queue)
    limiters = SharedLimiters(clock, concurrency=settings.concurrency)
    client = make_operator_client(settings, limiters, metrics, replica=api_server.replica.leadership.identity)
    on_read = listing_fan_out.callback_for(lambda resource: connections.uses_operator_connection(resource))
    own = Connection(None, client.graph, Listings(client.graph, on_read=on_read)) if client else None
    connections = Connections(own, serves_namespace=settings.serves_namespace, on_change=dependents.connection_changed)
    return SharedServices(
        settings,
        api_server,
        clock,
        metrics,
        SecretReader(api_server.client, allows_unlabelled=settings.unlabelled_secrets == "Allow"),
        Bounds(replication=settings.replication_bound),
        dependents,
        connections,
        listing_fan_out,
        JobClient(api_server.client, dependents.resources),
        EventPoster(api_server.client, clock.wall),
        limiters,
        client,
    )


def _build_kinds(shared: SharedServices, logins: Logins) -> tuple[KindServices, ...]:
    """Build the kinds in the order in which they are read and started."""
    reader, install = NamespaceReader(shared.api_server.client), shared.settings.defaults()
    namespaces = NamespaceDefaults(reader, shared.dependents.resources, install=install, clock=shared.clock)
    return (
        _build_connection_services(shared, logins),
        _build_job_services(shared, namespaces),
        _build_request_services(shared, namespaces),
    )


def _build_job_services(shared: SharedServices, namespaces: NamespaceDefaults) -> KindServices:
    resources, queue, memory = shared.dependents.resources, shared.dependents.job_queue, shared.memory
    connections, job_client, clock = shared.connections, shared.job_client, shared.clock
    reconciler = build_job_reconciler(
        JobCollaborators(
            resources,
            memory,
            connections,
            namespaces,
            resource_api=job_client,
            secrets=shared.secret_reader,
            config_maps=ConfigMapClient(shared.api_server.client),
            definitions=DefinitionReader(shared.api_server.client),
            events=shared.events,
            clock=clock,
            bounds=shared.bounds,
            deletion_limit=shared.settings.deletion_limit,
            guard=_build_write_guard(shared, is_stopping=lambda: engine.is_stopping),
            application_memories=shared.application_memories,
            schema_memories=shared.schema_memories,
        )
    )
    shared.metrics.watch(resources, memory, queue, clock, namespace_access=shared.api_server.namespace_access)
    shared.metrics.watch_contact(shared.api_server.contact.silence)
    kind = WatchedKind(job_client, JobInformer(resources, queue, clock=clock))
    guarded, metrics = Guard(reconciler, resources, shared.api_server.may_act), shared.metrics.time_passes(KIND)
    engine = WorkerPool(guarded, queue, resources, clock=clock, metrics=metrics, deadline=JOB_PASS_DEADLINE)
    return KindServices(kind, engine)


def _build_watches(shared: SharedServices) -> tuple[LabelledWatch, ...]:
    client, namespaces, dependents = shared.api_server.client, shared.settings.namespaces, shared.dependents
    return (
        LabelledWatch("Secrets", client, namespaces, dependents.secret_changed),
        LabelledWatch("ConfigMaps", client, namespaces, dependents.config_map_changed),
    )


def _build_request_services(shared: SharedServices, namespaces: NamespaceDefaults) -> KindServices:
    store: Store[RequestResource] = Store()
    queue, clock = WorkQueue(shared.clock), shared.clock
    client = RequestClient(shared.api_server.client, store)
    reconciler = build_request_reconciler(
        RequestCollaborators(
            store,
            shared.dependents.resources,
            namespaces,
            shared.connections,
            shared.send_line,
            request_api=client,
            secrets=shared.secret_reader,
            events=shared.events,
            metrics=shared.metrics,
            clock=clock,
            bounds=shared.bounds,
            guard=_build_write_guard(shared, is_stopping=lambda: engine.is_stopping),
        )
    )
    guarded = Guard(reconciler, store, shared.api_server.may_act)
    metrics = shared.metrics.time_passes(PROVISIONING_KIND)
    engine = WorkerPool(guarded, queue, store, clock=clock, metrics=metrics, deadline=JOB_PASS_DEADLINE)
    shared.metrics.watch_requests(store)
    return KindServices(WatchedKind(client, RequestInformer(store, queue, clock=clock)), engine)


def _build_write_guard(shared: SharedServices, *, is_stopping: Callable[[], bool]) -> WriteGuard:
    def find_stop(_: ObjectKey) -> str | None:
        return "the operator was told to stop" if is_stopping() else None

    def find_refusal(key: ObjectKey) -> str | None:
        return None if shared.api_server.namespace_access.may_act(key) else "the API server refuses its namespace"

    return WriteGuard(
        shared.dependents.resources,
        shared.connections,
        resource_api=shared.job_client,
        contact=shared.api_server.contact,
        silence_limit=shared.settings.api_server_silence,
        obstacles=(find_stop, find_refusal, shared.api_server.replica.find_obstacle),
    )


def _build_credential_watch(shared: SharedServices) -> CredentialWatch | None:
    """Watch the files of the operator connection's credential for the jobs that use it and were refused."""
    if (client := shared.operator_client) is None or not client.files:
        return None

    def find_waiting() -> list[ObjectKey]:
        jobs = shared.dependents.resources
        return [
            job.key for job in jobs if may_await_credential(job) and shared.connections.uses_operator_connection(job)
        ]

    return CredentialWatch(
        client.files,
        log_in=client.tokens.log_in,
        has_waiting=lambda: bool(find_waiting()),
        wake=lambda: shared.dependents.wake_jobs(find_waiting()),
    )


def _build_logins(shared: SharedServices) -> Logins:
    accesses = TenantAccessFactory(
        read_clouds(shared.settings.clouds_file),
        limiters=shared.limiters,
        metrics=shared.metrics,
        issue_token=partial(request_token, shared.api_server.client),
        replica=shared.api_server.replica.leadership.identity,
    )
    queue = shared.dependents.connection_queue
    return Logins(accesses, shared.connections, queue=queue, listing_fan_out=shared.listing_fan_out, clock=shared.clock)


def _build_connection_services(shared: SharedServices, logins: Logins) -> KindServices:
    store, queue, clock = shared.dependents.connections, shared.dependents.connection_queue, shared.clock
    client = ConnectionClient(shared.api_server.client, store)
    reconciler = ConnectionReconciler(
        store,
        shared.connections,
        logins,
        secrets=shared.secret_reader,
        connection_api=client,
        events=shared.events,
        clock=clock,
        bounds=shared.bounds,
        poll_interval=shared.settings.poll_interval,
        referrers=shared.dependents.referrers,
    )
    guarded, metrics = Guard(reconciler, store, shared.api_server.may_act), shared.metrics.time_passes(CONNECTION_KIND)
    engine = WorkerPool(guarded, queue, store, clock=clock, metrics=metrics, deadline=CONNECTION_PASS_DEADLINE)
    shared.metrics.watch_connections(store, ConnectionViews(store, shared.connections))
    kind = WatchedKind(client, ConnectionInformer(store, shared.connections, queue, clock=clock))
    return KindServices(kind, engine)
