"""A Lease in memory for tests of leadership, and a monotonic clock that a test moves together with the event loop."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from entrasync.core.leadership.lease import Lease
from entrasync.process.leadership import Leadership
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone
from tests.support.loop_time import LoopTime, settle

DURATION = timedelta(seconds=10)


@dataclass
class ScriptedLease:
    """Implements `LeaseStore`. With `is_away` every call fails, with `is_silent` none is answered.

    With `loses_answers` a write is taken and its answer fails.
    """

    lease: Lease = field(default_factory=Lease)
    fault: Exception | None = None
    is_silent: bool = False
    loses_answers: bool = False
    version: int = 0
    writers: list[str] = field(default_factory=list)

    async def read(self) -> Lease:
        await self._answer()
        return self.lease

    async def write(self, lease: Lease) -> Lease:
        await self._answer()
        if lease.version and not self.lease.version:
            raise ResourceGone("there is no such Lease")
        if lease.version != self.lease.version:
            raise ResourceChanged("the Lease has another version")
        self.version += 1
        self.lease = replace(lease, version=str(self.version))
        self.writers.append(lease.holder)
        if self.loses_answers:
            raise ApiServerUnavailable("the connection was cut")
        return self.lease

    def delete(self) -> None:
        self.lease = Lease()

    async def _answer(self) -> None:
        if self.is_silent:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault


class Replicas:
    """Replicas of one Lease. `pass_time` moves the time of all of them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = ScriptedLease()
        self.lost: list[str] = []
        self._time = LoopTime(monkeypatch)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._now = 1000.0

    async def begin(self, name: str, *, store: ScriptedLease | None = None) -> Leadership:
        """Start a replica. Returns its leadership."""
        leadership = Leadership(store or self.store, name, duration=DURATION, monotonic=lambda: self._now)
        leadership.on_loss = lambda: self.lost.append(name)
        await leadership.take_if_free()
        self._tasks[name] = asyncio.create_task(leadership.run())
        await settle()
        return leadership

    async def pass_time(self, seconds: float, *, step: float = 0.5) -> None:
        """Let time pass in steps, so that each timer is woken when it is due."""
        for _ in range(round(seconds / step)):
            self._now += step
            await self._time.move(timedelta(seconds=step))

    def freeze_clock_of_loop(self, seconds: float) -> None:
        """Let the monotonic clock go on while no timer of the event loop is woken, as in a process that is stopped."""
        self._now += seconds

    async def kill(self, name: str) -> None:
        """End a replica without a release."""
        self._tasks[name].cancel()
        await settle()

    async def end(self) -> None:
        """End all replicas."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
