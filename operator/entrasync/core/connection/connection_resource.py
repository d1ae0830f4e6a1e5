"""A GraphConnection of the API server as a pass sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from pydantic import ValidationError

from entrasync.api.graph_connection import GraphConnectionSpec
from entrasync.api.names import CONNECTION_KIND, REQUEST_ANNOTATIONS
from entrasync.core.primitives.object_key import ObjectKey


@dataclass(frozen=True)
class ConnectionResource:
    """One GraphConnection. `status` is as stored, never trusted to be well-formed."""

    kind: ClassVar[str] = CONNECTION_KIND

    key: ObjectKey
    uid: str
    generation: int
    resource_version: str
    spec: GraphConnectionSpec | None
    invalid_spec: str | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, Any] = field(default_factory=dict)

    @property
    def secret_name(self) -> str | None:
        """The Secret that holds its credential; None where it has none."""
        if self.spec is None:
            return None
        proof = self.spec.client_secret or self.spec.client_certificate
        return proof.secret_ref.name if proof else None

    @property
    def request(self) -> tuple[str | None, ...]:
        """What its annotations ask for: a new value asks for a login at once."""
        return tuple(self.annotations.get(name) for name in REQUEST_ANNOTATIONS)


def read_connection(raw: Mapping[str, Any]) -> ConnectionResource:
    """Read a GraphConnection as the API server sends it. A spec that cannot be read is told, never raised."""
    metadata, status = raw["metadata"], raw.get("status")
    spec, fault = _read_spec(raw.get("spec") or {})
    return ConnectionResource(
        key=ObjectKey(metadata.get("namespace", ""), metadata["name"]),
        uid=metadata["uid"],
        generation=metadata.get("generation", 0),
        resource_version=metadata["resourceVersion"],
        spec=spec,
        invalid_spec=fault,
        annotations=metadata.get("annotations") or {},
        status=status if isinstance(status, dict) else {},
    )


def differs(known: ConnectionResource, seen: ConnectionResource) -> bool:
    """Whether anything changed that a login depends on; a status of ours is none of it."""
    return (known.uid, known.generation, known.request) != (seen.uid, seen.generation, seen.request)


def _read_spec(raw: Mapping[str, Any]) -> tuple[GraphConnectionSpec | None, str | None]:
    try:
        return GraphConnectionSpec.model_validate(raw), None
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False)
        return None, "; ".join(f"spec.{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
