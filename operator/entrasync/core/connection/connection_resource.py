"""A GraphConnection of the API server as a pass sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from entrasync.api.graph_connection import GraphConnectionSpec
from entrasync.api.names import CONNECTION_KIND, REQUEST_ANNOTATIONS
from entrasync.core.resource.object_meta import ObjectMeta, read_meta, read_spec, read_status


@dataclass(frozen=True, kw_only=True)
class ConnectionResource(ObjectMeta):
    """One GraphConnection. `status` is as stored, never trusted to be well-formed."""

    kind: ClassVar[str] = CONNECTION_KIND

    spec: GraphConnectionSpec | None
    invalid_spec: str | None = None
    status: Mapping[str, Any] = field(default_factory=dict)

    @property
    def user_input(self) -> tuple[object, ...]:
        """What users decide about the connection: all that a login depends on, and the request for one."""
        return self.uid, self.generation, self.request

    @property
    def secret_name(self) -> str | None:
        """The name of the Secret that holds its credential; None if it has none."""
        if self.spec is None:
            return None
        proof = self.spec.client_secret or self.spec.client_certificate
        return proof.secret_ref.name if proof else None

    @property
    def request(self) -> tuple[str | None, ...]:
        """The values of its request annotations. A new value asks for a login at once."""
        return tuple(self.annotations.get(name) for name in REQUEST_ANNOTATIONS)


def read_connection(raw: Mapping[str, Any]) -> ConnectionResource:
    """Read a GraphConnection as the API server sends it.

    A spec that cannot be read raises nothing: `invalid_spec` says what is wrong with it.
    """
    spec, fault = read_spec(raw, GraphConnectionSpec.model_validate)
    return ConnectionResource(**vars(read_meta(raw)), spec=spec, invalid_spec=fault, status=read_status(raw))
