"""SynchronizationJobs on a real API server, as tests of the schema write and read them."""

import itertools
from dataclasses import dataclass
from typing import Any

from entrasync.api.names import API_VERSION, KIND, PLURAL
from tests.support.cluster import Cluster

MINIMAL_SPEC: dict[str, Any] = {
    "servicePrincipal": {"objectId": "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"},
    "template": {"id": "scim"},
}

_numbers = itertools.count()


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge one object into another. None removes a member, and an empty object replaces what was there."""
    together = dict(below)
    for name, value in above.items():
        if value is None:
            together.pop(name, None)
        elif isinstance(value, dict) and value:
            covered = together.get(name)
            together[name] = merged(covered if isinstance(covered, dict) else {}, value)
        else:
            together[name] = value
    return together


@dataclass(frozen=True)
class Jobs:
    """The jobs of one namespace. Each created one has a name of its own."""

    cluster: Cluster
    namespace: str

    def create(self, overlay: dict[str, Any] | None = None, *, dry_run: bool = False) -> dict[str, Any]:
        """Create the smallest job, with an overlay merged into it."""
        smallest = {
            "apiVersion": API_VERSION,
            "kind": KIND,
            "metadata": {"name": f"job-{next(_numbers)}"},
            "spec": MINIMAL_SPEC,
        }
        return self.cluster.create(PLURAL, merged(smallest, overlay or {}), self.namespace, dry_run=dry_run)

    def change(self, job: dict[str, Any], overlay: dict[str, Any]) -> dict[str, Any]:
        """Merge an overlay into a stored job, or into its status if that is what the overlay holds."""
        subresource = "status" if "status" in overlay else None
        name = job["metadata"]["name"]
        return self.cluster.patch(API_VERSION, PLURAL, name, self.namespace, merge=overlay, subresource=subresource)

    def replace_status(self, job: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
        """Replace the stored status. Its nulls stay, which a merge would take as "remove this"."""
        return self.cluster.replace_status(PLURAL, job | {"status": status})

    def read(self, job: dict[str, Any]) -> dict[str, Any]:
        """Read a job again."""
        return self.cluster.get(API_VERSION, PLURAL, job["metadata"]["name"], self.namespace)
