"""Kopf's event handlers. Kopf drops the errors of event handlers, so they only read an object and hand it on."""

from collections.abc import Iterable
from typing import Any

import kopf

from entrasync.api.names import GROUP, VERSION
from entrasync.kube.watch.echoes import is_known
from entrasync.kube.watch.watched_kind import WatchedKind


def register(registry: kopf.OperatorRegistry, kinds: Iterable[WatchedKind[Any]]) -> None:
    """Subscribe the informers of our kinds to the events of Kopf's watches."""
    for kind in kinds:
        _subscribe(registry, kind)


def _subscribe(registry: kopf.OperatorRegistry, kind: WatchedKind[Any]) -> None:
    @kopf.on.event(GROUP, VERSION, kind.plural, id=kind.plural, registry=registry)
    async def hand_on(event: kopf.RawEvent, **_: Any) -> None:
        if event["type"] == "DELETED" or not is_known(kind.store, event["object"]):
            kind.informer.handle_event(event["type"], kind.client.read(event["object"]))
