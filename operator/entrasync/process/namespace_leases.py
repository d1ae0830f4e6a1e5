"""Which install looks after a namespace: the one that holds the Lease there. Another install leaves it alone.

The leader of an install takes that Lease in each namespace that has objects of ours, before its first pass there.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from entrasync.api.names import GROUP, PLURAL
from entrasync.core.leadership.lease import SeenLease, claim_lease, is_available, see_lease
from entrasync.core.leadership.term import Term
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import AdmissionDenied, Forbidden, NamespaceTerminating
from entrasync.process.leadership import LEASE_ERRORS, LeaseStore, describe, read_monotonic

LOG = logging.getLogger("entrasync.process")

LEASE_NAME = f"{PLURAL}.{GROUP}"

DURATION = timedelta(minutes=3)
"""How long a namespace stays with an install that does not renew, such as one that was uninstalled."""

RENEW_INTERVAL = timedelta(minutes=1)
"""Shorter than the half of the duration in which writes may begin, so that one renewal may fail."""

RETRY_INTERVAL = timedelta(seconds=5)
TIMEOUT_SECONDS = 5.0
CONCURRENCY = 10
"""How many Leases are read and written at the same time, of possibly hundreds of namespaces after a take-over."""


@dataclass
class _Namespace:
    """What is known of the Lease of a namespace. Times are seconds of the monotonic clock."""

    store: LeaseStore
    next_look: float
    seen: SeenLease | None = None
    term: Term | None = None
    """How long this install may rely on its last renewal."""
    is_unguarded: bool = False
    """Whether the API server refuses the Lease, so that nobody can tell who else acts there."""
    logged: str = ""


class NamespaceLeases:
    """Takes and renews the Lease of each namespace that somebody asks for, and calls `on_taken` when it is taken."""

    def __init__(
        self,
        install: str,
        open_store: Callable[[str], LeaseStore],
        *,
        monotonic: Callable[[], float] = read_monotonic,
    ) -> None:
        self.install = install
        self.on_taken: Callable[[str], None] = lambda _: None
        self.is_needed: Callable[[str], bool] = lambda _: True
        """Whether a namespace still has objects of ours."""
        self._open_store = open_store
        self._monotonic = monotonic
        self._namespaces: dict[str, _Namespace] = {}
        self._is_wanted = asyncio.Event()
        self._slots = asyncio.Semaphore(CONCURRENCY)

    def may_act(self, key: ObjectKey) -> bool:
        """Whether this install looks after the namespace of an object. The first question makes it take the Lease."""
        found = self._namespaces.get(key.namespace)
        if found is None:
            self._namespaces[key.namespace] = _Namespace(self._open_store(key.namespace), self._monotonic())
            self._is_wanted.set()
            return False
        return found.is_unguarded or (found.term is not None and found.term.may_begin_write(self._monotonic()))

    def find_obstacle(self, key: ObjectKey) -> str | None:
        """Find why nothing may be written for an object. Returns None if this install looks after its namespace."""
        return None if self.may_act(key) else "this install does not hold the Lease of its namespace"

    @property
    def holders(self) -> dict[str, str]:
        """The namespaces that another install looks after, each with that install."""
        found = {name: self._find_other_holder(each) for name, each in self._namespaces.items()}
        return {name: holder for name, holder in found.items() if holder is not None}

    @property
    def is_all_held_by_others(self) -> bool:
        """Whether another install looks after each of the namespaces that have objects of ours."""
        return bool(self._namespaces) and len(self.holders) == len(self._namespaces)

    async def run(self) -> None:
        """Take and renew Leases until this task is cancelled."""
        while True:
            now = self._monotonic()
            self._namespaces = {name: each for name, each in self._namespaces.items() if self.is_needed(name)}
            due = [name for name, each in self._namespaces.items() if each.next_look <= now]
            await asyncio.gather(*(self._look(name) for name in due))
            self._is_wanted.clear()
            if all(each.next_look > self._monotonic() for each in self._namespaces.values()):
                await self._wait(min((each.next_look for each in self._namespaces.values()), default=now + 60) - now)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._is_wanted.wait()
        except TimeoutError:
            return

    async def _look(self, name: str) -> None:
        """Take or renew the Lease of a namespace if it is free or ours."""
        namespace = self._namespaces[name]
        namespace.next_look = self._monotonic() + RETRY_INTERVAL.total_seconds()
        could_act = self.may_act(ObjectKey(name, ""))
        try:
            async with self._slots, asyncio.timeout(TIMEOUT_SECONDS):
                await self._take_or_renew(name, namespace)
        except Forbidden as error:
            namespace.is_unguarded = self._find_other_holder(namespace) is None
            namespace.next_look = self._monotonic() + RENEW_INTERVAL.total_seconds()
            if not isinstance(error, NamespaceTerminating):
                self._log_once(namespace, logging.WARNING, _explain_refusal(name, error), why=describe(error))
        except LEASE_ERRORS as error:
            self._log_once(
                namespace, logging.WARNING, f"The Lease of namespace {name} could not be taken.", why=describe(error)
            )
        if not could_act and self.may_act(ObjectKey(name, "")):
            self.on_taken(name)

    async def _take_or_renew(self, name: str, namespace: _Namespace) -> None:
        asked_at = self._monotonic()
        lease = await namespace.store.read()
        namespace.is_unguarded = False
        namespace.seen = see_lease(lease, namespace.seen, at=asked_at)
        if not is_available(namespace.seen, self.install, at=asked_at):
            namespace.term = None
            self._log_once(namespace, logging.WARNING, _explain_holder(name, namespace.seen.lease.holder))
            return
        wanted = claim_lease(lease, self.install, duration=DURATION, now=datetime.now(UTC))
        namespace.seen, namespace.logged = SeenLease(await namespace.store.write(wanted), asked_at), ""
        namespace.term = Term(asked_at, DURATION)
        namespace.next_look = asked_at + RENEW_INTERVAL.total_seconds()

    def _find_other_holder(self, namespace: _Namespace) -> str | None:
        """Find the other install that looks after a namespace. Returns None if there is none, as far as is known."""
        holder = namespace.seen.lease.holder if namespace.seen is not None else ""
        return holder if holder not in {"", self.install} else None

    def _log_once(self, namespace: _Namespace, level: int, message: str, *, why: str = "") -> None:
        if message != namespace.logged:
            LOG.log(level, message, extra={"why": why} if why else {})
        namespace.logged = message


def _explain_holder(namespace: str, holder: str) -> str:
    return (
        f"Another install, {holder}, looks after namespace {namespace}, so this one does nothing there. Give each "
        f"install namespaces of its own (watch.namespaces). The Lease {LEASE_NAME} there ends three minutes after that "
        "install has stopped."
    )


def _explain_refusal(namespace: str, error: Forbidden) -> str:
    if isinstance(error, AdmissionDenied):
        return (
            f"Admission refuses the Lease {LEASE_NAME} in namespace {namespace}, so other installs do not see that "
            "this one acts there. Let the webhook or policy that refuses pass the operator's writes of leases there."
        )
    return (
        f"The API server refuses the Lease {LEASE_NAME} in namespace {namespace}, so it cannot be told whether another "
        "install acts there. Grant get, create and patch on leases there (helm upgrade does)."
    )
