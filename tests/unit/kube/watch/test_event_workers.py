"""How Kopf's watches start the workers of their events."""

import asyncio

import pytest
from kopf._cogs.aiokits import aiotasks
from kopf._core.reactor import queueing

from entrasync.kube.watch.event_workers import DirectScheduler, started_at_once


async def test_a_thousand_workers_start_within_one_turn_of_the_event_loop() -> None:
    scheduler, turns, started = DirectScheduler(), list[None](), list[int]()

    async def work(number: int) -> None:
        started.append(number)

    asyncio.get_running_loop().call_soon(turns.append, None)
    for number in range(1000):
        await scheduler.spawn(work(number))
    assert not turns
    await scheduler.wait()
    assert started == list(range(1000))
    await scheduler.close()


async def test_workers_end_with_their_watch() -> None:
    scheduler, ended = DirectScheduler(), list[int]()

    async def work(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    for number in range(3):
        await scheduler.spawn(work(number))
    await asyncio.sleep(0)
    await scheduler.close()
    assert (sorted(ended), scheduler.empty()) == ([0, 1, 2], True)
    with pytest.raises(RuntimeError):
        await scheduler.spawn(work(4))


async def test_a_fault_of_a_worker_reaches_its_watch() -> None:
    faults: list[BaseException] = []
    scheduler, fault = DirectScheduler(exception_handler=faults.append), ValueError("a fault")

    async def fail() -> None:
        raise fault

    await scheduler.spawn(fail())
    await scheduler.wait()
    await scheduler.close()
    assert faults == [fault]


def test_kopf_looks_its_scheduler_up_where_it_is_replaced() -> None:
    before, where = aiotasks.Scheduler, vars(queueing)["aiotasks"]
    with started_at_once():
        assert where.Scheduler is DirectScheduler
    assert where.Scheduler is before
