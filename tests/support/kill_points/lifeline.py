"""The calls that one process makes to the outside, counted, and its end at one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

ResultT = TypeVar("ResultT")

FLIGHT_SECONDS = 0.01
"""How long a request or an answer is under way."""


class Killed(asyncio.CancelledError):
    """The process is dead. No `except Exception` of the operator sees it, and its tasks end without a word."""


class Point(StrEnum):
    """Where in a call the process ends."""

    BEFORE_REQUEST = "before the request goes out"
    BEFORE_ANSWER = "after the server has acted, before the answer arrives"
    AFTER_ANSWER = "after the answer, before anything else is sent"


@dataclass(frozen=True)
class Kill:
    """The end of a process at one of its calls, counted from 1."""

    number: int
    operation: str
    point: Point

    def __str__(self) -> str:
        return f"{self.number:02d} {self.operation}, {self.point}"


class Lifeline:
    """What carries the calls of one process. A request that is under way when it dies still arrives."""

    def __init__(self) -> None:
        self.died = asyncio.Event()
        self.calls: list[str] | None = None
        """The calls since `arm`."""
        self._kill: Kill | None = None
        self._is_dead = False
        self._outside = Context()

    @property
    def is_dead(self) -> bool:
        """Whether the process has ended."""
        return self._is_dead

    def arm(self, kill: Kill | None) -> None:
        """Count the calls from now on, and end the process at one of them."""
        self.calls, self._kill = [], kill

    def cut(self) -> None:
        """End the process. It makes no call any more."""
        self._is_dead = True
        self.died.set()

    async def carry(self, operation: str, act: Callable[[], Awaitable[ResultT]]) -> ResultT:
        """Make one call. Raises `Killed` where the process ends."""
        kill = self._count(operation)
        if kill is not None and kill.point is Point.BEFORE_REQUEST:
            self.cut()
        self._check_alive()
        sent = asyncio.get_running_loop().create_task(_send(act), context=self._outside.copy())
        answer = await asyncio.shield(sent)  # it arrives even if its sender is dead by then
        if kill is not None and kill.point is Point.BEFORE_ANSWER:
            self.cut()
        self._check_alive()
        await asyncio.sleep(FLIGHT_SECONDS)
        self._check_alive()
        if kill is not None:  # the caller goes on until it waits for something
            self._is_dead = True
            asyncio.get_running_loop().call_soon(self.cut)
        return answer

    def _count(self, operation: str) -> Kill | None:
        if self.calls is None or self._is_dead:
            return None
        self.calls.append(operation)
        if self._kill is None or self._kill.number != len(self.calls):
            return None
        if self._kill.operation != operation:
            raise AssertionError(f"call {len(self.calls)} is {operation}, and was {self._kill.operation} at first")
        return self._kill

    def _check_alive(self) -> None:
        if self._is_dead:
            raise Killed


async def _send(act: Callable[[], Awaitable[ResultT]]) -> ResultT:
    await asyncio.sleep(FLIGHT_SECONDS)
    return await act()
