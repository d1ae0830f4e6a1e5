"""The composition root: the one place that knows every part and joins them."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import timedelta

import kopf

from entrasync.api.names import PLURAL
from entrasync.core.bounds import Bounds
from entrasync.core.resource import Resource
from entrasync.graph.client import GraphClient
from entrasync.graph.credentials import AppCredential, ClientSecret, SecretFile, SecretSource, SecretValue
from entrasync.graph.limiter import TenantLimiter
from entrasync.graph.tokens import TokenSource
from entrasync.kube.api_server import ApiServer
from entrasync.kube.connection import find_connection, open_session
from entrasync.kube.events import EventPoster
from entrasync.kube.handlers import Watch
from entrasync.kube.host import Hosting, host, kopf_settings
from entrasync.kube.lists import Kind, keep_pruned, wait_for_first_list
from entrasync.kube.namespaces import NamespaceReader
from entrasync.kube.rest import Rest
from entrasync.process.background import Background
from entrasync.process.checks import find_death, find_unreadiness
from entrasync.process.clock import WorldClock
from entrasync.process.health import HealthServer
from entrasync.process.metrics import Metrics
from entrasync.process.settings import PREFIX, RunSettings
from entrasync.reconcile.connections import Connection, Connections
from entrasync.reconcile.engine import Engine
from entrasync.reconcile.listings import Listings, Sharing
from entrasync.reconcile.memory import Memory
from entrasync.reconcile.namespaces import NamespaceDefaults
from entrasync.reconcile.observe import Observer
from entrasync.reconcile.perform import Performer
from entrasync.reconcile.queue import WorkQueue
from entrasync.reconcile.reconciler import Reconciler
from entrasync.reconcile.resolver import Resolver
from entrasync.reconcile.resources import Resources

LOG = logging.getLogger("entrasync.process")

GRACE = timedelta(seconds=20)
"""Writes to Graph under way at SIGTERM get so long; the process is out five seconds later."""

EVENTS_GRACE_SECONDS = 2.0


def secret_source(settings: RunSettings) -> SecretSource:
    """Find out where the client secret comes from."""
    if settings.client_secret_file is not None:
        return SecretFile(settings.client_secret_file)
    value = settings.client_secret.get_secret_value() if settings.client_secret else ""
    return SecretValue(value, f"the setting {PREFIX}CLIENT_SECRET or --client-secret")


@dataclass(frozen=True)
class Parts:
    """Everything that lives as long as the process."""

    session: kopf.AiohttpSession
    jobs: Kind[Resource]
    graph: GraphClient
    events: EventPoster
    watch: Watch
    engine: Engine
    background: Background
    health: HealthServer


def compose(settings: RunSettings, clock: WorldClock, metrics: Metrics) -> Parts:
    """Join the parts. Opens no connection yet, but for reading KUBECONFIG. Raises `NotConnected`."""
    session = open_session(find_connection(kopf_settings()))
    bounds = Bounds(replication=settings.replication_bound)
    defaults = settings.defaults()
    resources, memory, queue = Resources(defaults), Memory(), WorkQueue(clock)
    rest = Rest(session.server, session.aiohttp_session)
    api_server = ApiServer(rest, resources)
    graph = _graph_client(settings, clock, metrics)
    events = EventPoster(api_server, clock.wall)

    sharing = Sharing(resources, queue).among(lambda resource: connections.key_for(resource) is None)
    own = Connection(None, graph, Listings(graph, on_fetched=sharing))
    connections = Connections(own, serves=lambda _: True)
    reconciler = Reconciler(
        resources,
        memory,
        namespaces=NamespaceDefaults(NamespaceReader(rest), resources, install=defaults, events=events, clock=clock),
        resolver=Resolver(connections, resources),
        observer=Observer(connections, resources, memory, clock),
        performer=Performer(connections, api_server, resources, events=events, clock=clock),
        resource_api=api_server,
        events=events,
        clock=clock,
        bounds=bounds,
    )
    engine, background = Engine(reconciler, queue, resources, clock=clock, watcher=metrics), Background()
    metrics.watch(resources, memory, queue, clock)
    health = HealthServer(
        metrics,
        liveness=lambda: find_death(engine, background),
        readiness=lambda: find_unreadiness(engine, api_server),
    )
    watch = Watch(resources, queue, clock=clock)
    jobs = Kind(PLURAL, api_server.list_resources, resources, watch)
    return Parts(session, jobs, graph, events, watch, engine, background, health)


def _graph_client(settings: RunSettings, clock: WorldClock, metrics: Metrics) -> GraphClient:
    credential = AppCredential(settings.tenant_id, settings.client_id, ClientSecret(secret_source(settings)))
    limiter = TenantLimiter(clock, concurrency=settings.concurrency)
    return GraphClient(TokenSource(settings.endpoint(), credential), limiter, observer=metrics)


async def run(settings: RunSettings, *, stop: asyncio.Event) -> None:
    """Run the operator until `stop` is set: at first no new work, then writes under way end, then all is closed."""
    clock = WorldClock(settings.clock_start, origin=settings.clock_origin, rate=settings.clock_rate)
    parts = compose(settings, clock, Metrics())
    await parts.health.start(settings.http_host, settings.http_port)
    try:
        first_list = asyncio.create_task(wait_for_first_list(parts.jobs, settings.namespaces))
        if await _wait_for(first_list, stop):
            await host(_hosting(parts, settings), stop=stop)
    finally:
        await parts.health.stop()
        await parts.graph.aclose()
        await parts.session.aiohttp_session.close()


async def _wait_for(task: asyncio.Task[None], stop: asyncio.Event) -> bool:
    """Wait for a task unless told to stop; tells whether it was done."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        return False
    task.result()
    return True


def _hosting(parts: Parts, settings: RunSettings) -> Hosting:
    async def begin() -> None:
        parts.engine.start()
        parts.watch.wake_all()
        parts.background.start("events", parts.events.post_all())
        parts.background.start("pruning", keep_pruned(parts.jobs, settings.namespaces))
        LOG.info("The operator runs; %d resources were found.", len(parts.jobs.store))

    async def end() -> None:
        LOG.info("The operator was told to stop; writes to Graph under way get %d s.", GRACE.total_seconds())
        await parts.engine.stop(GRACE)
        try:
            await asyncio.wait_for(parts.events.drain(), EVENTS_GRACE_SECONDS)
        except TimeoutError:
            LOG.warning("Some Events could not be posted before the end.")
        await parts.background.stop()

    return Hosting(parts.session, parts.watch, settings.namespaces, begin, end)
