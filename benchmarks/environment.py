"""Starts the environment that figures are measured in: a control plane, a simulated Graph and the operator."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.checkout import PROJECT
from benchmarks.errors import NotMeasuredError
from benchmarks.installed_operator import begin_installed_operator
from control_plane import ControlPlane
from control_plane.audit import Request
from graph_simulator.control_client.client import Launch, SimulatorClient
from graph_simulator.process import Running, begin_simulator
from local_stack import ACCOUNT_USER, QUIET_SECONDS, Cluster, ObservedJob, OperatorLaunch, OperatorProcess, WorldTime

NAMESPACE = "bench"
WAIT_TIMEOUT_SECONDS = 120.0
LATE_REQUEST_DELAY_SECONDS = 2.0


@dataclass(frozen=True)
class BenchmarkEnvironment:
    """The running parts that a measurement works with."""

    cluster: Cluster
    simulator: SimulatorClient
    simulator_pid: int
    operator: OperatorProcess
    launch: OperatorLaunch

    def make_manifests(self, count: int, *, tenant_id: str | None = None, **spec: Any) -> list[dict[str, Any]]:
        """Create `count` service principals, and return a resource for each; `spec` is added to every one.

        They are in the install's own tenant if no other is named.
        """
        principals = self.simulator.create_service_principals(count, **({"tenant_id": tenant_id} if tenant_id else {}))
        return [
            {
                "apiVersion": "entrasync.io/v1alpha1",
                "kind": "SynchronizationJob",
                "metadata": {"name": principal.display_name},
                "spec": {"servicePrincipal": {"objectId": principal.id}, "template": {"id": "scim"}} | spec,
            }
            for principal in principals
        ]

    def apply(self, manifests: Sequence[dict[str, Any]], namespace: str = NAMESPACE) -> float:
        """Apply resources by one `kubectl apply`, and return the seconds from its start until all are Ready."""
        return self.apply_until(manifests, lambda job: job.is_ready and bool(job.mirror), namespace)

    def apply_until(
        self,
        manifests: Sequence[dict[str, Any]],
        is_done: Callable[[ObservedJob], bool],
        namespace: str = NAMESPACE,
        *,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> float:
        """Apply resources by one `kubectl apply`, and return the seconds from its start until all are done.

        Raises:
            NoChangeError: Nothing changed for `quiet_seconds`.
        """
        missing = {manifest["metadata"]["name"] for manifest in manifests}
        text, jobs = yaml.safe_dump_all(manifests), self.cluster.watch_jobs(namespace, quiet_seconds=quiet_seconds)
        began = time.monotonic()
        with ThreadPoolExecutor(1) as background:
            applied = background.submit(self.cluster.apply, text, namespace)
            while missing:
                job = next(jobs)
                if is_done(job):
                    missing.discard(job.name)
            seconds = time.monotonic() - began
            applied.result()
        return seconds

    def get_job(self) -> ObservedJob:
        """Read the only resource."""
        [job] = self.cluster.list_jobs(NAMESPACE)
        return job

    def wait(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait until a condition holds.

        Raises:
            NotMeasuredError: It does not hold in time; `what` says in the message what was expected.
        """
        deadline = time.monotonic() + WAIT_TIMEOUT_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                raise NotMeasuredError(f"not within {WAIT_TIMEOUT_SECONDS:.0f} s: {what}")
            time.sleep(0.05)

    def wait_for_late_requests(self) -> None:
        """Wait two seconds, so that late requests are counted too."""
        time.sleep(LATE_REQUEST_DELAY_SECONDS)

    def audit_position(self) -> int:
        """Return the end of the audit log, in bytes."""
        return self.cluster.plane.audit_log.position()

    def list_writes(self, since: int) -> list[Request]:
        """List the operator's writes to its resources after a position of the audit log; Events do not count."""
        if not self.audit_position():
            raise NotMeasuredError("writes cannot be counted: this control plane keeps no audit log")
        self.wait_for_late_requests()
        return self.cluster.plane.audit_log.writes(since, user=ACCOUNT_USER, resource="synchronizationjobs")


@contextmanager
def start_environment(
    *, rate: float = 1.0, latency_ms: float = 0.0, has_audit: bool = False, lease: str | None = None
) -> Iterator[BenchmarkEnvironment]:
    """Start all parts in a new folder, which is removed at the end of the block.

    Args:
        rate: Simulated seconds in a real second.
        latency_ms: Real milliseconds that each call to Graph takes longer.
        has_audit: Whether the API server keeps an audit log.
        lease: The name of the Lease by which the operator is elected; None for an operator without replicas.
    """
    world_time = WorldTime.starting_now(rate)
    simulators: list[Running] = []

    def begin(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
        simulators.append(begin_simulator(arguments, environment, log))
        return simulators[-1]

    launch = Launch(
        clock_start=world_time.start, clock_origin=world_time.origin, clock_rate=rate, latency_ms=latency_ms
    )
    with (
        tempfile.TemporaryDirectory(prefix="entra-sync-bench-") as name,
        ControlPlane.start(Path(name) / "control-plane", audit="Metadata" if has_audit else None) as plane,
        Cluster(plane) as cluster,
        SimulatorClient.run(Path(name) / "graph", launch, begin=begin) as simulator,
    ):
        cluster.install(PROJECT / "crds")
        cluster.create_namespace(NAMESPACE)
        operator_launch = OperatorLaunch(
            cluster.create_operator_account(), simulator.directory, world_time, lease=lease
        )
        log = Path(name) / "operator.log"
        with OperatorProcess.start(operator_launch, log, begin=begin_installed_operator) as operator:
            yield BenchmarkEnvironment(cluster, simulator, simulators[0].pid, operator, operator_launch)
