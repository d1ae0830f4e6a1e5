"""The tests' own view of an API server: plain objects as dicts, over one connection, as its administrator.

It shares no code with the product, whose own client is under test. Paths are made of apiVersion and plural. Only
`apply` starts from a kind, whose plural the API server is asked for once for each apiVersion.
"""

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import yaml

from control_plane import ControlPlane
from tests.support.polling import HANG_SECONDS, until

Object = dict[str, Any]

Manifests = str | Path | list[Object]
"""YAML of one or more documents, a file or folder of it, or objects."""

_STRICTLY = {"fieldValidation": "Strict"}
"""A misspelt field is an error, as with kubectl."""


class RefusedError(Exception):
    """The API server refused: its status code, its reason (`Invalid`, `Forbidden`) and its message."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message


class Cluster:
    """Writes and reads the objects of one control plane."""

    def __init__(self, plane: ControlPlane, token: str | None = None) -> None:
        """Act as the administrator, or as the owner of a token."""
        self.plane = plane
        context = plane.certificates.client_context(with_admin=token is None)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._kinds: dict[tuple[str, str], Object] = {}
        self._http = httpx.Client(
            base_url=plane.url, verify=context, headers=headers, timeout=HANG_SECONDS, trust_env=False
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.close()

    def read(self, path: str) -> Object:
        """Return the API server's answer for a path such as `/apis`."""
        return self._ask("GET", path)

    def get(self, api_version: str, plural: str, name: str, namespace: str | None = None) -> Object:
        """Return one object; RefusedError with code 404 if there is none."""
        return self._ask("GET", _path(api_version, plural, namespace, name))

    def find(self, api_version: str, plural: str, name: str, namespace: str | None = None) -> Object | None:
        """Return one object, or None if there is none."""
        try:
            return self.get(api_version, plural, name, namespace)
        except RefusedError as refused:
            if refused.code == httpx.codes.NOT_FOUND:
                return None
            raise

    def list(self, api_version: str, plural: str, namespace: str | None = None, **query: str) -> list[Object]:
        """Return all objects of a kind, of one namespace if given."""
        found: list[Object] = self._ask("GET", _path(api_version, plural, namespace), query=query)["items"]
        return found

    def create(self, plural: str, manifest: Object, namespace: str | None = None, *, dry_run: bool = False) -> Object:
        """Create an object and return it as stored. A dry run is checked in full, and nothing is stored."""
        query = _STRICTLY | ({"dryRun": "All"} if dry_run else {})
        return self._ask("POST", _path(manifest["apiVersion"], plural, namespace), query=query, content=manifest)

    def replace_status(self, plural: str, manifest: Object) -> Object:
        """Replace the stored status of an object."""
        metadata = manifest["metadata"]
        path = _path(manifest["apiVersion"], plural, metadata.get("namespace"), metadata["name"], "status")
        return self._ask("PUT", path, query=_STRICTLY, content=manifest)

    def patch(
        self,
        api_version: str,
        plural: str,
        name: str,
        namespace: str | None = None,
        *,
        merge: Object,
        subresource: str | None = None,
        dry_run: bool = False,
    ) -> Object:
        """Merge fields into an object, or into its `status` as subresource; None as a value removes the field."""
        path = _path(api_version, plural, namespace, name, subresource)
        query = {"dryRun": "All"} if dry_run else {}
        return self._ask("PATCH", path, query=query, content=merge, media_type="application/merge-patch+json")

    def delete(
        self, api_version: str, plural: str, name: str, namespace: str | None = None, *, propagation: str = ""
    ) -> None:
        """Ask for the deletion of an object; finalizers may keep it for a while.

        `propagation` is Background, Foreground or Orphan, as `kubectl delete --cascade` takes it.
        """
        query = {"propagationPolicy": propagation} if propagation else {}
        self._ask("DELETE", _path(api_version, plural, namespace, name), query=query)

    def apply(
        self, manifests: Manifests, namespace: str | None = None, *, manager: str = "tests", forced: bool = True
    ) -> None:
        """Apply objects of any kind, to a namespace unless they name their own; the first refusal ends it.

        The API server is asked for what `kubectl apply --server-side --force-conflicts` asks it for.
        """
        query = _STRICTLY | {"fieldManager": manager, "force": str(forced).lower()}
        for manifest in _documents(manifests):
            api_version, metadata = manifest["apiVersion"], manifest["metadata"]
            served = self._served(api_version, manifest["kind"])
            place = metadata.get("namespace", namespace or "default") if served["namespaced"] else None
            path = _path(api_version, served["name"], place, metadata["name"])
            self._ask("PATCH", path, query=query, content=manifest, media_type="application/apply-patch+yaml")

    def apply_crds(self, manifests: Manifests) -> None:
        """Apply CRDs and wait until their objects can be created and listed."""
        crds = _documents(manifests)
        self.apply(crds)
        for crd in crds:
            self.wait_served(crd["metadata"]["name"])

    def wait_served(self, crd_name: str, within_seconds: float = HANG_SECONDS) -> None:
        """Wait until a CRD is Established and each version can be listed; at first the answer is 404 or 429."""
        crd = until(
            lambda: self.get("apiextensions.k8s.io/v1", "customresourcedefinitions", crd_name),
            lambda crd: has_condition(crd, "Established"),
            what=f"{crd_name} is Established",
            within_seconds=within_seconds,
        )
        for version in (version["name"] for version in crd["spec"]["versions"] if version["served"]):
            api_version, plural = f"{crd['spec']['group']}/{version}", crd["spec"]["names"]["plural"]
            until(
                partial(self._lists, api_version, plural),
                what=f"{plural} of {api_version} can be listed",
                within_seconds=within_seconds,
            )

    def wait_for(
        self,
        api_version: str,
        plural: str,
        name: str,
        namespace: str | None = None,
        *,
        holds: Callable[[Object], object],
        what: str,
        within_seconds: float = HANG_SECONDS,
    ) -> Object:
        """Wait until an object exists and `holds` is true of it; return it."""
        found = until(
            lambda: self.find(api_version, plural, name, namespace),
            lambda seen: seen is not None and holds(seen),
            what=what,
            within_seconds=within_seconds,
        )
        assert found is not None
        return found

    def wait_shown(
        self,
        api_version: str,
        plural: str,
        made: Object,
        *,
        holds: Callable[[Object], object],
        what: str,
        within_seconds: float = HANG_SECONDS,
    ) -> Object:
        """Wait until `holds` is or was true of an object since it was `made`. A watch shows each version it had."""
        metadata = made["metadata"]
        query = {
            "watch": "true",
            "fieldSelector": f"metadata.name={metadata['name']}",
            "resourceVersion": metadata["resourceVersion"],
            "timeoutSeconds": f"{within_seconds:.0f}",
        }
        path = _path(api_version, plural, metadata["namespace"])
        with self._http.stream("GET", path, params=query, timeout=within_seconds + 10) as answer:
            for line in answer.iter_lines():
                seen: Object = json.loads(line)["object"]
                if holds(seen):
                    return seen
        seen = self.get(api_version, plural, metadata["name"], metadata["namespace"])
        raise AssertionError(f"Not within {within_seconds:.0f} s: {what}. Seen last: {seen!r}")

    def wait_gone(
        self,
        api_version: str,
        plural: str,
        name: str,
        namespace: str | None = None,
        *,
        within_seconds: float = HANG_SECONDS,
    ) -> None:
        """Wait until an object is deleted."""
        until(
            lambda: self.find(api_version, plural, name, namespace),
            lambda seen: seen is None,
            what=f"{plural} {name} is gone",
            within_seconds=within_seconds,
        )

    def _served(self, api_version: str, kind: str) -> Object:
        """Look up how a kind is served. A kind of a CRD is discovered a moment after its objects can be listed."""
        wanted = (api_version, kind)
        if wanted not in self._kinds:
            until(lambda: self._discover(api_version), lambda seen: wanted in seen, what=f"{kind} is discovered")
        return self._kinds[wanted]

    def _discover(self, api_version: str) -> Mapping[tuple[str, str], Object]:
        """Read the kinds of an API version, and return all known kinds."""
        try:
            found = self.read(_root(api_version))["resources"]
        except RefusedError as refused:
            if refused.code != httpx.codes.NOT_FOUND:
                raise
            found = []
        self._kinds |= {(api_version, each["kind"]): each for each in found if "/" not in each["name"]}
        return self._kinds

    def _lists(self, api_version: str, plural: str) -> bool:
        try:
            self.list(api_version, plural)  # without a limit, which would be answered before the watch cache exists
        except RefusedError as refused:
            if refused.code in {httpx.codes.NOT_FOUND, httpx.codes.TOO_MANY_REQUESTS}:
                return False
            raise
        return True

    def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        content: Object | None = None,
        media_type: str = "application/json",
    ) -> Object:
        body = None if content is None else json.dumps(content).encode()
        answer = self._http.request(method, path, params=query, content=body, headers={"Content-Type": media_type})
        if not answer.is_success:
            raise _refusal(answer)
        found: Object = answer.json()
        return found


