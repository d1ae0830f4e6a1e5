"""One process of the operator as the composition root joins it, which may end at any of its calls."""

import asyncio
import logging
from contextlib import ExitStack
from contextvars import ContextVar, copy_context
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.client import GraphClient
from entrasync.kube.watch import list_sync
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.process import clock as operator_clock
from entrasync.process import composition, lifecycle
from entrasync.process.clock import WorldClock
from entrasync.process.observability.metrics import Metrics
from entrasync.process.operator_client import OperatorClient
from entrasync.process.services import Services
from entrasync.process.settings.run import RunSettings
from graph_simulator.app import SimulatorApp
from graph_simulator.identity.applications import DEFAULT_CLIENT
from graph_simulator.world.directory import DEFAULT_TENANT
from tests.support.kill_points.graph_wire import MemoryAccesses, MemoryTokens, MemoryTransport
from tests.support.kill_points.lifeline import Lifeline
from tests.support.kill_points.memory_api_server import Document, MemoryApiServer
from tests.support.kill_points.memory_session import SERVER, MemorySession, Middleware
from tests.support.kill_points.simulated_loop import SimulatedLoop

SETTINGS = RunSettings(leader_election=False)  # there is never more than one process

SECONDS_BETWEEN_LOOKS = 600.0
"""At clocks that nobody sets and at namespaces that never refuse. At one second each, most of the time goes there."""

CURRENT: ContextVar["OperatorProcess | None"] = ContextVar("CURRENT", default=None)
"""The process that runs now."""


class OperatorProcess:
    """A process between the simulator and an API server in memory. Kopf alone is left out: `_follow` stands for it."""

    def __init__(self, loop: SimulatedLoop, simulator: SimulatorApp, server: MemoryApiServer) -> None:
        self.lifeline = Lifeline()
        self.tasks: set[asyncio.Task[Any]] = set()
        self.services: Services | None = None
        """What it consists of, once it has begun."""
        self._loop = loop
        self._simulator = simulator
        self._server = server
        self._accesses = MemoryAccesses(self._make_tokens, MemoryTransport(simulator, self.lifeline))

    def start(self) -> None:
        """Start it. All its tasks are noted, so that they end with it."""
        context = copy_context()
        context.run(CURRENT.set, self)
        self._loop.create_task(self._live(), context=context)

    async def end(self) -> None:
        """End it at once. Nothing that it does meanwhile reaches the outside."""
        self.lifeline.cut()
        while self.tasks:
            ending = list(self.tasks)
            for task in ending:
                task.cancel()
            await asyncio.gather(*ending, return_exceptions=True)

    async def _live(self) -> None:
        services = self.services = self._compose()
        with (
            patch.object(operator_clock, "SECONDS_BETWEEN_LOOKS", SECONDS_BETWEEN_LOOKS),
            patch.object(list_sync, "REFUSED_RECHECK_INTERVAL_SECONDS", SECONDS_BETWEEN_LOOKS),
        ):
            await lifecycle._read_first(services)
            lifecycle.begin_work(services)
            await asyncio.gather(*(self._follow(each.kind) for each in services.kinds))

    def _compose(self) -> Services:
        clock = WorldClock(read_wall=self._loop.wall, read_monotonic=self._loop.time)
        with ExitStack() as replaced:
            for name, stand_in in (
                ("find_connection", lambda _: None),
                ("find_token_file", lambda _: None),
                ("open_session", self._open_session),
                ("make_operator_client", self._make_client),
                ("TenantAccessFactory", self._accesses.join),
            ):
                replaced.enter_context(patch.object(composition, name, stand_in))
            return composition.compose(SETTINGS, clock, Metrics())

    def _open_session(self, _: None, *middlewares: Middleware, **_options: Any) -> Any:
        return SimpleNamespace(server=SERVER, aiohttp_session=MemorySession(self._server, self.lifeline, middlewares))

    def _make_client(
        self, _: RunSettings, limiters: SharedLimiters, metrics: Metrics, **_options: str
    ) -> OperatorClient:
        tokens: Any = self._make_tokens()
        limiter = limiters.find(tokens.tenant_id, DEFAULT_CLIENT, endpoint=tokens.endpoint)
        transport = MemoryTransport(self._simulator, self.lifeline)
        return OperatorClient(GraphClient(tokens, limiter, transport=transport, metrics=metrics), tokens, ())

    def _make_tokens(self, tenant_id: str = DEFAULT_TENANT) -> MemoryTokens:
        return MemoryTokens(self._simulator, self.lifeline, self._loop.time, tenant_id=tenant_id)

    async def _follow(self, kind: WatchedKind[Any]) -> None:
        """Hand on what the watch of a kind shows, beginning with what there is."""
        seen: asyncio.Queue[tuple[str | None, Document]] = asyncio.Queue()
        self._server.watch(kind.plural, lambda event_type, document: seen.put_nowait((event_type, document)))
        for document in self._server.list(kind.plural):
            seen.put_nowait((None, document))
        while True:
            event_type, document = await seen.get()
            kind.informer.handle_event(event_type, kind.client.read(document))


def make_task(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
    """Make a task that belongs to the process whose context it has. A loop's factory of tasks."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    context = options.get("context")
    context = copy_context() if context is None else context  # an empty one is false
    if (process := context.get(CURRENT)) is not None:
        process.tasks.add(task)
        task.add_done_callback(process.tasks.discard)
    return task


class FaultLog(logging.Handler):
    """Keeps what living processes log as an error: the operator has no business to do so in a sound world."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.faults: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        process = CURRENT.get()
        if process is not None and not process.lifeline.is_dead:
            self.faults.append(logging.Formatter().format(record))
