"""Holds the faults that tests inject into requests."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from graph_simulator.traffic.operations import Target

Point = Literal["before", "after"]
"""Whether a fault hits before or after the request has its effect on the world."""

Action = Literal["answer", "page", "close", "truncate", "hold", "delay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, with which requests, and how often.

    `answer` answers with `status` and the members after it instead of the real answer; `page` answers 200 with an
    HTML page (or `body`) and no header of Graph or Entra, as a proxy or a network's sign-in page does (graph-facts
    6.2); `close` closes the connection without an answer; `truncate` closes it in the middle of the real body; `hold`
    keeps the request until it is released or the caller is gone; `delay` keeps it for `delay_seconds` of real time.
    Each hits at its `point`. A request that is hit before its effect has none, unless it is delayed, or held and
    released.
    """

    action: Action
    operation: str = "*"
    service_principal: str = ""
    job: str = ""
    method: str = ""
    point: Point = "before"
    skip: int = 0
    """The number of matching requests that pass first."""
    times: int | None = 1
    """The number of requests to hit; None for all until the fault is removed."""
    until: datetime | None = None
    """The simulated time after which the fault is over."""
    status: int = 500
    code: str = ""
    message: str = ""
    nested: bool = False
    body: bytes | None = None
    """The raw body, instead of one with code and message."""
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: Literal["", "seconds", "date", "none"] = ""
    retry_after_seconds: float = 10.0
    delay_seconds: float = 0.0


@dataclass(slots=True)
class ArmedFault:
    """A fault and its counters."""

    id: str
    fault: Fault
    seen: int = 0
    hits: int = 0
    holding: int = 0
    """The number of requests that it holds now."""
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def is_over(self, now: datetime) -> bool:
        """Check whether it will hit no more requests."""
        fault = self.fault
        return (fault.times is not None and self.hits >= fault.times) or (fault.until is not None and now > fault.until)

    def fits(self, method: str, target: Target, job: str) -> bool:
        """Check whether it is meant for this request."""
        fault = self.fault
        return (
            fault.operation in {"*", target.operation}
            and (not fault.method or fault.method == method)
            and (not fault.service_principal or fault.service_principal == target.service_principal)
            and (not fault.job or fault.job == job)
        )


@dataclass(slots=True)
class Faults:
    """All faults, in the order in which they were added; the first one that matches hits the request."""

    armed: dict[str, ArmedFault] = field(default_factory=dict)
    _count: int = 0

    def arm(self, fault: Fault) -> ArmedFault:
        """Add a fault."""
        self._count += 1
        armed = ArmedFault(f"fault-{self._count}", fault)
        self.armed[armed.id] = armed
        return armed

    def disarm(self, fault_id: str) -> None:
        """Remove a fault; requests that it holds go on."""
        self.armed.pop(fault_id).release.set()

    def clear(self) -> None:
        """Remove all faults; requests that they hold go on."""
        for fault_id in list(self.armed):
            self.disarm(fault_id)

    def take_hit(self, point: Point, method: str, target: Target, job: str, now: datetime) -> ArmedFault | None:
        """Return the fault that hits this request at this point, and count the hit; None if there is none."""
        if not self.armed:
            return None
        for armed in self._fitting(point, method, target, job, now):
            armed.seen += 1
            if armed.seen > armed.fault.skip:
                armed.hits += 1
                return armed
        return None

    def _fitting(self, point: Point, method: str, target: Target, job: str, now: datetime) -> Iterator[ArmedFault]:
        for armed in self.armed.values():
            if armed.fault.point == point and not armed.is_over(now) and armed.fits(method, target, job):
                yield armed
