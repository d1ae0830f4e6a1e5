"""What the tests of `kubectl entrasync` share: the plugin with the kubeconfig of the cluster."""

from collections.abc import Iterator
from typing import Any

import pytest

from control_plane import ControlPlane
from entrasync.api.names import API_VERSION, PLURAL
from tests.cluster.jobs import Jobs
from tests.support.cluster import Cluster
from tests.support.described_job import condition
from tests.support.operator_environment import OperatorEnvironment
from tests.support.operator_fixtures import environment, shared_environment
from tests.support.plugin import Plugin
from tests.support.simulator_client import Launch, SimulatorClient
from tests.support.simulator_fixtures import SIMULATED_START, simulator
from tests.support.warm_start import fork_simulator

__all__ = ["allow", "environment", "own_jobs", "plugin", "shared_environment", "simulator"]

HELD_DELETIONS = {
    "conditions": [condition("DeletionsHeld", "True", "TooManyDeletes", "Graph holds back deletions.")],
    "job": {"id": "job.1"},
    "synchronizationStatus": {
        "code": "Quarantine",
        "quarantine": {"reason": "TooManyDeletes", "seriesBegan": "2026-11-01T11:00:00Z"},
    },
}
"""The status of a job of which Graph holds back deletions."""

SEED = 2
"""The ids of this simulator are in no resource of other tests: a plan looks at the resources of all namespaces."""


@pytest.fixture(scope="package")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorClient]:
    """A simulator that no operator looks at, with a clock that stands still."""
    launch = Launch(clock_start=SIMULATED_START, clock_frozen=True, seed=SEED)
    with SimulatorClient.run(tmp_path_factory.mktemp("graph-simulator"), launch, begin=fork_simulator) as running:
        yield running


@pytest.fixture
def plugin(
    control_plane: ControlPlane,
    crd_installed: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Plugin:
    """Runs commands as the administrator of the cluster."""
    return Plugin(control_plane.kubeconfig, monkeypatch, capsys)


@pytest.fixture
def own_jobs(jobs: Jobs, namespace: str) -> Jobs:
    """The jobs of a namespace that no other test uses."""
    return Jobs(jobs.cluster, namespace)


def allow(cluster: Cluster, who: str, *rules: dict[str, Any], namespace: str, kind: str = "User") -> None:
    """Give a user, or a group, rights in a namespace, and no others."""
    metadata = {"name": f"{who}-reads"}
    api = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": who}
    cluster.create("roles", api | {"kind": "Role", "metadata": metadata, "rules": list(rules)}, namespace)
    binding = api | {"kind": "RoleBinding", "metadata": metadata, "roleRef": role, "subjects": [subject]}
    cluster.create("rolebindings", binding, namespace)


def apply_job(environment: OperatorEnvironment, **spec: Any) -> tuple[str, str]:
    """Have a job that runs. Returns its service principal and its name."""
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, pollInterval="30s", **spec)
    environment.wait_ready(name)
    return principal, name


def remove_all(jobs: Jobs) -> None:
    """Remove the jobs of a namespace: service principals and jobs have the same ids in all tests of this folder."""
    for stored in jobs.cluster.list(API_VERSION, PLURAL, jobs.namespace):
        name = stored["metadata"]["name"]
        jobs.change(stored, {"metadata": {"finalizers": None}})
        jobs.cluster.delete(API_VERSION, PLURAL, name, jobs.namespace)
