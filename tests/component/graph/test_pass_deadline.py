"""A pass whose write is done and never answered is cancelled at its deadline, over the wire, and nothing is lost."""

import asyncio
from typing import cast

import pytest

from entrasync.core.primitives.time_limits import JOB_PASS_DEADLINE
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.engine.worker_pool import WorkerPool
from tests.support.facts import desired, resource, seconds
from tests.support.fake_graph import FakeGraph
from tests.support.loop_time import LoopTime
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.simulated_graph import reach_simulator
from tests.support.simulator_client import SimulatorClient

PATIENT = ExchangeLimits(read_timeout=2 * JOB_PASS_DEADLINE, total_timeout=2 * JOB_PASS_DEADLINE)
"""No call ends by itself before its pass is cancelled."""


class Endings:
    """How passes ended, in order."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue()

    def passed(self, outcome: str, seconds: float) -> None:
        self.queue.put_nowait(outcome)


async def test_a_create_that_is_done_and_never_answered_makes_no_second_job(
    simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    principal = simulator.create_service_principal("salesforce")
    held = simulator.hold("createJob", "after")
    loop_time, harness, endings = LoopTime(monkeypatch), ReconcilerHarness(), Endings()
    async with reach_simulator(simulator.directory) as graph:
        client = GraphClient(graph.tokens(), TenantLimiter(harness.clock), limits=PATIENT)
        harness.graph = cast("FakeGraph", client)
        harness.restart()
        key = harness.apply(resource(desired(service_principal_id=principal.id), finalizers=()))
        queue = WorkQueue(harness.clock)
        queue.add(key, since=harness.clock.now())
        engine = WorkerPool(
            harness.reconciler,
            queue,
            harness.resources,
            clock=harness.clock,
            metrics=endings,
            deadline=JOB_PASS_DEADLINE,
        )
        engine.start()
        await asyncio.to_thread(held.wait_held)
        await loop_time.move(JOB_PASS_DEADLINE)
        assert await endings.queue.get() == "timed_out"
        assert await endings.queue.get() == "settled"
        await engine.stop(seconds(5))
        await client.aclose()
        assert len(await graph.calls("createJob")) == 1
        assert len(await graph.calls("startJob")) == 1
        assert harness.server.stored[key].has_recorded_job
        assert "operation" not in harness.status(key)
