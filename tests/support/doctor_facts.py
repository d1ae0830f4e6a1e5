"""What `doctor` gathered of a cluster in which all is well, and builders of what can be wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

from entrasync.core.primitives.times import write_time
from kubectl_entrasync.doctor.definitions import list_definitions
from kubectl_entrasync.doctor.facts import DoctorFacts, Unread
from kubectl_entrasync.doctor.finding import Finding, Level
from tests.support.described_job import condition

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ERROR, WARNING, OK = Level.ERROR, Level.WARNING, Level.OK
DENIED = Unread("You may not list leases.coordination.k8s.io in any namespace.")


def ago(**duration: float) -> str:
    return write_time(NOW - timedelta(**duration))


def established(crd: dict[str, Any]) -> dict[str, Any]:
    return crd | {"status": {"conditions": [{"type": "Established", "status": "True"}]}}


def lease(holder: str = "pod-1", renewed: str = ago(seconds=5), **metadata: str) -> dict[str, Any]:
    spec = {"holderIdentity": holder, "renewTime": renewed, "leaseDurationSeconds": 10}
    return {"metadata": {"namespace": "entra-sync", "name": "entra-sync-operator", **metadata}, "spec": spec}


def deployment(available: int = 2, replicas: int = 2) -> dict[str, Any]:
    metadata = {"namespace": "entra-sync", "name": "entra-sync-operator"}
    return {"metadata": metadata, "spec": {"replicas": replicas}, "status": {"availableReplicas": available}}


def job(*conditions: dict[str, Any], spec: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    own = {"namespace": "identity", "name": "crm", "generation": 1, "creationTimestamp": ago(days=1), **metadata}
    return {"metadata": own, "spec": spec or {}, "status": {"conditions": list(conditions)}}


READY = condition("Ready", "True", "Healthy")


def connection(*conditions: dict[str, Any], spec: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    return {
        "metadata": {"namespace": "identity", "name": "default"},
        "spec": spec or {},
        "status": {"conditions": list(conditions or (condition("Ready", "True", "Connected"),)), **status},
    }


def secret(name: str = "crm", **labels: str) -> dict[str, Any]:
    return {"metadata": {"namespace": "identity", "name": name, "labels": labels}}


WELL = DoctorFacts(
    server_time=NOW,
    crds=[established(dict(crd)) for crd in list_definitions().values()],
    jobs=[job(READY)],
    connections=[connection(credentialExpiresAt="2028-01-01T00:00:00Z")],
    own_leases=[lease()],
    namespace_leases=[lease("entra-sync/entra-sync-operator", namespace="identity")],
    deployments=[deployment()],
)


def told(findings: list[Finding]) -> list[tuple[Level, str, str | None]]:
    return [(each.level, each.what, each.command) for each in findings]
