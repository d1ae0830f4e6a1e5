"""The facts that the checks look at. What could not be read says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Unread:
    """Why something could not be read. `is_absent` says that the cluster does not know its kind."""

    why: str
    is_absent: bool = False


Documents = Sequence[Document] | Unread


def list_read(documents: Documents) -> Sequence[Document]:
    """Return what could be read; nothing where it could not."""
    return () if isinstance(documents, Unread) else documents


@dataclass(frozen=True)
class TenantLook:
    """What a login to the tenant and one read of Graph showed. `fault` says what went wrong."""

    tenant_id: str = ""
    fault: str | None = None


@dataclass(frozen=True)
class DoctorFacts:
    """All that was gathered. `server_time` is that of the API server, and `clock_offset` how far ours is ahead."""

    server_time: datetime
    clock_offset: timedelta = timedelta()
    crds: Documents = ()
    jobs: Documents = ()
    connections: Documents = ()
    requests: Documents = ()
    own_leases: Documents = ()
    """The Leases of installs, which their replicas share."""
    namespace_leases: Documents = ()
    """The Leases by which an install looks after a namespace."""
    deployments: Documents = ()
    secrets: Documents = ()
    """The metadata of Secrets. Their values are not read."""
    certificates: Mapping[tuple[str, str], datetime] = field(default_factory=dict)
    """When the certificates of Secrets expire, by namespace and name, where that could be read."""
    tenant: TenantLook | None = None
    """None: no login was asked for."""


def name_of(document: Document) -> str:
    """Return namespace and name of an object."""
    metadata = document["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}"


def find_condition(document: Document, kind: str) -> Document:
    """Find a condition of a status; empty if it has none of this type."""
    conditions = (document.get("status") or {}).get("conditions") or ()
    return next((each for each in conditions if each.get("type") == kind), {})
