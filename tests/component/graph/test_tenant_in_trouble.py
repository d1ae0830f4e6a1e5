"""A tenant, or a job, that is in trouble holds up no other: the whole engine, over the wire, between two Graphs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import JOB_PASS_DEADLINE
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.client import GraphClient
from entrasync.process.clock import WorldClock
from entrasync.process.job_controller import build_job_queue
from entrasync.reconcile.connection.registry import Connection
from entrasync.reconcile.engine.worker_pool import WorkerPool
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import desired, resource
from tests.support.fake_graph import FakeGraph
from tests.support.graph_troubles import TROUBLES
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.scripted_client import token_source
from tests.support.scripted_graph import ScriptedGraph, run_scripted_graph
from tests.support.simulated_graph import reach_simulator
from tests.support.simulator_client import FaultHandle, SimulatorClient
from tests.support.still_clock import StillClock

pytestmark = pytest.mark.chaos("A tenant, or jobs, in trouble beside others")

CAPACITY, CONCURRENCY = 20, 8
"""Passes at the same time, and calls of a tenant: a quarter of the usual, so that a quarter of the jobs is enough."""

TROUBLED = 30
"""More jobs than there are passes, so that they could take all of them."""

BAD_NEIGHBOURS = 4
"""Fewer than the background calls of a tenant."""

SOUND = 5

PATIENCE_SECONDS = 20.0
"""Shorter than every pause, and than every call, login and pass that hangs. The sound jobs need about a second."""

BUSY_SECONDS = 90.0
"""The same where the trouble is work rather than waiting: a busy machine has nothing to wait out."""

CONNECTION = ObjectKey("troubled", "troubled")

TROUBLES_OF_GRAPH = {
    "no answer at all": PATIENCE_SECONDS,
    "an endless trickle": PATIENCE_SECONDS,
    "429 in seconds": PATIENCE_SECONDS,
    "429 without a time": BUSY_SECONDS,
    "500": BUSY_SECONDS,
    "503 with a time": PATIENCE_SECONDS,
    "50 MB in 50 KB": BUSY_SECONDS,
    "a reset in the middle": BUSY_SECONDS,
}
"""How long the sound jobs may take beside each."""
TROUBLES_OF_LOGIN = ("no answer at all", "an endless trickle", "429 in seconds", "500")


@dataclass
class Endings:
    """Tells of each pass that has ended."""

    passes: asyncio.Queue[None]

    def passed(self, outcome: str, seconds: float) -> None:
        self.passes.put_nowait(None)


@dataclass
class RunningEngine:
    """The engine of jobs over the simulator as the Graph of the install, with an API server in memory."""

    harness: ReconcilerHarness
    simulator: SimulatorClient
    limiters: SharedLimiters
    add: Callable[[ObjectKey], None]
    passes: asyncio.Queue[None]
    clients: AsyncExitStack

    def connect(self, tokens: TokenSource, limits: ExchangeLimits) -> None:
        """Connect the namespace `troubled` to a tenant of its own."""
        limiter = self.limiters.find(tokens.tenant_id, "troubled", endpoint=tokens.endpoint)
        client = GraphClient(tokens, limiter, limits=limits)
        self.clients.push_async_callback(client.aclose)
        listings = Listings(client, on_read=lambda *_: None)
        self.harness.connections.put(CONNECTION, Connection(CONNECTION, client, listings))

    def apply(self, key: ObjectKey, principal: str, **spec: Any) -> ObjectKey:
        """Apply a job, and have a pass over it made."""
        wish = desired(service_principal_id=principal, **spec)
        self.harness.apply(resource(wish, finalizers=(), key=key, uid=str(uuid4())))
        self.add(key)
        return key

    async def apply_sound(self, count: int = SOUND) -> list[ObjectKey]:
        """Apply jobs of the install's own tenant, which nothing troubles."""
        principals = [await asyncio.to_thread(self.simulator.create_service_principal) for _ in range(count)]
        return [self.apply(ObjectKey("sound", each.id), each.id) for each in principals]

    async def wait_started(self, keys: list[ObjectKey], *, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until each of them has its job in Graph, and has started it."""
        async with asyncio.timeout(seconds):
            while not all(self.harness.status(key).get("lastStartTime") for key in keys):
                await self.passes.get()
        states = [job.schedule_state for job in await asyncio.to_thread(self.simulator.jobs)]
        assert states == ["Active"] * len(keys)


@pytest.fixture
async def running(simulator: SimulatorClient) -> AsyncIterator[RunningEngine]:
    """An engine that runs by real time. It ends before its clients, and once nothing hangs any more."""
    clock, passes = WorldClock(), asyncio.Queue[None]()
    harness, limiters = ReconcilerHarness(cast("StillClock", clock)), SharedLimiters(clock, concurrency=CONCURRENCY)
    async with reach_simulator(simulator.directory) as own, AsyncExitStack() as clients:
        tokens = own.tokens()
        client = GraphClient(tokens, limiters.find(tokens.tenant_id, "own", endpoint=tokens.endpoint))
        clients.push_async_callback(client.aclose)
        harness.graph = cast("FakeGraph", client)
        harness.restart()
        tenants, pauses = harness.connections.name_tenant, harness.connections.pause_of
        queue = build_job_queue(harness.resources, clock, name_tenant=tenants, pause_of=pauses, capacity=CAPACITY)
        pool = WorkerPool(
            harness.reconciler,
            queue,
            harness.resources,
            clock=clock,
            metrics=Endings(passes),
            deadline=JOB_PASS_DEADLINE,
        )
        pool.start()
        yield RunningEngine(
            harness, simulator, limiters, lambda key: queue.add(key, since=clock.now()), passes, clients
        )
        await pool.stop(timedelta(minutes=1))


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[ScriptedGraph]:
    """The Graph and the login of the other tenant."""
    async with run_scripted_graph(tmp_path) as graph:
        yield graph
        graph.give_up()


def apply_troubled(running: RunningEngine) -> list[ObjectKey]:
    """Apply jobs of the tenant in trouble, which are there first."""
    return [
        running.apply(ObjectKey(CONNECTION.namespace, f"job-{number}"), str(uuid4()), connection_name=CONNECTION.name)
        for number in range(TROUBLED)
    ]


class TestTenantInTrouble:
    @pytest.mark.parametrize("trouble", TROUBLES_OF_GRAPH)
    async def test_holds_up_no_other_by_its_graph(
        self, running: RunningEngine, graph: ScriptedGraph, trouble: str
    ) -> None:
        graph.default_reply = TROUBLES[trouble].reply
        running.connect(token_source(graph.endpoint), TROUBLES[trouble].limits)
        troubled = apply_troubled(running)
        await graph.request_arrived.wait()
        await running.wait_started(await running.apply_sound(), seconds=TROUBLES_OF_GRAPH[trouble])
        assert not any(running.harness.status(key).get("job") for key in troubled)

    @pytest.mark.parametrize("trouble", TROUBLES_OF_LOGIN)
    async def test_holds_up_no_other_by_its_login(
        self, running: RunningEngine, graph: ScriptedGraph, trouble: str
    ) -> None:
        graph.discovery = TROUBLES[trouble].reply
        running.connect(token_source(graph.endpoint), TROUBLES[trouble].limits)
        apply_troubled(running)
        await running.wait_started(await running.apply_sound())
        assert graph.discovery_requests
        assert graph.requests == []


class TestJobInTrouble:
    @pytest.mark.parametrize(
        "fault",
        [
            {"action": "hold"},
            {"action": "answer", "status": 500},
            {"action": "answer", "status": 503, "retry_after": "seconds", "retry_after_seconds": 20},
            {"action": "close"},
            {"action": "truncate", "point": "after"},
            {"action": "page"},
        ],
        ids=["it hangs", "500", "503 with a time", "it is closed", "it is cut", "a page"],
    )
    async def test_holds_up_no_neighbour(self, running: RunningEngine, fault: dict[str, Any]) -> None:
        simulator, armed = running.simulator, list[FaultHandle]()
        for _ in range(BAD_NEIGHBOURS):
            principal = (await asyncio.to_thread(simulator.create_service_principal)).id
            armed += [await asyncio.to_thread(simulator.fault, service_principal=principal, times=None, **fault)]
            running.apply(ObjectKey("sound", principal), principal)
        await running.wait_started(await running.apply_sound())
        for each in armed:
            await asyncio.to_thread(each.remove)
