"""The operator's objects in a cluster, as plain documents."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from kubernetes import client, watch

from entrasync.api.names import GROUP, PLURAL, VERSION
from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.refusals import explain_refusals

Object = dict[str, Any]

PAGE = 500
"""Objects per request, as kubectl asks for."""

CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
"""How long a connection and an answer may take."""

_WATCH_SECONDS = 300
"""After which a watch begins anew, so that one that has died in silence is noticed."""


class Objects:
    """Lists, reads and follows the SynchronizationJobs."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._api = client.CustomObjectsApi(access.api)

    def list_all(self) -> list[Object]:
        """List those of the namespace that is meant, or of all namespaces."""
        return self._list_with_version()[0]

    def read(self, name: str) -> Object:
        """Read one. Raises `Failure` if there is none."""
        with explain_refusals(self.access, "get", name=name):
            found: Object = self._api.get_namespaced_custom_object(
                GROUP, VERSION, self.namespace, PLURAL, name, _request_timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
        return found

    def follow(self) -> Iterator[list[Object]]:
        """Yield all of them now, and again after each change, for ever."""
        while True:
            objects, version = self._list_with_version()
            known = {_identify(each): each for each in objects}
            yield list(known.values())
            for event in self._watch(version):
                if event["type"] == "DELETED":
                    known.pop(_identify(event["object"]), None)
                else:
                    known[_identify(event["object"])] = event["object"]
                yield list(known.values())

    @property
    def namespace(self) -> str:
        """The namespace that is meant, where a command is about one object."""
        return self.access.namespace or "default"

    def _list_with_version(self) -> tuple[list[Object], str]:
        found: list[Object] = []
        page: Object = {"metadata": {}}
        while True:
            with explain_refusals(self.access, "list"):
                page = self._list_page(page["metadata"].get("continue"))
            found += page["items"]
            if not page["metadata"].get("continue"):
                return found, page["metadata"]["resourceVersion"]

    def _list_page(self, token: str | None) -> Object:
        call, place = self._lister()
        page: Object = call(*place, limit=PAGE, _continue=token, _request_timeout=(CONNECT_SECONDS, READ_SECONDS))
        return page

    def _lister(self) -> tuple[Callable[..., Any], tuple[str, ...]]:
        """Return the call that lists or watches what is meant, and its place."""
        if self.access.namespace is None:
            return self._api.list_cluster_custom_object, (GROUP, VERSION, PLURAL)
        return self._api.list_namespaced_custom_object, (GROUP, VERSION, self.access.namespace, PLURAL)

    def _watch(self, version: str) -> Iterator[Object]:
        """Yield the changes since a version, until the API server ends the watch or does not know the version."""
        call, place = self._lister()
        with explain_refusals(self.access, "watch"):
            try:
                yield from watch.Watch().stream(call, *place, resource_version=version, timeout_seconds=_WATCH_SECONDS)
            except client.ApiException as error:
                if error.status != HTTPStatus.GONE:
                    raise


def _identify(document: Object) -> str:
    return str(document["metadata"]["uid"])
