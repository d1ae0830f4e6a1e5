"""An operator of the chart that lacks one of its rights."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from entrasync.api.names import API_VERSION, CONNECTION_PLURAL, PLURAL, PROVISIONING_PLURAL
from tests.support.cluster import Cluster, Object
from tests.support.installation import SimulatedTenant
from tests.support.pod import Pod
from tests.support.polling import until
from tests.support.resource_documents import map_user_name_to


@dataclass(frozen=True)
class LimitedOperator:
    """An operator without one of its rights, and a job that it should reconcile."""

    cluster: Cluster
    tenant: SimulatedTenant
    pod: Pod
    principal: str
    name: str = "job"

    @property
    def job(self) -> Object:
        """Read the resource."""
        return self.cluster.get(API_VERSION, PLURAL, self.name, self.pod.namespace)

    @property
    def graph_jobs(self) -> int:
        """Count the jobs in Graph."""
        return len(self.tenant.simulator.jobs(self.principal))

    def wait_logged(self, *words: str) -> None:
        """Wait until one line of its log has all these words."""
        until(
            lambda: any(all(word in line for word in words) for line in self.pod.output.splitlines()),
            what=f"the log of {self.pod.namespace} has {words}",
        )

    def wait_unready(self) -> None:
        """Wait until its readiness probe fails."""
        until(
            lambda: self.pod.probe("readinessProbe"),
            lambda code: code == httpx.codes.SERVICE_UNAVAILABLE,
            what="the pod is not ready",
        )

    def find_connection(self, name: str = "team") -> Object:
        """Read a GraphConnection."""
        return self.cluster.get(API_VERSION, CONNECTION_PLURAL, name, self.pod.namespace)

    def find_request(self, name: str = "anna") -> Object:
        """Read a ProvisioningRequest."""
        return self.cluster.get(API_VERSION, PROVISIONING_PLURAL, name, self.pod.namespace)

    def wait_connection(self, reason: str) -> str:
        """Wait until the GraphConnection is not ready for a reason; return its message."""
        found = until(
            lambda: [
                each for each in self.find_connection()["status"].get("conditions", ()) if each["type"] == "Ready"
            ],
            lambda ready: bool(ready) and ready[0]["reason"] == reason,
            what=f"the GraphConnection says {reason}",
        )
        return str(found[0]["message"])

    def patch(self, **members: Object) -> None:
        """Edit the resource."""
        self.cluster.patch(API_VERSION, PLURAL, self.name, self.pod.namespace, merge=members)

    def map_user_name_to(self, text: str) -> None:
        """Have a constant flow into the user name."""
        self.patch(spec={"schema": map_user_name_to(text)})

    def wait_stalled(self, reason: str) -> str:
        """Wait until the resource is Stalled for a reason; return the message."""
        self.wait(lambda job: reason in str(job["status"].get("conditions")), reason)
        return next(str(each["message"]) for each in self.job["status"]["conditions"] if each["type"] == "Stalled")

    def wait(self, holds: Callable[[Object], object], what: str) -> None:
        """Wait until `holds` is true of the resource."""
        self.cluster.wait_for(API_VERSION, PLURAL, self.name, self.pod.namespace, holds=holds, what=what)
