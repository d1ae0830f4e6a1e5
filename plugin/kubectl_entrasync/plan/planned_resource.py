"""The resources as they would be after applying manifests. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from entrasync.api.names import KIND
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from entrasync.core.resource.defaults import Defaults, apply_defaults
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import read_resource
from kubectl_entrasync.manifests.sources import Document
from kubectl_entrasync.validation.checking import check_object, is_ours, read_schema
from kubectl_entrasync.validation.schema_check import complete


@dataclass(frozen=True)
class PlannedResource:
    """One SynchronizationJob of the manifests: as applying makes it, and as it is stored now."""

    document: Document
    resource: Resource
    stored: Resource | None = None
    fault: str | None = None
    """What the API server would refuse."""

    @property
    def key(self) -> ObjectKey:
        """Namespace and name."""
        return self.resource.key


def plan_resource(
    document: Document, stored: Mapping[str, Any] | None, *, namespace: str, defaults: Defaults, now: datetime
) -> PlannedResource:
    """Read a manifest as the object that it would be."""
    content = document.content
    faults = check_object(content)
    raw = _merge(content, stored, namespace=namespace, now=now)
    known = _with_defaults(read_resource(stored), defaults) if stored else None
    fault = faults[0].words if faults else None
    return PlannedResource(document, _with_defaults(read_resource(raw), defaults), known, fault)


def is_job(content: Any) -> bool:
    """Whether an object is a SynchronizationJob."""
    return is_ours(content) and content.get("kind") == KIND


def find_named(documents: Iterable[Document], kind: str, *, namespace: str) -> dict[ObjectKey, Mapping[str, Any]]:
    """Return the objects of a kind of the core group among manifests."""
    found: dict[ObjectKey, Mapping[str, Any]] = {}
    for document in documents:
        content = document.content
        if isinstance(content, dict) and content.get("kind") == kind and content.get("apiVersion") == "v1":
            found[key_of(content, namespace)] = content
    return found


def key_of(content: Mapping[str, Any], namespace: str) -> ObjectKey:
    """Return namespace and name of an object of a manifest."""
    metadata = content.get("metadata")
    members = metadata if isinstance(metadata, dict) else {}
    return ObjectKey(str(members.get("namespace") or namespace), str(members.get("name") or ""))


def _merge(
    content: Mapping[str, Any], stored: Mapping[str, Any] | None, *, namespace: str, now: datetime
) -> dict[str, Any]:
    """Put the manifest over the stored object, as the API server would. A changed spec is another generation."""
    key = key_of(content, namespace)
    own = content.get("metadata")
    own = own if isinstance(own, dict) else {}
    if stored is None:
        metadata = {"uid": str(key), "resourceVersion": "", "generation": 1, "creationTimestamp": write_time(now)}
        return {**content, "metadata": {**metadata, **own, "name": key.name, "namespace": key.namespace}, "status": {}}
    known = stored["metadata"]
    schema = read_schema(KIND)["properties"]["spec"]
    is_changed = complete(schema, content.get("spec")) != complete(schema, stored.get("spec"))
    metadata = {
        **known,
        "annotations": {**(known.get("annotations") or {}), **(own.get("annotations") or {})},
        "generation": known.get("generation", 1) + is_changed,
    }
    return {**content, "metadata": metadata, "status": stored.get("status") or {}}


def _with_defaults(resource: Resource, defaults: Defaults) -> Resource:
    desired = resource.desired
    return resource if desired is None else replace(resource, desired=apply_defaults(desired, defaults))
