"""Reads and writes one Lease (`coordination.k8s.io`)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from entrasync.core.leadership.lease import RELEASED_DURATION, Lease
from entrasync.core.primitives.times import parse_time, write_precise_time
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceGone

API_VERSION, KIND = "coordination.k8s.io/v1", "Lease"


class LeaseClient:
    """The Lease of a name in a namespace. Each call raises what `ApiClient.call` raises."""

    def __init__(self, api_client: ApiClient, namespace: str, name: str) -> None:
        self.namespace = namespace
        self.name = name
        self._api_client = api_client
        self._folder = f"/apis/{API_VERSION}/namespaces/{encode_segment(namespace)}/leases"

    async def read(self) -> Lease:
        """Read the Lease. Returns one without a version if there is none yet."""
        try:
            return _read(await self._api_client.call("GET", f"{self._folder}/{encode_segment(self.name)}"))
        except ResourceGone:
            return Lease()

    async def write(self, lease: Lease) -> Lease:
        """Write a Lease whose `version` is the one that was read, and return it as it is stored.

        Raises `ResourceChanged` if somebody else has written it since. What others add to its metadata stays.
        """
        spec = {
            "holderIdentity": lease.holder,
            "leaseDurationSeconds": ceil(lease.duration.total_seconds()),
            "acquireTime": _write_time(lease.acquired_at),
            "renewTime": _write_time(lease.renewed_at),
            "leaseTransitions": lease.transitions,
        }
        if not lease.version:
            metadata = {"name": self.name, "namespace": self.namespace}
            body = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}
            return _read(await self._api_client.call("POST", self._folder, body=body))
        patch = {"metadata": {"resourceVersion": lease.version}, "spec": spec}
        return _read(await self._api_client.call("PATCH", f"{self._folder}/{encode_segment(self.name)}", body=patch))


def _read(answer: Any) -> Lease:
    """Read a Lease. Raises `ApiServerUnavailable` for an answer that is none, such as that of a proxy."""
    try:
        return _read_item(answer)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ApiServerUnavailable("the answer to a call about a Lease is no Lease") from error


def _read_item(item: Mapping[str, Any]) -> Lease:
    spec = item.get("spec") or {}
    seconds = spec.get("leaseDurationSeconds")
    return Lease(
        holder=str(spec.get("holderIdentity") or ""),
        duration=timedelta(seconds=seconds) if isinstance(seconds, int) else RELEASED_DURATION,
        acquired_at=parse_time(spec.get("acquireTime")),
        renewed_at=parse_time(spec.get("renewTime")),
        transitions=int(spec.get("leaseTransitions") or 0),
        version=str(item["metadata"]["resourceVersion"]),
    )


def _write_time(at: datetime | None) -> str | None:
    """Write a time as Kubernetes' MicroTime, which takes no other form than six digits."""
    return write_precise_time(at) if at else None
