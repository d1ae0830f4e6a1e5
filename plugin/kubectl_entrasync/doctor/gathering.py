"""Gathers the facts from the cluster. A right that is missing leaves out one fact, and not the others."""

import base64
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from cryptography import x509

from entrasync.api.names import GROUP, PLURAL
from kubectl_entrasync.cluster.access import Access
from kubectl_entrasync.cluster.kinds import (
    CONNECTIONS,
    DEFINITIONS,
    DEPLOYMENTS,
    JOBS,
    LEASES,
    REQUESTS,
    SECRETS,
)
from kubectl_entrasync.cluster.reader import Reader
from kubectl_entrasync.cluster.refusals import Refused
from kubectl_entrasync.doctor.definitions import list_definitions
from kubectl_entrasync.doctor.facts import DoctorFacts, Document, Documents, TenantLook, Unread, list_read

NAMESPACE_LEASE = f"{PLURAL}.{GROUP}"
"""The name of the Lease by which an install looks after a namespace."""

INSTALL = "entra-sync-operator"
"""The chart's name: that of the Lease of an install unless it sets another one, and the label of its Deployment."""


def gather_facts(access: Access, tenant: TenantLook | None) -> DoctorFacts:
    """Read all that the checks look at. Raises `Failure` if the cluster does not answer or takes no login."""
    reader = Reader(access)
    server_time, offset = _compare_clocks(reader)
    namespace_leases = _try(lambda: reader.list_all(LEASES, field_selector=f"metadata.name={NAMESPACE_LEASE}"))
    connections = _try(lambda: reader.list_all(CONNECTIONS))
    return DoctorFacts(
        server_time=server_time,
        clock_offset=offset,
        crds=_try(lambda: _read_definitions(reader)),
        jobs=_try(lambda: reader.list_all(JOBS)),
        connections=connections,
        requests=_try(lambda: reader.list_all(REQUESTS)),
        own_leases=_try(lambda: _read_own_leases(reader, namespace_leases)),
        namespace_leases=namespace_leases,
        deployments=_try(lambda: reader.list_all(DEPLOYMENTS, label_selector=f"app.kubernetes.io/name={INSTALL}")),
        secrets=_try(lambda: reader.list_metadata(SECRETS)),
        certificates=dict(_read_certificates(reader, connections)),
        tenant=tenant,
    )


def _try(read: Callable[[], list[dict[str, Any]]]) -> Documents:
    try:
        return read()
    except Refused as refused:
        if refused.status == HTTPStatus.UNAUTHORIZED:
            raise
        return Unread(str(refused), is_absent=refused.status == HTTPStatus.NOT_FOUND)


def _compare_clocks(reader: Reader) -> tuple[datetime, timedelta]:
    """Return the time of the API server, and how far our clock is ahead of it."""
    before = datetime.now(UTC)
    told = reader.read_date()
    after = datetime.now(UTC)
    if told is None:
        return after, timedelta()
    server = parsedate_to_datetime(told)
    return server, before + (after - before) / 2 - server


def _read_definitions(reader: Reader) -> list[dict[str, Any]]:
    found = [reader.find(DEFINITIONS, name) for name in list_definitions()]
    return [each for each in found if each is not None]


def _read_own_leases(reader: Reader, namespace_leases: Documents) -> list[dict[str, Any]]:
    """Read the Leases of installs: those of the chart's name, and those that hold namespaces."""
    holders = [_holder(each) for each in list_read(namespace_leases)]
    names = {INSTALL, *(name for _, _, name in (holder.partition("/") for holder in holders) if name)}
    return [each for name in sorted(names) for each in reader.list_all(LEASES, field_selector=f"metadata.name={name}")]


def _holder(lease: Document) -> str:
    return str((lease.get("spec") or {}).get("holderIdentity") or "")


def _read_certificates(reader: Reader, connections: Documents) -> Iterator[tuple[tuple[str, str], datetime]]:
    """Read when the certificates of connections expire, where the operator does not say it and rights allow it."""
    for connection in list_read(connections):
        namespace, spec = connection["metadata"]["namespace"], connection.get("spec") or {}
        name = ((spec.get("clientCertificate") or {}).get("secretRef") or {}).get("name")
        if name and not (connection.get("status") or {}).get("credentialExpiresAt"):
            expiry = _read_certificate(reader, namespace, name)
            if expiry is not None:
                yield (namespace, name), expiry


def _read_certificate(reader: Reader, namespace: str, name: str) -> datetime | None:
    try:
        secret = reader.find(SECRETS, name, namespace=namespace)
        encoded = ((secret or {}).get("data") or {}).get("tls.crt") or ""
        return x509.load_pem_x509_certificate(base64.b64decode(encoded)).not_valid_after_utc
    except (Refused, ValueError):
        return None
