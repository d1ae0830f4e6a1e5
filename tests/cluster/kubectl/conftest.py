"""What the tests of `kubectl entrasync` share: the plugin with the kubeconfig of the cluster."""

from contextlib import suppress
from typing import Any

import pytest

from control_plane import ControlPlane
from entrasync.api.names import API_VERSION, PLURAL
from tests.cluster.jobs import Jobs
from tests.support.cluster import Cluster, RefusedError
from tests.support.operator_fixtures import environment, shared_environment
from tests.support.plugin import Plugin
from tests.support.simulator_fixtures import simulator, simulator_process

__all__ = ["simulator", "simulator_process"]

__all__ = ["allow", "environment", "own_jobs", "plugin", "shared_environment"]


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


def allow(cluster: Cluster, user: str, *rules: dict[str, Any], namespace: str) -> None:
    """Give a user rights in a namespace, and no others."""
    metadata = {"name": f"{user}-reads"}
    api = {"apiVersion": "rbac.authorization.k8s.io/v1"}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": metadata["name"]}
    subject = {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}
    cluster.create("roles", api | {"kind": "Role", "metadata": metadata, "rules": list(rules)}, namespace)
    binding = api | {"kind": "RoleBinding", "metadata": metadata, "roleRef": role, "subjects": [subject]}
    cluster.create("rolebindings", binding, namespace)


def remove_all(cluster: Cluster) -> None:
    """Remove the jobs of all namespaces: service principals and jobs of the simulator have the same ids in all tests.

    What an operator of another test holds is deleted first, so that it cannot get its finalizer again.
    """
    for stored in cluster.list(API_VERSION, PLURAL):
        name, namespace = stored["metadata"]["name"], stored["metadata"]["namespace"]
        with suppress(RefusedError):  # the operator was quicker
            cluster.delete(API_VERSION, PLURAL, name, namespace)
            cluster.patch(API_VERSION, PLURAL, name, namespace, merge={"metadata": {"finalizers": None}})
