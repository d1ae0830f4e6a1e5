"""Where figures are measured: a control plane, a simulated Graph, the operator as its own user."""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from control_plane import ControlPlane
from control_plane.audit import Request
from graph_simulator.control_client.client import Launch, SimulatorClient
from local_stack import ACCOUNT_USER, Cluster, OperatorLaunch, OperatorProcess, SeenJob, WorldTime

PROJECT = Path(__file__).resolve().parents[1]
NAMESPACE = "bench"
PATIENCE_SECONDS = 120.0
STRAGGLER_SECONDS = 2.0


class NotMeasuredError(Exception):
    """What was to be measured did not come to pass."""


@dataclass(frozen=True)
class Workshop:
    """What a measurement has in hand."""

    cluster: Cluster
    world: SimulatorClient
    operator: OperatorProcess

    def make_manifests(self, count: int, **spec: Any) -> list[dict[str, Any]]:
        """Make so many service principals, and write a resource for each; `spec` is added to all."""
        principals = self.world.create_service_principals(count)
        return [
            {
                "apiVersion": "entrasync.io/v1alpha1",
                "kind": "SynchronizationJob",
                "metadata": {"name": principal.display_name},
                "spec": {"servicePrincipal": {"objectId": principal.id}, "template": {"id": "scim"}} | spec,
            }
            for principal in principals
        ]

    def apply(self, manifests: Sequence[dict[str, Any]]) -> float:
        """Apply resources by one `kubectl apply`, wait until all are Ready; returns the seconds since its start."""
        missing = {manifest["metadata"]["name"] for manifest in manifests}
        text, jobs = yaml.safe_dump_all(manifests), self.cluster.watch_jobs(NAMESPACE)
        began = time.monotonic()
        with ThreadPoolExecutor(1) as background:
            applied = background.submit(self.cluster.apply, text, NAMESPACE)
            while missing:
                job = next(jobs)
                if job.is_ready and job.mirror:
                    missing.discard(job.name)
            seconds = time.monotonic() - began
            applied.result()
        return seconds

    def look(self) -> SeenJob:
        """Look at the one resource there is."""
        [job] = self.cluster.list_jobs(NAMESPACE)
        return job

    def wait(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise NotMeasuredError(f"not within {PATIENCE_SECONDS:.0f} s: {what}")
            time.sleep(0.05)

    def wait_for_stragglers(self) -> None:
        """Wait a moment: what comes late is counted too."""
        time.sleep(STRAGGLER_SECONDS)

    def audit_position(self) -> int:
        """Where the audit log ends now."""
        return self.cluster.plane.audit_log.position()

    def list_writes(self, since: int) -> list[Request]:
        """List what the operator wrote to its resources after a position of the audit log. Events are none of them."""
        if not self.audit_position():
            raise NotMeasuredError("writes cannot be counted: this control plane keeps no audit log")
        self.wait_for_stragglers()
        return self.cluster.plane.audit_log.writes(since, user=ACCOUNT_USER, resource="synchronizationjobs")


@contextmanager
def open_workshop(*, rate: float = 1.0, latency_ms: float = 0.0, has_audit: bool = False) -> Iterator[Workshop]:
    """Start all of it anew in a folder that is removed in the end. `rate`: world seconds in a second."""
    time_of_world = WorldTime.beginning_now(rate)
    launch = Launch(
        clock_start=time_of_world.start, clock_origin=time_of_world.origin, clock_rate=rate, latency_ms=latency_ms
    )
    with (
        tempfile.TemporaryDirectory(prefix="entra-sync-bench-") as name,
        ControlPlane.start(Path(name) / "control-plane", audit="Metadata" if has_audit else None) as plane,
        Cluster(plane) as cluster,
        SimulatorClient.run(Path(name) / "graph", launch) as world,
    ):
        cluster.install(PROJECT / "crds")
        cluster.make_namespace(NAMESPACE)
        operator_launch = OperatorLaunch(cluster.admit_operator(), world.directory, time_of_world)
        with OperatorProcess.start(operator_launch, Path(name) / "operator.log") as operator:
            yield Workshop(cluster, world, operator)
