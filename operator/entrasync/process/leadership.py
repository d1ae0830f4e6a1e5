"""Leadership of this process among the replicas of an install, by a Lease."""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from entrasync.core.leadership.lease import (
    Lease,
    SeenLease,
    claim_lease,
    free_in,
    is_available,
    release_lease,
    renew_lease,
    see_lease,
)
from entrasync.core.leadership.term import Term, renew_interval
from entrasync.kube.client.api_client import AdmissionDenied, Forbidden
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

LOG = logging.getLogger("entrasync.process")

LEASE_ERRORS = (ApiServerUnavailable, ResourceChanged, ResourceGone, TimeoutError)


FORBIDDEN = (
    "The API server refuses the Lease, so this replica cannot lead. Grant get, create and patch on leases in its "
    "namespace (helm upgrade does), or set --leader-election=false for a single process."
)

DENIED = (
    "Admission refuses what this replica writes into the Lease, so it cannot lead. Let the webhook or policy that "
    "refuses pass the operator's writes of leases in its namespace."
)

LOST = "This replica has lost the Lease. It stops all work at once and ends, because another replica may act now."


def explain_refusal(error: Forbidden) -> str:
    """Explain why the Lease is refused, and what to do."""
    return DENIED if isinstance(error, AdmissionDenied) else FORBIDDEN


class LeaseStore(Protocol):
    """Reads and writes the Lease. Its calls raise `ApiServerUnavailable`, `ResourceChanged` and `ResourceGone`."""

    async def read(self) -> Lease:
        """Read the Lease; one without a version if there is none."""
        ...

    async def write(self, lease: Lease) -> Lease:
        """Write a Lease, bound to its version, and return it as it is stored."""
        ...


