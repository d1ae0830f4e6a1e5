"""Complete lists of our kinds: one before work begins, and later ones for what no watch event has shown."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, TypeVar

from entrasync.core.resource.object_meta import ObjectMeta
from entrasync.kube.client.api_client import Forbidden, NotServed
from entrasync.kube.client.namespace_access import Namespace, NamespaceAccess, explain_missing_crd
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

LOG = logging.getLogger("entrasync.kube")

RETRY_INTERVAL_SECONDS = 1.0
"""Real seconds between tries to read the first list."""

REFUSED_RECHECK_INTERVAL_SECONDS = 5.0
"""Real seconds between lists of the namespaces that the API server refuses."""

RESYNC_INTERVAL_SECONDS = 600.0
"""Real seconds between complete lists. They find what a watch failed to show, for whatever reason."""

ObjectT = TypeVar("ObjectT", bound=ObjectMeta)


async def sync_namespace(kind: WatchedKind[ObjectT], namespace: Namespace) -> None:
    """Read a complete list of one namespace into the store, as if the watch had shown it. Raises `Forbidden` too."""
    known_before, present = kind.store.by_uid(namespace), set()
    async for seen in kind.client.list_all(namespace):
        kind.informer.update(seen)
        present.add(seen.uid)
    kind.informer.prune(known_before, present)


async def sync_kind(kind: WatchedKind[ObjectT], access: NamespaceAccess) -> None:
    """Read a complete list of a kind from all namespaces that do not refuse.

    The store counts as complete when none refuses, or when one answers and the startup grace for the others is over.
    """
    refusals = 0
    for namespace in access.namespaces:
        try:
            await sync_namespace(kind, namespace)
        except Forbidden:  # the session's middleware has recorded and logged it
            refusals += 1
    if not refusals or (refusals < len(access.namespaces) and access.is_startup_grace_over):
        kind.store.is_complete = True


async def wait_for_first_list(kind: WatchedKind[ObjectT], access: NamespaceAccess) -> None:
    """Read lists until the store counts as complete. Logs each obstacle once."""
    logged = ""
    while not kind.store.is_complete:
        try:
            await sync_kind(kind, access)
        except (ResourceGone, NotServed):
            logged = _log_once(logged, explain_missing_crd(kind.plural, "not installed"))
        except (ApiServerUnavailable, ResourceChanged) as error:
            logged = _log_once(logged, f"The API server does not answer as it should, and the operator waits: {error}.")
        if not kind.store.is_complete:
            await asyncio.sleep(RETRY_INTERVAL_SECONDS)


def _log_once(logged: str, message: str) -> str:
    if message != logged:
        LOG.warning(message)
    return message


async def keep_in_sync(kind: WatchedKind[ObjectT], access: NamespaceAccess) -> None:
    """Run for ever: forget, at each resync, what a complete list no longer shows."""
    while True:
        await asyncio.sleep(RESYNC_INTERVAL_SECONDS)
        try:
            await sync_kind(kind, access)
        except (ApiServerUnavailable, ResourceChanged, ResourceGone) as error:
            why = {"why": f"{kind.plural}: {error}"}
            LOG.warning("The store could not be compared with the API server. It is tried again.", extra=why)


async def recheck_refused(kinds: Sequence[WatchedKind[Any]], access: NamespaceAccess) -> None:
    """Run for ever: list the namespaces that are refused, or may be, and enqueue all of one that answers again."""
    waiting: set[Namespace] = set()
    while True:
        waiting |= {*access.refused}
        for namespace in sorted({*waiting, *access.take_suspected()}, key=str):
            synced = [await _was_synced(kind, namespace) for kind in kinds]
            if all(synced) and namespace in waiting and namespace not in access.refused:
                waiting.remove(namespace)
                for kind in kinds:
                    kind.informer.enqueue_all(namespace)
        await asyncio.sleep(REFUSED_RECHECK_INTERVAL_SECONDS)


async def _was_synced(kind: WatchedKind[Any], namespace: Namespace) -> bool:
    try:
        await sync_namespace(kind, namespace)
    except (ApiServerUnavailable, ResourceChanged, ResourceGone):
        return False
    return True
