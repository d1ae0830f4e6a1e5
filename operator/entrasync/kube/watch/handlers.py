"""Kopf's event handlers. Kopf drops the errors of event handlers, so they only read an object and hand it on."""

from collections.abc import Iterable, Mapping
from typing import Any

import kopf

from entrasync.api.names import GROUP, VERSION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.engine.store import Store


def register(registry: kopf.OperatorRegistry, kinds: Iterable[WatchedKind[Any]]) -> None:
    """Subscribe the informers of our kinds to the events of Kopf's watches."""
    for kind in kinds:
        _subscribe(registry, kind)


def _subscribe(registry: kopf.OperatorRegistry, kind: WatchedKind[Any]) -> None:
    @kopf.on.event(GROUP, VERSION, kind.plural, id=kind.plural, registry=registry)
    async def hand_on(event: kopf.RawEvent, **_: Any) -> None:
        if event["type"] == "DELETED" or not is_known(kind.store, event["object"]):
            kind.informer.handle_event(event["type"], kind.client.read(event["object"]))


def is_known(store: Store[Any], raw: Mapping[str, Any]) -> bool:
    """Whether the store has this version, as after each write of our own: its answer comes first. It is not read then.

    To read an object takes longer than all else that is done with its event.
    """
    metadata = raw["metadata"]
    key = ObjectKey(metadata.get("namespace") or "", metadata["name"])
    return store.has_seen(key, metadata["uid"], metadata["resourceVersion"])