def read_monotonic() -> float:
    """Read the monotonic clock, in seconds. Where there is one, that which goes on while the machine is suspended."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class LeadershipLost(Exception):
    """This process did not renew the Lease in time, or somebody else took it. It must end."""


class NoElection:
    """Leadership of a process that has no replicas: it always leads, and reads no Lease."""

    is_leading = True
    is_lost = False
    identity = ""
    on_loss: Callable[[], None] = staticmethod(lambda: None)

    def find_obstacle(self) -> str | None:
        """Find nothing."""
        return None

    def find_fault(self) -> str | None:
        """Find nothing."""
        return None

    async def take_if_free(self) -> bool:
        """Return that this process leads."""
        return True

    async def wait_until_leading(self) -> None:
        """Return at once."""

    async def run(self) -> None:
        """Do nothing until this task is cancelled."""
        await asyncio.Event().wait()

    async def release(self) -> None:
        """Do nothing."""


class Leadership:
    """Takes the Lease when it is free, and renews it. At the end of a term that was not renewed it calls `on_loss`.

    A process that has lost the Lease never takes it again: what it remembers may be outdated.
    """

    def __init__(
        self,
        leases: LeaseStore,
        identity: str,
        *,
        duration: timedelta,
        monotonic: Callable[[], float] = read_monotonic,
    ) -> None:
        self.identity = identity
        self.on_loss: Callable[[], None] = lambda: None
        self._leases = leases
        self._duration = duration
        self._interval = renew_interval(duration).total_seconds()
        self._monotonic = monotonic
        self._seen: SeenLease | None = None
        self._term: Term | None = None
        self._end: asyncio.TimerHandle | None = None
        self._elected = asyncio.Event()
        self._lost = asyncio.Event()
        self._fault: str | None = None
        self._logged = ""

    @property
    def is_leading(self) -> bool:
        """Whether this process holds the Lease, by its own monotonic clock."""
        return self._term is not None and not self._term.is_over(self._monotonic())

    @property
    def is_lost(self) -> bool:
        """Whether it held the Lease and was too late to renew it, or another took it."""
        return self._lost.is_set()

    def find_obstacle(self) -> str | None:
        """Find why no write to Graph may begin now. Returns None if one may."""
        if self._term is None or not self.is_leading:
            return "this replica does not lead"
        if not self._term.may_begin_write(self._monotonic()):
            return "the Lease of this replica could end before the write does"
        return None

    def find_fault(self) -> str | None:
        """Find why the last try to read or take the Lease failed. Returns None if it did not."""
        return self._fault

    async def take_if_free(self) -> bool:
        """Try once to take the Lease. Returns whether this process leads now. It logs what prevents that, once."""
        try:
            async with asyncio.timeout(self._interval):
                await self._take()
            self._fault = None
        except Forbidden as error:
            self._fault = "the API server refuses the Lease; the log has why"
            self._log_once(logging.ERROR, explain_refusal(error), error)
        except LEASE_ERRORS as error:
            self._fault = "the Lease could not be read or taken; the log has why"
            self._log_once(logging.WARNING, "The Lease could not be read or taken. It is tried again.", error)
        return self.is_leading

    async def wait_until_leading(self) -> None:
        """Wait until this process leads for the first time."""
        await self._elected.wait()

    async def run(self) -> None:
        """Take the Lease as soon as it is free, and renew it until this task is cancelled.

        Raises `LeadershipLost`.
        """
        while not self._elected.is_set():
            await asyncio.sleep(self._find_pause())
            await self.take_if_free()
        while not self._lost.is_set():
            began = self._monotonic()
            await self._renew()
            with suppress(TimeoutError):
                async with asyncio.timeout(max(began + self._interval - self._monotonic(), 0)):
                    await self._lost.wait()
        raise LeadershipLost(LOST)

    async def release(self) -> None:
        """Give the Lease up, so that another replica takes it at once. Nothing may be written after that."""
        if not self.is_leading or self._seen is None:
            return
        self._end_term()
        try:
            async with asyncio.timeout(self._interval):
                await self._leases.write(release_lease(self._seen.lease, now=_now()))
        except LEASE_ERRORS as error:
            LOG.warning("The Lease could not be released. It ends by itself.", extra={"why": describe(error)})

    def _find_pause(self) -> float:
        """Find how long to wait until the next look at the Lease, which another replica holds."""
        held_for = 0.0 if self._seen is None else free_in(self._seen, at=self._monotonic())
        return min(self._interval, held_for or self._interval)

    async def _take(self) -> None:
        asked_at = self._monotonic()
        lease = await self._leases.read()
        self._seen = see_lease(lease, self._seen, at=asked_at)
        if not is_available(self._seen, self.identity, at=self._monotonic()):
            holder = self._seen.lease.holder
            self._log_once(logging.INFO, f"This replica stands by, because {holder} holds the Lease.")
            return
        sent_at = self._monotonic()
        wanted = claim_lease(lease, self.identity, duration=self._duration, now=_now())
        self._begin_term(await self._leases.write(wanted), sent_at)
        self._elected.set()
        LOG.info("This replica leads.", extra={"replica": self.identity})

    async def _renew(self) -> None:
        """Renew the Lease once. A failure changes nothing: the term ends by itself."""
        sent_at = self._monotonic()
        if self._seen is None or not self.is_leading:  # the process was frozen, and its timers come late
            self._lose()
            return
        try:
            async with asyncio.timeout(self._interval):
                wanted = renew_lease(self._seen.lease, duration=self._duration, now=_now())
                self._begin_term(await self._leases.write(wanted), sent_at)
        except Forbidden as error:
            self._log_once(logging.ERROR, explain_refusal(error), error)
        except (ResourceChanged, ResourceGone) as error:
            self._log_once(logging.WARNING, "The Lease was changed by somebody else.", error)
            await self._look_who_holds_it(self._seen.lease)
        except LEASE_ERRORS as error:
            self._log_once(logging.WARNING, "The Lease could not be renewed. It is tried again.", error)

    async def _look_who_holds_it(self, ours: Lease) -> None:
        """Read the Lease after a renewal that met another version. It may be our own, of an answer that was lost."""
        try:
            async with asyncio.timeout(self._interval):
                found = await self._leases.read()
        except LEASE_ERRORS:
            return
        if not found.version:
            self._seen = SeenLease(replace(ours, version=""), self._monotonic())  # it was deleted: made anew at once
        elif found.holder == self.identity:
            self._seen = SeenLease(found, self._monotonic())
        else:
            self._lose()

    def _begin_term(self, stored: Lease, sent_at: float) -> None:
        if self._lost.is_set():
            return
        self._end_term()
        self._seen, self._term, self._logged = SeenLease(stored, sent_at), Term(sent_at, self._duration), ""
        left = self._term.ends_at - self._monotonic()
        self._end = asyncio.get_running_loop().call_later(max(left, 0), self._lose)

    def _lose(self) -> None:
        if self._lost.is_set():
            return
        self._end_term()
        self._lost.set()
        LOG.error(LOST, extra={"replica": self.identity})
        self.on_loss()

    def _end_term(self) -> None:
        self._term = None
        if self._end is not None:
            self._end.cancel()

    def _log_once(self, level: int, message: str, error: Exception | None = None) -> None:
        if message != self._logged:
            LOG.log(level, message, extra={} if error is None else {"why": describe(error)})
        self._logged = message


def describe(error: Exception) -> str:
    """Describe an error of a call for the log, also one without words, such as a timeout."""
    return str(error) or type(error).__name__


def _now() -> datetime:
    return datetime.now(UTC)
