"""Kopf as the process host: it logs in, discovers, lists and watches; all else is ours."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from itertools import chain, repeat
from typing import Any

import aiohttp
import kopf

from entrasync.api.names import EVENT_SOURCE, GROUP
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.watch.handlers import register
from entrasync.kube.watch.watched_kind import WatchedKind

# Only peers would hear it, and there are none. Without it Kopf asks for the user's name, and a container's user is a
# number that has none: the operator would end at its start.
_IDENTITY: Any = EVENT_SOURCE


LONGEST_RETRY = 15.0
"""Real seconds between Kopf's tries of a watch that the API server refuses or cannot serve."""


class WatchRefused(Exception):
    """The API server does not let us watch any more, which ends Kopf; the message says why."""


@dataclass(frozen=True)
class Hosting:
    """What Kopf is to host.

    `begin` and `end` are called inside its life: tasks made earlier would be cancelled too early.
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
        stop.set()  # Kopf takes over the signals; it would wait 5 s for the task that waits for this flag
        await hosting.end()

    namespaces = [namespace for namespace in hosting.access.namespaces if namespace]
    try:
        with lent(hosting.session.aiohttp_session):
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
def lent(session: aiohttp.ClientSession) -> Iterator[None]:
    """Keep a session open while Kopf has it.

    Kopf would close it before its watches have ended. One that is just then about to ask would wait for ever for a new
    login, and the operator for its end by SIGKILL.
    """

    async def leave_open() -> None:
        """Close nothing."""

    session.close = leave_open  # type: ignore[method-assign]  # a class of our own is what aiohttp warns of
    try:
        yield
    finally:
        del session.close


def refusal_status(error: BaseException | None) -> int | None:
    """Tell the HTTP status that an error of Kopf stands for, if it does; Kopf publishes no class for that."""
    status = getattr(error, "status", None)
    return status if type(error).__module__.startswith("kopf.") and isinstance(status, int) else None


def _explain(kinds: Sequence[WatchedKind[Any]], status: int, error: Exception) -> str:
    crds = " or ".join(f"{kind.plural}.{GROUP}" for kind in kinds)  # Kopf does not say which watch has ended it
    if status == HTTPStatus.NOT_FOUND:
        return f"The CRD {crds} was deleted; the operator ends. Started again, it waits for the CRD."
    return f"The API server refused the watch of {crds}; the operator ends. {status} {error}"


class NoDiffBase(kopf.DiffBaseStorage):
    """Keeps Kopf from copying each object, mirror and all, to look for changes: we have handlers of events only."""

    def build(self, *, body: kopf.Body, extra_fields: Iterable[Any] | None = None) -> kopf.BodyEssence:
        """Find nothing worth comparing."""
        return kopf.BodyEssence()

    def fetch(self, *, body: kopf.Body) -> kopf.BodyEssence | None:
        """Remember nothing."""
        return None

    def store(self, *, body: kopf.Body, patch: kopf.Patch, essence: kopf.BodyEssence) -> None:
        """Write nothing."""


class _Backoffs(Iterable[float]):
    """Never ends: Kopf ends with the first watch that has no retry left, and with it every other namespace."""

    def __iter__(self) -> Iterator[float]:
        return chain((1, 2, 4, 8), repeat(LONGEST_RETRY))


def kopf_settings() -> kopf.OperatorSettings:
    """Make Kopf a plain informer: no posting, no peering, bounded waits."""
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
