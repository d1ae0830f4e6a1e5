"""A job as somebody has it in Git, and what the API server says of who wrote its fields."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from entrasync.api.names import API_VERSION, KIND, PLURAL
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment

OPERATOR = "entra-sync-operator"
"""The operator's own field manager."""


@dataclass
class JobInGit:
    """A SynchronizationJob in Git, which a tool applies to a cluster by its own field manager."""

    environment: OperatorEnvironment
    manager: str
    marks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Labels and annotations that the tool adds."""

    def __post_init__(self) -> None:
        self.name, self.principal = (
            f"job-{uuid.uuid4().hex[:8]}",
            self.environment.simulator.create_service_principal().id,
        )
        self.spec: dict[str, Any] = {
            "servicePrincipal": {"objectId": self.principal},
            "template": {"id": "scim"},
            "schedule": {"state": "Active"},
            "pollInterval": "30s",
        }

    @property
    def manifest(self) -> Object:
        metadata = {"name": self.name, "namespace": self.environment.namespace, **self.marks}
        return {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": self.spec}

    def sync(self, *, forced: bool = True) -> None:
        """Apply what is in Git."""
        self.environment.cluster.apply([self.manifest], manager=self.manager, forced=forced)
        if self.name not in self.environment.applied:
            self.environment.applied.append(self.name)

    def prune(self, propagation: str) -> None:
        """Delete it, as it is in Git no more."""
        self.environment.cluster.delete(
            API_VERSION, PLURAL, self.name, self.environment.namespace, propagation=propagation
        )

    def writes(self) -> list[str]:
        """List the writes to Graph that were made for it, after the operator has looked a few more times."""
        self.environment.wait_polls(self.principal, count=2)
        return self.environment.writes(self.principal)


def field_owners(found: Object) -> dict[str, set[str]]:
    """Return the parts of an object in which each field manager has a field: metadata, spec, status."""
    owners: dict[str, set[str]] = {}
    for entry in found["metadata"]["managedFields"]:
        parts = {part.removeprefix("f:") for part in entry["fieldsV1"]}
        owners.setdefault(entry["manager"], set()).update(parts)
    return owners
