"""The operator's objects in a cluster, as plain documents."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from http import HTTPStatus
from math import ceil
from time import monotonic, sleep
from typing import Any, TypeVar

from kubernetes import client, watch

from kubectl_entrasync.cluster.access import Access, check_name
from kubectl_entrasync.cluster.kinds import JOBS, Kind
from kubectl_entrasync.cluster.pages import Object, keep_whole, read_pages
from kubectl_entrasync.cluster.refusals import Refused, Silent, explain_refusals

T = TypeVar("T")

CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
"""How long a connection and an answer may take."""

_WATCH_SECONDS = 300
"""After which the API server ends a watch, and the next one begins."""

_GRACE_SECONDS = 5.0
"""How long a call may go on after its time is over. A connection that is silent for longer has died."""

_PAUSE_SECONDS = 1.0
"""Between a call that broke off and the next one."""

_MERGE_PATCH = "application/merge-patch+json"


class Objects:
    """Lists, reads, follows and writes the objects of one kind."""

    def __init__(self, access: Access, kind: Kind = JOBS) -> None:
        self.access = access
        self._kind = kind
        self._api = client.CustomObjectsApi(access.api)

    def list_all(self) -> list[Object]:
        """List those of the namespace that is meant, or of all namespaces."""
        return self.read_all(keep_whole)

    def read_all(self, keep: Callable[[Object], T]) -> list[T]:
        """List them, and keep of each what is wanted, so that a large fleet takes little memory."""
        return self._list_with_version(keep)[0]

    def read(self, name: str) -> Object:
        """Read one. Raises `Failure` if there is none."""
        check_name(name, self._kind.name)
        with self._explain("get", name):
            found: Object = self._api.get_namespaced_custom_object(
                *self._place, name, _request_timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
        return found

    def annotate(self, document: Object, annotations: Mapping[str, str | None]) -> None:
        """Set annotations of an object, or remove those that are None. A later one of the same name is left alone."""
        metadata = document["metadata"]
        patch = {"metadata": {"uid": metadata["uid"], "annotations": dict(annotations)}}
        with self._explain("patch", metadata["name"]):
            self._api.patch_namespaced_custom_object(
                *self._place,
                metadata["name"],
                patch,
                _content_type=_MERGE_PATCH,
                _request_timeout=(CONNECT_SECONDS, READ_SECONDS),
            )

    def create(self, document: Object) -> Object:
        """Create an object in the namespace that is meant, and return it as it is stored."""
        with self._explain("create"):
            made: Object = self._api.create_namespaced_custom_object(
                *self._place,
                document,
                field_validation="Strict",
                _request_timeout=(CONNECT_SECONDS, READ_SECONDS),
            )
        return made

    def follow(self, within_seconds: float | None = None, *, name: str | None = None) -> Iterator[list[Object]]:
        """Yield all of them, or the one of a name, now and again after each change, for so long or for ever.

        What breaks off is begun anew. They are listed once more at the end, because a watch may have died in silence.
        Raises `Failure` if that is refused, or not answered when the time is over.
        """
        ends_at = None if within_seconds is None else monotonic() + within_seconds
        is_last = False
        while not is_last:
            is_last = ends_at is not None and monotonic() >= ends_at
            try:
                objects, version = self._list_with_version(keep_whole, name, ends_at)
            except Silent:
                if ends_at is None or is_last:
                    raise
                _pause(ends_at)
                continue
            known = {_identify(each): each for each in objects}
            yield list(known.values())
            for event in () if is_last else self._watch(version, ends_at, name):
                if event["type"] == "DELETED":
                    known.pop(_identify(event["object"]), None)
                else:
                    known[_identify(event["object"])] = event["object"]
                yield list(known.values())

    def _explain(self, verb: str, name: str | None = None) -> AbstractContextManager[None]:
        return explain_refusals(self.access, verb, name=name, kind=self._kind)

    @property
    def _place(self) -> tuple[str, str, str, str]:
        return self._kind.group, self._kind.version, self.namespace, self._kind.plural

    @property
    def namespace(self) -> str:
        """The namespace that is meant, where a command is about one object."""
        return self.access.namespace or "default"

    def _list_with_version(
        self, keep: Callable[[Object], T], name: str | None = None, ends_at: float | None = None
    ) -> tuple[list[T], str]:
        call, place = self._lister()

        def read_page(**options: Any) -> Object:
            timeout = (CONNECT_SECONDS, max(_GRACE_SECONDS, _left(ends_at, READ_SECONDS)))
            with self._explain("list"):
                page: Object = call(*place, _request_timeout=timeout, **_select(name), **options)
            return page

        return read_pages(read_page, keep)

    def _lister(self) -> tuple[Callable[..., Any], tuple[str, ...]]:
        """Return the call that lists or watches what is meant, and its place."""
        if self.access.namespace is None:
            return self._api.list_cluster_custom_object, (self._kind.group, self._kind.version, self._kind.plural)
        return self._api.list_namespaced_custom_object, self._place

    def _watch(self, version: str, ends_at: float | None, name: str | None) -> Iterator[Object]:
        """Yield the changes since a version, until the watch ends or breaks, or its version is not known any more."""
        call, place = self._lister()
        seconds = max(1, ceil(_left(ends_at, _WATCH_SECONDS)))
        options = {
            "resource_version": version,
            "timeout_seconds": seconds,
            "_request_timeout": (CONNECT_SECONDS, seconds + _GRACE_SECONDS),
            **_select(name),
        }
        try:
            with self._explain("watch"):
                yield from watch.Watch().stream(call, *place, **options)
        except Silent:
            _pause(ends_at)
        except Refused as refused:
            if refused.status != HTTPStatus.GONE:
                raise


def _left(ends_at: float | None, most: float) -> float:
    """Return how many seconds a call may take that ends with the time."""
    return most if ends_at is None else min(most, max(0.0, ends_at - monotonic()))


def _pause(ends_at: float | None) -> None:
    sleep(_left(ends_at, _PAUSE_SECONDS))


def _select(name: str | None) -> dict[str, str]:
    """Return the option that leaves the API server's answer to the object of a name."""
    return {} if name is None else {"field_selector": f"metadata.name={name}"}


def _identify(document: Object) -> str:
    return str(document["metadata"]["uid"])
