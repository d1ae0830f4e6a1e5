"""The echoes of the operator's own writes in its watches: the store has the object of each by the answer already."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.engine.store import Store


async def without_echoes(kind: WatchedKind[Any], events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """Yield what a watch of Kopf yields, except changes that are known. Kopf would make a task of each."""
    async for event in events:
        if not _is_echo(kind.store, event):
            yield event


def _is_echo(store: Store[Any], event: Any) -> bool:
    """Whether an event shows a change that is known. A malformed one is left to the handler."""
    try:
        return isinstance(event, Mapping) and event["type"] == "MODIFIED" and is_known(store, event["object"])
    except (AttributeError, LookupError, TypeError, ValueError):
        return False


def is_known(store: Store[Any], raw: Mapping[str, Any]) -> bool:
    """Whether the store has this version, as after each write of our own: its answer comes first, or soon after.

    To read an object takes longer than all else that is done with its event.
    """
    metadata = raw["metadata"]
    key = ObjectKey(metadata.get("namespace") or "", metadata["name"])
    return store.has_seen(key, metadata["uid"], metadata["resourceVersion"])
