import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from graph_simulator.traffic.operations import Target

Point = Literal["before", "after"]
"""Before or after the request had its effect on the world."""

Action = Literal["answer", "close", "truncate", "hold", "delay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong, at which requests, how often.

    `answer` answers with `status` and so on in place of the truth; `close` closes the connection without an answer;
    `truncate` closes it in the middle of the true body; `hold` keeps the request until it is released or the caller is
    gone; `delay` keeps it for `delay_seconds` of real time. Each comes at its `point`: before the request had its
    effect (then it has none, unless a hold is released) or after it.
    """

    action: Action
    operation: str = "*"
    service_principal: str = ""
    job: str = ""
    method: str = ""
    point: Point = "before"
    skip: int = 0
    """So many requests that fit go by unharmed first."""
    times: int | None = 1
    """So many requests are hit; None for all until it is removed."""
    until: datetime | None = None
    """World time after which it is over."""
    status: int = 500
    code: str = ""
    message: str = ""
    nested: bool = False
    body: bytes | None = None
    """The body as it is, in place of code and message."""
    headers: dict[str, str] = field(default_factory=dict)
    retry_after: Literal["", "seconds", "date", "none"] = ""
    retry_after_seconds: float = 10.0
    delay_seconds: float = 0.0


@dataclass(slots=True)
class ArmedFault:
    """A fault that waits for its requests."""

    id: str
    fault: Fault
    seen: int = 0
    hits: int = 0
    holding: int = 0
    """Requests it holds right now."""
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def is_over(self, now: datetime) -> bool:
        """Tell whether it can't hit any more."""
        fault = self.fault
        return (fault.times is not None and self.hits >= fault.times) or (fault.until is not None and now > fault.until)

    def fits(self, method: str, target: Target, job: str) -> bool:
        """Tell whether the request is one it is meant for."""
        fault = self.fault
        return (
            fault.operation in {"*", target.operation}
            and (not fault.method or fault.method == method)
            and (not fault.service_principal or fault.service_principal == target.service_principal)
            and (not fault.job or fault.job == job)
        )


@dataclass(slots=True)
class Faults:
    """All faults, in the order in which they were asked for; the first that fits is the one."""

    armed: dict[str, ArmedFault] = field(default_factory=dict)
    _count: int = 0

    def arm(self, fault: Fault) -> ArmedFault:
        """Take a fault."""
        self._count += 1
        armed = ArmedFault(f"fault-{self._count}", fault)
        self.armed[armed.id] = armed
        return armed

    def disarm(self, fault_id: str) -> None:
        """Remove a fault; what it holds goes on."""
        self.armed.pop(fault_id).release.set()

    def clear(self) -> None:
        """Remove all faults; what they hold goes on."""
        for fault_id in list(self.armed):
            self.disarm(fault_id)

    def take_hit(self, point: Point, method: str, target: Target, job: str, now: datetime) -> ArmedFault | None:
        """Find the fault that hits this request at this point, and count the hit."""
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
