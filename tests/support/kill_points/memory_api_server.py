"""An API server in memory: objects by path, with versions, merge and JSON patches, finalizers and watches."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from entrasync.core.primitives.times import write_time
from tests.support.fake_api_server import merged

Document = dict[str, Any]
AnyT = TypeVar("AnyT")
WatchCallback = Callable[[str, Document], None]

_PATH = re.compile(
    r"(?P<root>/api/v1|/apis/[^/]+/[^/]+)(?:/namespaces/(?P<namespace>[^/]+)(?=/))?"
    r"/(?P<plural>[a-z]+)(?:/(?P<name>[^/]+))?(?:/(?P<subresource>status))?"
)


class Refusal(Exception):
    """A refusal of the API server."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Place:
    """What a path names."""

    root: str
    namespace: str | None
    plural: str
    name: str | None
    subresource: str | None

    @property
    def key(self) -> tuple[str, str, str]:
        return self.plural, self.namespace or "", self.name or ""


def find_place(path: str) -> Place:
    """Read a path."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise Refusal(404, f"no such path: {path}")
    return Place(**match.groupdict())


class MemoryApiServer:
    """Stores objects and answers calls. It `loses` a field of status, to break promises."""

    def __init__(self, read_wall: Callable[[], float]) -> None:
        self._read_wall = read_wall
        self._objects: dict[tuple[str, str, str], Document] = {}
        self._version = 0
        self._watchers: list[tuple[str, WatchCallback]] = []
        self.loses = ""

    def watch(self, plural: str, callback: WatchCallback) -> None:
        """Call back at each change of an object of a kind."""
        self._watchers.append((plural, callback))

    def unwatch(self, callback: WatchCallback) -> None:
        """End a watch."""
        self._watchers = [each for each in self._watchers if each[1] is not callback]

    def find(self, plural: str, namespace: str, name: str) -> Document | None:
        """Return a copy of an object as it is now; None if there is none."""
        return _copy(self._objects.get((plural, namespace, name)))

    def create(self, plural: str, document: Document) -> Document:
        """Create an object, as a user does."""
        made = _copy(document)
        metadata = made["metadata"]
        key = plural, metadata.get("namespace", ""), metadata["name"]
        if key in self._objects:
            raise Refusal(409, f"{key} exists")
        metadata |= {"uid": f"uid-{self._version + 1}", "generation": 1, "creationTimestamp": self._now()}
        return self._store(key, made, "ADDED")

    def restore(self, plural: str, document: Document) -> None:
        """Store an object with its status, as a backup has it."""
        metadata = document["metadata"]
        self._store((plural, metadata["namespace"], metadata["name"]), _copy(document), "ADDED")

    def list(self, plural: str) -> Sequence[Document]:
        """Return copies of all objects of a kind."""
        return [_copy(found) for (kind, *_), found in sorted(self._objects.items()) if kind == plural]

    def edit(self, plural: str, namespace: str, name: str, patch: Mapping[str, Any]) -> None:
        """Merge-patch an object, as a user does."""
        key = plural, namespace, name
        self._change(key, merged(self._objects[key], patch))

    def delete(self, plural: str, namespace: str, name: str) -> None:
        """Delete an object, as a user does. One with finalizers stays until they are removed."""
        key = plural, namespace, name
        changed = _copy(self._objects[key])
        changed["metadata"] |= {"deletionTimestamp": self._now(), "generation": changed["metadata"]["generation"] + 1}
        self._change(key, changed)

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any, content_type: str) -> Document:
        """Carry out a call. Raises `Refusal`."""
        place = find_place(path)
        match method:
            case "GET" if place.name is None:
                return self._list(place, query)
            case "GET":
                return self._get(place)
            case "POST":
                return self._post(place, body)
            case "PATCH":
                return self._patch(place, body, is_merge=content_type == "application/merge-patch+json")
            case "DELETE":
                return self._delete(place, body)
        raise Refusal(405, f"{method} {path}")

    def _list(self, place: Place, query: Mapping[str, str]) -> Document:
        found = [
            each
            for (plural, namespace, name), each in sorted(self._objects.items())
            if plural == place.plural
            and place.namespace in (None, namespace)
            and query.get("fieldSelector", f"metadata.name={name}") == f"metadata.name={name}"
            and _has_labels(each, query.get("labelSelector", ""))
        ]
        return {"metadata": {"resourceVersion": str(self._version)}, "items": _copy(found)}

    def _get(self, place: Place) -> Document:
        if (found := self._objects.get(place.key)) is None:
            raise Refusal(404, f"there is no {place.key}")
        return _copy(found)

    def _post(self, place: Place, body: Document) -> Document:
        metadata = body["metadata"]
        name = metadata.get("name") or f"{metadata['generateName']}{self._version + 1}"
        return self.create(place.plural, {**body, "metadata": {**metadata, "name": name}})

    def _patch(self, place: Place, body: Any, *, is_merge: bool) -> Document:
        before = self._get(place)
        if not is_merge:
            return self._change(place.key, _apply_json_patch(before, body))
        _check_preconditions(before, body.get("metadata") or {}, is_status=place.subresource == "status")
        if place.subresource == "status":
            after = {**before, "status": merged(before.get("status") or {}, self._without_lost(body))}
        else:
            after = merged(before, {name: value for name, value in body.items() if name != "status"})
        return self._change(place.key, after)

    def _delete(self, place: Place, body: Document) -> Document:
        before = self._get(place)
        if body["preconditions"]["uid"] != before["metadata"]["uid"]:
            raise Refusal(409, "the uid in the precondition is that of another object")
        self.delete(*place.key)
        return before

    def _without_lost(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        status = body.get("status") or {}
        return {name: value for name, value in status.items() if name != self.loses or value is None}

    def _change(self, key: tuple[str, str, str], changed: Document) -> Document:
        before = self._objects[key]
        metadata = changed["metadata"]
        metadata["resourceVersion"] = before["metadata"]["resourceVersion"]
        if changed.get("spec") != before.get("spec"):
            metadata["generation"] = before["metadata"]["generation"] + 1
        if "deletionTimestamp" in metadata and not metadata.get("finalizers"):
            del self._objects[key]
            return self._announce(key, "DELETED", self._next_version(changed))
        return _copy(before) if changed == before else self._store(key, changed, "MODIFIED")

    def _store(self, key: tuple[str, str, str], changed: Document, kind: str) -> Document:
        self._objects[key] = self._next_version(changed)
        return self._announce(key, kind, changed)

    def _next_version(self, changed: Document) -> Document:
        self._version += 1
        changed["metadata"]["resourceVersion"] = str(self._version)
        return changed

    def _announce(self, key: tuple[str, str, str], kind: str, changed: Document) -> Document:
        for plural, callback in self._watchers:
            if plural == key[0]:
                callback(kind, _copy(changed))
        return _copy(changed)

    def _now(self) -> str:
        return write_time(datetime.fromtimestamp(self._read_wall(), UTC))


def _copy(document: AnyT) -> AnyT:
    """Copy as a wire would."""
    copied: AnyT = json.loads(json.dumps(document))
    return copied


def _has_labels(found: Mapping[str, Any], selector: str) -> bool:
    name, _, value = selector.partition("=")
    return not selector or (found["metadata"].get("labels") or {}).get(name) == value


def _check_preconditions(before: Mapping[str, Any], metadata: Mapping[str, Any], *, is_status: bool) -> None:
    """Refuse a patch for another version (409) or another object (422). A patch of status ignores a uid."""
    known = before["metadata"]
    if metadata.get("resourceVersion", known["resourceVersion"]) != known["resourceVersion"]:
        raise Refusal(409, "the object has been modified")
    if not is_status and metadata.get("uid", known["uid"]) != known["uid"]:
        raise Refusal(422, "the uid is that of another object")


def _apply_json_patch(before: Document, operations: Iterable[Mapping[str, Any]]) -> Document:
    """Apply tests and removals, which is what the operator sends."""
    after = _copy(before)
    for operation in operations:
        *way, last = operation["path"].strip("/").split("/")
        parent: Any = after
        try:
            for step in way:
                parent = parent[step]
            place = int(last) if isinstance(parent, list) else last
            value = parent[place]
        except (KeyError, IndexError):
            raise Refusal(422, f"{operation['path']} is not there") from None
        if operation["op"] == "test" and value != operation["value"]:
            raise Refusal(422, f"{operation['path']} differs")
        if operation["op"] == "remove":
            del parent[place]
    return after