def _refusal(answer: httpx.Response) -> RefusedError:
    """Read why the API server refuses. About a group that it does not serve, it answers in plain text."""
    try:
        found = answer.json()
    except ValueError:
        return RefusedError(answer.status_code, answer.reason_phrase, answer.text.strip())
    return RefusedError(answer.status_code, found.get("reason", ""), found.get("message", ""))


def has_condition(found: Object, kind: str, status: str = "True") -> bool:
    """Return whether an object's status has a condition of a type and status."""
    conditions = found.get("status", {}).get("conditions") or []  # a new CRD has a null here
    return any(condition["type"] == kind and condition["status"] == status for condition in conditions)


def _documents(manifests: Manifests) -> list[Object]:
    if isinstance(manifests, list):
        return manifests
    if isinstance(manifests, str):
        texts = [manifests]
    else:
        files = sorted(manifests.glob("*.yaml")) if manifests.is_dir() else [manifests]
        texts = [file.read_text(encoding="utf-8") for file in files]
    found = [document for text in texts for document in yaml.safe_load_all(text) if document]
    return [each for document in found for each in (document["items"] if document["kind"] == "List" else [document])]


def _root(api_version: str) -> str:
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def _path(
    api_version: str, plural: str, namespace: str | None, name: str | None = None, subresource: str | None = None
) -> str:
    place = f"/namespaces/{namespace}" if namespace else ""
    return "/".join(part for part in (f"{_root(api_version)}{place}/{plural}", name, subresource) if part)
