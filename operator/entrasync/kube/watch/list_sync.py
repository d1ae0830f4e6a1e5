"""Complete lists of our kinds: before work begins, and now and then against what the watch never told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from entrasync.api.names import GROUP
from entrasync.core.primitives.object_key import StoredObject
from entrasync.kube.client.api_client import Forbidden
from entrasync.kube.client.namespace_access import Place, Scope
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

LOG = logging.getLogger("entrasync.kube")

BETWEEN_TRIES = 1.0
"""Real seconds between looks for the CRD or the API server at the start."""

BETWEEN_LOOKS = 15.0
"""Real seconds between looks at the places that the API server refuses."""

BETWEEN_PRUNES = 600.0
"""Real seconds. After a gap in the watch Kopf lists anew but never tells of objects deleted meanwhile."""

ObjectT = TypeVar("ObjectT", bound=StoredObject)
SeenT = TypeVar("SeenT", contravariant=True)


class Keeper(Protocol[SeenT]):
    """Puts what a list shows into the store, and wakes whom it concerns."""

    def keep(self, seen: SeenT) -> None:
        """Take one object of a list."""
        ...

    def prune(self, known_before: Mapping[str, SeenT], present: Collection[str]) -> None:
        """Forget what a complete list no longer shows."""
        ...

    def wake_all(self, place: Place = None) -> None:
        """Have all objects of a place looked at."""
        ...


@dataclass(frozen=True)
class Kind(Generic[ObjectT]):
    """One kind that is kept: how it is called, listed, stored and told of. `None` lists the whole cluster."""

    plural: str
    list_all: Callable[[str | None], AsyncIterator[ObjectT]]
    store: Store[ObjectT]
    watch: Keeper[ObjectT]


async def read_place(kind: Kind[ObjectT], place: Place) -> None:
    """Read a complete list of one place into the store, as if the watch had told it. Raises `Forbidden` too."""
    known_before = {uid: known for uid, known in kind.store.by_uid().items() if place in (None, known.key.namespace)}
    present = set()
    async for seen in kind.list_all(place):
        kind.watch.keep(seen)
        present.add(seen.uid)
    kind.watch.prune(known_before, present)


async def read_all(kind: Kind[ObjectT], scope: Scope) -> None:
    """Read a complete list of a kind from all places that do not refuse.

    It counts as complete when none does, or when one answers and those that refuse were waited for.
    """
    refusals = 0
    for place in scope.places:
        try:
            await read_place(kind, place)
        except Forbidden:  # the scope has heard it, and says so
            refusals += 1
    if not refusals or (refusals < len(scope.places) and scope.was_patient):
        kind.store.is_complete = True


async def wait_for_first_list(kind: Kind[ObjectT], scope: Scope) -> None:
    """Try until the API server gives a list that is as whole as it gets; says once what is missing."""
    told = ""
    while not kind.store.is_complete:
        try:
            await read_all(kind, scope)
        except ResourceGone:
            told = _log_once(told, f"The CRD {kind.plural}.{GROUP} is not installed; apply crds/. Waiting for it.")
        except (ApiServerUnavailable, ResourceChanged) as error:
            told = _log_once(told, f"The API server does not answer as it should; waiting for it. {error}")
        if not kind.store.is_complete:
            await asyncio.sleep(BETWEEN_TRIES)


def _log_once(told: str, message: str) -> str:
    if message != told:
        LOG.warning(message)
    return message


async def keep_pruned(kind: Kind[ObjectT], scope: Scope) -> None:
    """Run for ever: every ten minutes forget what a complete list no longer shows."""
    while True:
        await asyncio.sleep(BETWEEN_PRUNES)
        try:
            await read_all(kind, scope)
        except (ApiServerUnavailable, ResourceChanged, ResourceGone) as error:
            why = {"why": f"{kind.plural}: {error}"}
            LOG.warning("The store could not be compared with the API server; tried again.", extra=why)


async def keep_looking(kinds: Sequence[Kind[Any]], scope: Scope) -> None:
    """Run for ever: list what is refused, or may be, and wake all that is there when it answers again."""
    closed: set[Place] = set()
    while True:
        closed |= {*scope.refused}
        for place in sorted({*closed, *scope.take_suspected()}, key=str):
            was_read = [await _has_read(kind, place) for kind in kinds]
            if all(was_read) and place in closed and place not in scope.refused:
                closed.remove(place)
                for kind in kinds:
                    kind.watch.wake_all(place)
        await asyncio.sleep(BETWEEN_LOOKS)


async def _has_read(kind: Kind[Any], place: Place) -> bool:
    try:
        await read_place(kind, place)
    except (ApiServerUnavailable, ResourceChanged, ResourceGone):
        return False
    return True
