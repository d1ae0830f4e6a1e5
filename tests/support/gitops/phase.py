"""What a phase is: an object of ours as the API server would show it, with what kstatus has to say of it.

A new object has the status that its CRD gives it by default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from entrasync.api.names import (
    API_VERSION,
    CONNECTION_KIND,
    CONNECTION_PLURAL,
    GROUP,
    KIND,
    PLURAL,
    PROVISIONING_KIND,
    PROVISIONING_PLURAL,
)
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import PRINCIPAL

CRDS = Path(__file__).parents[3] / "crds"

IN_PROGRESS, CURRENT, FAILED, TERMINATING = "InProgress", "Current", "Failed", "Terminating"

KINDS = {KIND: PLURAL, CONNECTION_KIND: CONNECTION_PLURAL, PROVISIONING_KIND: PROVISIONING_PLURAL}

DELETED_AT = "2026-11-01T12:00:00Z"


@dataclass(frozen=True)
class Phase:
    """An object, what the phase is called, and what kstatus says of it."""

    kind: str
    name: str
    object: Mapping[str, Any]
    verdict: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.name}"


@cache
def default_status(kind: str) -> Mapping[str, Any]:
    """Return the status that the CRD gives a new object."""
    crd = yaml.safe_load((CRDS / f"{GROUP}_{KINDS[kind]}.yaml").read_text(encoding="utf-8"))
    [version] = crd["spec"]["versions"]
    found: Mapping[str, Any] = version["schema"]["openAPIV3Schema"]["properties"]["status"]["default"]
    return found


def shown(seen: Resource | ConnectionResource | RequestResource) -> dict[str, Any]:
    """Return a stored resource as the API server shows it, with as much of its spec as tells its kind."""
    metadata: dict[str, Any] = {
        "name": seen.key.name,
        "namespace": seen.key.namespace,
        "uid": seen.uid,
        "generation": seen.generation,
        "annotations": dict(seen.annotations),
    }
    if seen.is_deleting:
        metadata["deletionTimestamp"] = DELETED_AT
    return {
        "apiVersion": API_VERSION,
        "kind": seen.kind,
        "metadata": metadata,
        "spec": _spec_of(seen),
        "status": {**default_status(seen.kind), **seen.status},
    }


def _spec_of(seen: Resource | ConnectionResource | RequestResource) -> dict[str, Any]:
    if isinstance(seen, Resource):
        wish = seen.desired
        spec: dict[str, Any] = {"servicePrincipal": {"objectId": PRINCIPAL}, "template": {"id": "scim"}}
        if wish and wish.is_suspended:
            spec["suspend"] = True
        if wish and wish.management_policy:
            spec["managementPolicy"] = str(wish.management_policy)
        if wish and wish.application:
            spec["application"] = wish.application.model_dump(mode="json", by_alias=True, exclude_none=True)
        return spec
    return seen.spec.model_dump(mode="json", by_alias=True, exclude_none=True) if seen.spec else {}
