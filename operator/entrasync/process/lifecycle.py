"""The life of the process: lists first, then work, and an end in order."""

import asyncio
import logging
from datetime import timedelta

from entrasync.kube.watch.kopf_host import Hosting, host
from entrasync.kube.watch.list_sync import keep_in_sync, recheck_refused, wait_for_first_list
from entrasync.process.clock import WorldClock
from entrasync.process.composition import Services, compose
from entrasync.process.observability.metrics import Metrics
from entrasync.process.settings.run import RunSettings

LOG = logging.getLogger("entrasync.process")

GRACE = timedelta(seconds=20)
"""Writes to Graph under way at SIGTERM get so long; the process is out five seconds later."""

EVENTS_GRACE_SECONDS = 2.0


async def run(settings: RunSettings, *, stop: asyncio.Event) -> None:
    """Run the operator until `stop` is set: at first no new work, then writes under way end, then all is closed."""
    clock = WorldClock(settings.clock_start, origin=settings.clock_origin, rate=settings.clock_rate)
    services = compose(settings, clock, Metrics())
    await services.health.start(settings.http_host, settings.http_port)
    try:
        if await _wait_for(asyncio.create_task(_read_first(services)), stop):
            await host(_hosting(services), stop=stop)
    finally:
        await services.health.stop()
        await services.connections.logins.close()
        if services.own_client is not None:
            await services.own_client.aclose()
        await services.session.aiohttp_session.close()


async def _read_first(services: Services) -> None:
    """Read what work needs whole: connections before jobs, which would say that theirs is not there."""
    await wait_for_first_list(services.connections.kind, services.access)
    await wait_for_first_list(services.jobs.kind, services.access)
    await services.secret_watch.prime()


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


def _hosting(services: Services) -> Hosting:
    jobs, connections, access = services.jobs, services.connections, services.access

    async def begin() -> None:
        connections.engine.start()
        jobs.engine.start()
        jobs.kind.informer.enqueue_all()
        services.background.start("events", services.events.post_all())
        services.background.start("pruning", keep_in_sync(jobs.kind, access))
        services.background.start("pruning connections", keep_in_sync(connections.kind, access))
        services.background.start("refused places", recheck_refused((connections.kind, jobs.kind), access))
        services.background.start("watch of secrets", services.secret_watch.run())
        found = len(jobs.kind.store), len(connections.kind.store)
        LOG.info("The operator runs; %d SynchronizationJobs and %d GraphConnections were found.", *found)

    async def end() -> None:
        LOG.info("The operator was told to stop; writes to Graph under way get %d s.", GRACE.total_seconds())
        await asyncio.gather(jobs.engine.stop(GRACE), connections.engine.stop(GRACE))
        try:
            await asyncio.wait_for(services.events.drain(), EVENTS_GRACE_SECONDS)
        except TimeoutError:
            LOG.warning("Some Events could not be posted before the end.")
        await services.background.stop()

    return Hosting(services.session, (jobs.kind, connections.kind), access, begin, end)
