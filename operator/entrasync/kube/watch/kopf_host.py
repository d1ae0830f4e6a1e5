"""Kopf as the host of the process: it logs in, discovers, lists and watches. All else is ours."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any

import aiohttp
import kopf

from entrasync.api.names import EVENT_SOURCE, GROUP
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.watch.event_workers import started_at_once
from entrasync.kube.watch.handlers import register
from entrasync.kube.watch.watch_gaps import gaps_closed
from entrasync.kube.watch.watched_kind import WatchedKind

# Only peers would see it, and there are none. Without it Kopf asks for the name of the user. The user of a container is
# a number without a name, so the operator would end at its start.
_IDENTITY: Any = EVENT_SOURCE


MAX_RETRY_INTERVAL_SECONDS = 5.0
"""Real seconds between Kopf's retries of a watch that the API server refuses or cannot serve."""


class WatchRefused(Exception):
    """The API server refuses a watch for good, which ends Kopf. The message says why."""


@dataclass(frozen=True)
class Hosting:
    """What Kopf hosts.

    `begin` and `end` are called while Kopf runs: it would cancel tasks that were made before.
    """

    session: kopf.AiohttpSession
    kinds: Sequence[WatchedKind[Any]]
    access: NamespaceAccess
    begin: Callable[[], Awaitable[None]]
    end: Callable[[], Awaitable[None]]


async def host(hosting: Hosting, *, stop: asyncio.Event) -> None:
    """Run Kopf until `stop` is set. Raises `WatchRefused`."""
    registry = kopf.OperatorRegistry()
    register(registry, hosting.kinds)

    @kopf.on.login(registry=registry)
    async def log_in(**_: Any) -> kopf.AiohttpSession:
        return hosting.session

    @kopf.on.startup(registry=registry)
    async def begin(**_: Any) -> None:
        await hosting.begin()

    @kopf.on.cleanup(registry=registry)
    async def end(**_: Any) -> None:
        stop.set()  # Kopf takes over the signals, and would wait 5 s for the task that waits for this flag
        await hosting.end()

    namespaces = [namespace for namespace in hosting.access.namespaces if namespace]
    closed = gaps_closed(hosting.kinds, hosting.access)
    try:
        with kept_open(hosting.session.aiohttp_session), started_at_once(), closed:
            await kopf.operator(
                registry=registry,
                settings=kopf_settings(),
                identity=_IDENTITY,
                standalone=True,
                clusterwide=not namespaces,
                namespaces=namespaces,
                stop_flag=stop,
            )
    except Exception as error:
        if (status := refusal_status(error)) is None:
            raise
        raise WatchRefused(_explain(hosting.kinds, status, error)) from error


@contextmanager
def kept_open(session: aiohttp.ClientSession) -> Iterator[None]:
    """Keep a session open while Kopf uses it.

    Kopf would close it before its watches have ended. A watch that is about to make a request then would wait for ever
    for a new login, and the operator would only end by SIGKILL.
    """

    async def leave_open() -> None:
        """Close nothing."""

    session.close = leave_open  # type: ignore[method-assign]  # aiohttp warns of a subclass
    try:
        yield
    finally:
        del session.close


def refusal_status(error: BaseException | None) -> int | None:
    """Return the HTTP status of a refusal that Kopf raised, else None. Kopf publishes no class for it."""
    status = getattr(error, "status", None)
    return status if type(error).__module__.startswith("kopf.") and isinstance(status, int) else None


def _explain(kinds: Sequence[WatchedKind[Any]], status: int, error: Exception) -> str:
    *others, last = [f"{kind.plural}.{GROUP}" for kind in kinds]  # Kopf does not say which watch has ended it
    crds = f"{', '.join(others)} or {last}" if others else last
    return (
        f"The API server refused the watch of {crds} ({status} {error}), and the operator ends. Grant list and watch."
    )


class NoDiffBase(kopf.DiffBaseStorage):
    """Keeps Kopf from copying each object to look for changes: there are only handlers of events."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[Any] | None = None) -> kopf.BodyEssence:
        """Return nothing to compare."""
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> kopf.BodyEssence | None:
        """Remember nothing."""
        return None

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        """Write nothing."""


class _Backoffs(Iterable[float]):
    """Delays without an end: Kopf ends with the first watch that has no retry left, and with it all other watches."""

    def __iter__(self) -> Iterator[float]:
        return chain((1, 2, 4), repeat(MAX_RETRY_INTERVAL_SECONDS))


def kopf_settings() -> kopf.OperatorSettings:
    """Settings that make Kopf an informer only: no Events, no peering, bounded waits."""
    settings = kopf.OperatorSettings()
    settings.scanning.disabled = True
    settings.posting.enabled = False
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.peering.standalone = True
    settings.watching.server_timeout = 300
    settings.watching.client_timeout = 310
    settings.watching.connect_timeout = 15
    settings.watching.chunk_size = 500
    settings.networking.request_timeout = 30
    settings.networking.connect_timeout = 10
    settings.networking.error_backoffs = _Backoffs()
    settings.process.ultimate_exiting_timeout = 25
    return settings
