"""Complete lists of our kinds: before work begins, and now and then against what the watch never told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from entrasync.api.names import GROUP
from entrasync.reconcile.ports import ApiServerUnavailable, ResourceChanged, ResourceGone
from entrasync.reconcile.store import Store, Stored

LOG = logging.getLogger("entrasync.kube")

BETWEEN_TRIES = 1.0
"""Real seconds between looks for the CRD or the API server at the start."""

BETWEEN_PRUNES = 600.0
"""Real seconds. After a gap in the watch Kopf lists anew but never tells of objects deleted meanwhile."""

ObjectT = TypeVar("ObjectT", bound=Stored)
SeenT = TypeVar("SeenT", contravariant=True)


class Keeper(Protocol[SeenT]):
    """Puts what a list shows into the store, and wakes whom it concerns."""

    def keep(self, seen: SeenT) -> None:
        """Take one object of a list."""
        ...

    def prune(self, known_before: Mapping[str, SeenT], present: Collection[str]) -> None:
        """Forget what a complete list no longer shows."""
        ...


@dataclass(frozen=True)
class Kind(Generic[ObjectT]):
    """One kind that is kept: how it is called, listed, stored and told of. `None` lists the whole cluster."""

    plural: str
    list_all: Callable[[str | None], AsyncIterator[ObjectT]]
    store: Store[ObjectT]
    watch: Keeper[ObjectT]


async def read_all(kind: Kind[ObjectT], namespaces: Sequence[str]) -> None:
    """Read a complete list of a kind into its store, as if the watch had told it."""
    known_before = kind.store.by_uid()
    present = set()
    for namespace in namespaces or (None,):
        async for seen in kind.list_all(namespace):
            kind.watch.keep(seen)
            present.add(seen.uid)
    kind.watch.prune(known_before, present)
    kind.store.is_complete = True


async def wait_for_first_list(kind: Kind[ObjectT], namespaces: Sequence[str]) -> None:
    """Try until the API server gives a complete list; says once what is missing."""
    told = ""
    while not kind.store.is_complete:
        try:
            await read_all(kind, namespaces)
        except ResourceGone:
            told = _tell_once(told, f"The CRD {kind.plural}.{GROUP} is not installed; apply crds/. Waiting for it.")
        except (ApiServerUnavailable, ResourceChanged) as error:
            told = _tell_once(told, f"The API server does not answer as it should; waiting for it. {error}")
        if not kind.store.is_complete:
            await asyncio.sleep(BETWEEN_TRIES)


def _tell_once(told: str, message: str) -> str:
    if message != told:
        LOG.warning(message)
    return message


async def keep_pruned(kind: Kind[ObjectT], namespaces: Sequence[str]) -> None:
    """Run for ever: every ten minutes forget what a complete list no longer shows."""
    while True:
        await asyncio.sleep(BETWEEN_PRUNES)
        try:
            await read_all(kind, namespaces)
        except (ApiServerUnavailable, ResourceChanged, ResourceGone) as error:
            why = {"why": f"{kind.plural}: {error}"}
            LOG.warning("The store could not be compared with the API server; tried again.", extra=why)
