"""Closes the gaps of Kopf's watches.

When a version is too old to watch on from (410), as after an outage, Kopf lists again. It never tells of objects that
this list does not show any more. An error that the API server sends in the middle of a watch or a list would end it,
and with it the process, and so would a CRD that is removed.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from kopf._cogs.clients import errors, watching
from kopf._cogs.structs.references import Namespace, Resource

from entrasync.api.names import GROUP
from entrasync.core.resource.object_meta import ObjectMeta
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.watch.echoes import without_echoes
from entrasync.kube.watch.watched_kind import WatchedKind

LOG = logging.getLogger("entrasync.kube")

RETRY_INTERVAL_SECONDS = 1.0
"""Real seconds from an error in the middle of a watch, or from a 404, to the next list."""

_BREAKS = (watching.WatchingError, aiohttp.ContentTypeError, ValueError)
"""What would end a watch of Kopf for good and says nothing of the next one: an error in place of an event, or an answer
that is not JSON, as of a proxy. Kopf itself begins anew after a fault of the connection."""

_PASSING = (None, HTTPStatus.GONE, HTTPStatus.NOT_FOUND)
"""Statuses after which a watch is begun anew. A list whose pages took too long answers 410 too, and one of a kind whose
CRD was removed 404: what is known of its objects stays until there is a list again, for they may still hold jobs."""

_watch = watching.continuous_watch

Event = Any
"""What a watch of Kopf yields: a bookmark, or the type and the object of an event."""


@contextmanager
def gaps_closed(kinds: Sequence[WatchedKind[Any]], access: NamespaceAccess) -> Iterator[None]:
    """Let the watches that Kopf begins meanwhile close their gaps. Kopf has no setting for it."""
    watching.continuous_watch = GaplessWatches(kinds, access).watch  # Kopf's watch looks it up here
    try:
        yield
    finally:
        watching.continuous_watch = _watch


class GaplessWatches:
    """Watches of Kopf that forget what is gone, and end neither themselves nor the process by what passes."""

    def __init__(self, kinds: Sequence[WatchedKind[Any]], access: NamespaceAccess) -> None:
        self._kinds = kinds
        self._access = access
        self._unserved: set[tuple[str, Namespace]] = set()
        """The kinds, each with its namespace, to whose watch the last answer was 404. The log has it."""

    async def watch(self, *, resource: Resource, namespace: Namespace, **options: Any) -> AsyncIterator[Event]:
        """Yield what Kopf's list and the watch from there show, and forget what that list does not show any more."""
        kind = next((each for each in self._kinds if (GROUP, each.plural) == (resource.group, resource.plural)), None)
        name = f"{resource.plural}.{resource.group}".rstrip(".")  # the core group has no name
        try:
            events = _watch(resource=resource, namespace=namespace, **options)
            async for event in events if kind is None else without_echoes(kind, _prune(kind, namespace, events)):
                self._unserved.discard((name, namespace))
                yield event
        except (*_BREAKS, errors.APIClientError) as error:
            status = error.status if isinstance(error, errors.APIClientError) else None
            if status not in _PASSING:
                raise
            if status == HTTPStatus.NOT_FOUND:
                self._tell_unserved(name, namespace, error)
            else:
                LOG.warning(
                    "The API server broke a watch off. It is begun anew with a list.", extra={"why": str(error)}
                )
            await asyncio.sleep(RETRY_INTERVAL_SECONDS)

    def _tell_unserved(self, name: str, namespace: Namespace, error: Exception) -> None:
        """Tell of a 404 once, unless the session's middleware has told that the CRD is gone."""
        if (name, namespace) not in self._unserved and name not in self._access.absent_crds:
            LOG.warning(_explain_unserved(name), extra={"why": str(error)})
        self._unserved.add((name, namespace))


def _explain_unserved(name: str) -> str:
    return (
        f"The API server answers 404 to the watch of {name}, and the operator asks again every second. Check whether "
        "its CRD is installed, and whether a proxy in front of the API server knows the path."
    )


async def _prune(
    kind: WatchedKind[ObjectMeta], namespace: str | None, events: AsyncIterator[Event]
) -> AsyncIterator[Event]:
    known_before, present = kind.store.by_uid(namespace), set[str]()
    async for event in events:
        if event is watching.Bookmark.LISTED:
            kind.informer.prune(known_before, present)
            known_before, present = {}, set()  # the watch may go on for hours
        elif event["type"] is None:
            present.add(event["object"]["metadata"]["uid"])
        yield event
