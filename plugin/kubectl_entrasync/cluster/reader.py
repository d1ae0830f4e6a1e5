"""Reads objects of any kind, as plain documents."""

import json
from collections.abc import Callable
from typing import Any

from kubernetes import client

from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.kinds import Kind
from kubectl_entrasync.cluster.objects import CONNECT_SECONDS, PAGE, READ_SECONDS, Object
from kubectl_entrasync.cluster.refusals import explain_refusals


class Reader:
    """Lists the objects of a kind, in the namespace that is meant or in all of them."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._custom = client.CustomObjectsApi(access.api)
        self._core = client.CoreV1Api(access.api)

    def list_all(self, kind: Kind, **selectors: str) -> list[Object]:
        """List all objects. `selectors` are label_selector and field_selector. Raises `Failure`."""
        found: list[Object] = []
        token = None
        while True:
            with explain_refusals(self._access, "list", kind=kind):
                page = self._list_page(kind, {**selectors, **({"_continue": token} if token else {})})
            found += page["items"]
            token = page["metadata"].get("continue")
            if not token:
                return found

    def _list_page(self, kind: Kind, options: dict[str, Any]) -> Object:
        call, place = self._find_lister(kind)
        page = call(*place, limit=PAGE, _request_timeout=(CONNECT_SECONDS, READ_SECONDS), **options)
        return page if isinstance(page, dict) else _parse(page)

    def _find_lister(self, kind: Kind) -> tuple[Callable[..., Any], tuple[str, ...]]:
        """Return the call that lists a kind, and its place. The client has no general call for the core group."""
        namespace = self._access.namespace if kind.is_namespaced else None
        if kind.group and namespace is None:
            return self._custom.list_cluster_custom_object, (kind.group, kind.version, kind.plural)
        if kind.group:
            return self._custom.list_namespaced_custom_object, (kind.group, kind.version, namespace or "", kind.plural)
        if not kind.is_namespaced:
            return _as_sent(getattr(self._core, f"list_{kind.singular}")), ()
        if namespace is None:
            return _as_sent(getattr(self._core, f"list_{kind.singular}_for_all_namespaces")), ()
        return _as_sent(getattr(self._core, f"list_namespaced_{kind.singular}")), (namespace,)


def _as_sent(call: Callable[..., Any]) -> Callable[..., Any]:
    """Make a call return the answer itself, and not the client's model, which loses what it does not know."""
    return lambda *place, **options: call(*place, _preload_content=False, **options)


def _parse(answer: Any) -> Object:
    document: Object = json.loads(answer.data)
    return document
