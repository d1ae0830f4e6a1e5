"""What the tests of `kubectl entrasync` share: the plugin with the kubeconfig of the cluster."""

from typing import Any

import pytest

from control_plane import ControlPlane
from tests.cluster.jobs import Jobs
from tests.support.plugin import Plugin


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


def condition(kind: str, status: str, reason: str, message: str = "") -> dict[str, Any]:
    """A condition as the operator writes it."""
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": "2026-11-21T03:00:00Z",
    }
