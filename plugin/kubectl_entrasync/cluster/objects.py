"""The operator's objects in a cluster, as plain documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from kubernetes import client, watch

from entrasync.api.names import GROUP, PLURAL, VERSION
from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.refusals import explain_refusals

Object = dict[str, Any]

_PAGE = 500
"""Objects per request, as kubectl asks for."""

_CONNECT_SECONDS, _READ_SECONDS = 5.0, 60.0

_MERGE_PATCH = "application/merge-patch+json"


class Objects:
    """Lists, reads and patches the objects of one kind."""

    def __init__(self, access: Access, plural: str = PLURAL) -> None:
        self.access = access
        self._plural = plural
        self._api = client.CustomObjectsApi(access.api)

    def list_all(self) -> list[Object]:
        """List those of the namespace that is meant, or of all namespaces."""
        return self._list_with_version()[0]

    def read(self, name: str) -> Object:
        """Read one. Raises `Failure` if there is none."""
        with explain_refusals(self.access, "get", self._plural, name=name):
            found: Object = self._api.get_namespaced_custom_object(
                GROUP, VERSION, self.namespace, self._plural, name, _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS)
            )
        return found

    def annotate(self, name: str, annotations: Mapping[str, str | None]) -> Object:
        """Set annotations, or remove those that are None. Returns the object as it is now."""
        with explain_refusals(self.access, "patch", self._plural, name=name):
            changed: Object = self._api.patch_namespaced_custom_object(
                GROUP,
                VERSION,
                self.namespace,
                self._plural,
                name,
                {"metadata": {"annotations": dict(annotations)}},
                _content_type=_MERGE_PATCH,
                _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            )
        return changed

    def create(self, document: Object) -> Object:
        """Create one in the namespace that is meant."""
        with explain_refusals(self.access, "create", self._plural, name=document["metadata"].get("name")):
            made: Object = self._api.create_namespaced_custom_object(
                GROUP,
                VERSION,
                self.namespace,
                self._plural,
                document,
                field_validation="Strict",
                _request_timeout=(_CONNECT_SECONDS, _READ_SECONDS),
            )
        return made

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
            with explain_refusals(self.access, "list", self._plural):
                page = self._list_page(page["metadata"].get("continue"))
            found += page["items"]
            if not page["metadata"].get("continue"):
                return found, page["metadata"]["resourceVersion"]

    def _list_page(self, token: str | None, **options: Any) -> Object:
        options |= {"limit": _PAGE, "_continue": token, "_request_timeout": (_CONNECT_SECONDS, _READ_SECONDS)}
        place = (GROUP, VERSION)
        if self.access.namespace is None:
            page: Object = self._api.list_cluster_custom_object(*place, self._plural, **options)
        else:
            page = self._api.list_namespaced_custom_object(*place, self.access.namespace, self._plural, **options)
        return page

    def _watch(self, version: str) -> Iterator[Object]:
        events = watch.Watch()
        options: dict[str, Any] = {"resource_version": version, "timeout_seconds": 300}
        with explain_refusals(self.access, "watch", self._plural):
            if self.access.namespace is None:
                stream = events.stream(self._api.list_cluster_custom_object, GROUP, VERSION, self._plural, **options)
            else:
                stream = events.stream(
                    self._api.list_namespaced_custom_object,
                    GROUP,
                    VERSION,
                    self.access.namespace,
                    self._plural,
                    **options,
                )
            for event in stream:
                if event["type"] == "ERROR":
                    return  # the version is too old: all are listed anew
                yield event


def _identify(document: Object) -> str:
    return str(document["metadata"]["uid"])
