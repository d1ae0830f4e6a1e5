"""Reads objects of any kind, as plain documents."""

import json
from collections.abc import Callable
from copy import copy
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from kubernetes import client

from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.kinds import Kind
from kubectl_entrasync.cluster.objects import CONNECT_SECONDS, READ_SECONDS
from kubectl_entrasync.cluster.pages import Object, keep_whole, read_pages
from kubectl_entrasync.cluster.refusals import Refused, explain_refusals

_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
"""Asks for the metadata of objects only, so that no value of a Secret is sent."""


class Reader:
    """Reads objects of a kind, in the namespace that is meant or in all of them."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._custom = client.CustomObjectsApi(access.api)
        self._core = client.CoreV1Api(access.api)

    def list_all(self, kind: Kind, **selectors: str) -> list[Object]:
        """List all objects. `selectors` are label_selector and field_selector. Raises `Failure`."""

        def read_page(**options: Any) -> Object:
            with explain_refusals(self._access, "list", kind=kind):
                return self._list_page(kind, {**selectors, **options})

        return read_pages(read_page, keep_whole)[0]

    def list_metadata(self, kind: Kind) -> list[Object]:
        """List the metadata of all objects. Raises `Failure`."""
        api = copy(self._access.api)
        api.default_headers = {**api.default_headers, "Accept": _METADATA}
        return Reader(replace(self._access, api=api)).list_all(kind)

    def find(self, kind: Kind, name: str, *, namespace: str = "") -> Object | None:
        """Read one object; None if there is none. Raises `Failure`."""
        try:
            with explain_refusals(self._access, "get", name=name, kind=kind):
                return self._get(kind, name, namespace)
        except Refused as refused:
            if refused.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def read_date(self) -> str | None:
        """Return what the API server says the time is, in the form of HTTP. Raises `Failure`."""
        with explain_refusals(self._access, "get"):
            answer = client.VersionApi(self._access.api).get_code(
                _preload_content=False, _request_timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
        date: str | None = answer.headers.get("Date")
        return date

    def _get(self, kind: Kind, name: str, namespace: str) -> Object:
        timeout = {"_request_timeout": (CONNECT_SECONDS, READ_SECONDS)}
        if not kind.group:
            call = getattr(self._core, f"read_namespaced_{kind.singular}")
            return _parse(_as_sent(call)(name, namespace, **timeout))
        place = (kind.group, kind.version)
        if kind.is_namespaced:
            found = self._custom.get_namespaced_custom_object(*place, namespace, kind.plural, name, **timeout)
        else:
            found = self._custom.get_cluster_custom_object(*place, kind.plural, name, **timeout)
        document: Object = found
        return document

    def _list_page(self, kind: Kind, options: dict[str, Any]) -> Object:
        call, place = self._find_lister(kind)
        page = call(*place, _request_timeout=(CONNECT_SECONDS, READ_SECONDS), **options)
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
