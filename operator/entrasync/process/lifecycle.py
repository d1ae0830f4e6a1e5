"""The life of the process: it reads complete lists, works until it is stopped, and shuts down in order."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from entrasync.kube.watch.kopf_host import Hosting, host
from entrasync.kube.watch.list_sync import keep_in_sync, recheck_refused, wait_for_first_list
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.process.clock import WorldClock, watch_clock
from entrasync.process.composition import compose
from entrasync.process.credential_watch import watch_expiries
from entrasync.process.observability.metrics import Metrics
from entrasync.process.services import Services
from entrasync.process.settings.run import RunSettings

LOG = logging.getLogger("entrasync.process")

SHUTDOWN_GRACE = timedelta(seconds=20)
"""How long writes to Graph may go on after SIGTERM. The process ends at most five seconds later."""

EVENTS_TIMEOUT_SECONDS = 2.0


async def run(settings: RunSettings, *, stop: asyncio.Event) -> None:
    """Run the operator until `stop` is set.

    Then it takes no new work, lets writes under way end for `SHUTDOWN_GRACE`, and closes all connections. Raises
    `LeadershipLost` when it ends because another replica may act.
    """
    clock = WorldClock(settings.clock_start, origin=settings.clock_origin, rate=settings.clock_rate)
    services = compose(settings, clock, Metrics())
    await services.health.start(settings.http_host, settings.http_port)
    try:
        await _live(services, stop)
    finally:
        await services.health.stop()
        await services.logins.close()
        if services.operator_client is not None:
            await services.operator_client.graph.aclose()
        await services.replica.close()
        await services.session.aiohttp_session.close()


async def _live(services: Services, stop: asyncio.Event) -> None:
    """Read all resources, and work as long as this replica leads. Raises `LeadershipLost`."""
    leadership = services.replica.leadership
    leadership.on_loss = partial(_cut_work, services, stop)
    was_first = await leadership.take_if_free()
    leading = asyncio.create_task(leadership.run(), name="leadership")
    leading.add_done_callback(lambda _: stop.set())
    try:
        if await _wait_for(asyncio.create_task(_read_first(services)), stop):
            await host(_hosting(services, is_read_by_leader=was_first), stop=stop)
        if leadership.is_lost or leading.done():
            await leading
    finally:
        leading.cancel()


def _cut_work(services: Services, stop: asyncio.Event) -> None:
    """Break all passes off where they wait, and end the process."""
    for each in services.kinds:
        each.engine.cut()
    stop.set()


async def _read_first(services: Services) -> None:
    """Read complete lists before any work."""
    for each in services.kinds:
        await wait_for_first_list(each.kind, services.namespace_access)
    for watch in services.labelled_watches:
        await watch.prime()


async def _wait_for(task: asyncio.Task[None], stop: asyncio.Event) -> bool:
    """Wait for a task or for `stop`, whichever is first. Returns whether the task is done."""
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        return False
    task.result()
    return True


def _hosting(services: Services, *, is_read_by_leader: bool) -> Hosting:
    kinds, namespace_access = [each.kind for each in services.kinds], services.namespace_access

    async def begin() -> None:
        if is_read_by_leader:
            begin_work(services)
        else:
            services.background.start("standby", stand_by(services))

    async def end() -> None:
        if not services.replica.leadership.is_lost:
            seconds = SHUTDOWN_GRACE.total_seconds()
            LOG.info("The operator was told to stop; writes to Graph under way get %d s.", seconds)
        await asyncio.gather(*(each.engine.stop(SHUTDOWN_GRACE) for each in services.kinds))
        try:
            await asyncio.wait_for(services.events.drain(), EVENTS_TIMEOUT_SECONDS)
        except TimeoutError:
            LOG.warning("Some Events could not be posted before the end.")
        await services.background.stop()

    return Hosting(services.session, kinds, namespace_access, begin, end)


async def stand_by(services: Services) -> None:
    """Keep the stores filled by the watches until this replica leads. Then read complete lists, and begin to work.

    What the watches have shown may be behind what the replica that led before has written.
    """
    for each in services.kinds:
        each.kind.store.is_complete = False  # so that no edit is urgent, of which nobody knows how old it is by then
    services.replica.stands_by = True
    await services.replica.leadership.wait_until_leading()
    await _read_first(services)
    services.replica.stands_by = False
    begin_work(services)
    await asyncio.Event().wait()  # the end of a background task is a fault


def begin_work(services: Services) -> None:
    """Begin to make passes, over all objects first."""
    for each in services.kinds:
        each.engine.start()
        if not each.kind.informer.is_awaited:  # those of awaited kinds are enqueued since their first list
            each.kind.informer.enqueue_all()
    start_background(services)
    found = ", ".join(f"{len(each.kind.store)} {each.kind.plural}" for each in services.kinds)
    LOG.info("The operator runs and has found %s.", found)


def start_background(services: Services) -> None:
    """Start what runs until the end beside the passes."""
    kinds, namespace_access = [each.kind for each in services.kinds], services.namespace_access
    services.background.start("events", services.events.post_all())
    for kind in kinds:
        services.background.start(f"resync of {kind.plural}", keep_in_sync(kind, namespace_access))
    if (leases := services.replica.namespace_leases) is not None:
        leases.is_needed = lambda namespace: any(kind.store.in_namespace(namespace) for kind in kinds)
        leases.on_taken = partial(_look_at_namespace, kinds)
        services.background.start("leases of namespaces", leases.run())
    services.background.start("recheck of refused namespaces", recheck_refused(kinds, namespace_access))
    for watch in services.labelled_watches:
        services.background.start(f"watch of {watch.plural}", watch.run())
    if services.credential_watch is not None:
        services.background.start("watch of the credential", services.credential_watch.run())
    own = services.operator_client.secret_expiry if services.operator_client else None
    looks = (services.logins.look_up_expiries, *([own.look] if own else []))
    services.background.start("watch of the ends of credentials", watch_expiries(services.clock, *looks))
    services.background.start("watch of the clock", watch_clock(services.clock, partial(look_anew, services)))


def _look_at_namespace(kinds: Sequence[WatchedKind[Any]], namespace: str) -> None:
    for kind in kinds:
        kind.informer.enqueue_all(namespace)


def look_anew(services: Services) -> None:
    """Look at all objects again, after forgetting what the time of a clock that was set since had told."""
    services.forget_times()
    for each in services.kinds:
        each.kind.informer.enqueue_all()
