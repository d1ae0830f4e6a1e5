"""A real control plane: it starts, it refuses whom RBAC does not know, and it leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane import CommandFailedError, ControlPlane, ControlPlaneError
from control_plane.commands import Ports
from control_plane.processes import free_ports
from tests.support.cluster import Cluster, RefusedError
from tests.support.polling import until
from tests.support.processes import run_module, running, start_module


def make_service_account(cluster: Cluster, namespace: str, name: str = "someone") -> str:
    """Make a ServiceAccount and return a token of it."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    cluster.create("serviceaccounts", account, namespace)
    return cluster.plane.kubectl("create", "token", name, f"--namespace={namespace}").strip()


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[int]]]:
    """A `run` in a process of its own, and the ids of the processes of its control plane."""
    # `cat` reads from a pipe that this test holds, so it ends with the test.
    with start_module("control_plane", "run", "--dir", tmp_path, "--", "cat") as process:
        until((tmp_path / "kubeconfig").exists, what="the control plane is ready", within_seconds=60)
        yield process, list(json.loads((tmp_path / "processes.json").read_text()).values())
        process.kill()


def test_it_starts_in_a_moment_and_says_how_long_it_took(control_plane: ControlPlane) -> None:
    print(f"\nready after {control_plane.started_in_seconds:.2f} s")  # noqa: T201  # told, not judged: it is the machine's
    assert control_plane.kubectl("get", "--raw", "/readyz") == "ok"


def test_the_api_server_reports_the_version_it_was_pinned_to(control_plane: ControlPlane) -> None:
    assert json.loads(control_plane.kubectl("version", "--output=json"))["serverVersion"]["gitVersion"] != "v0.0.0"


def test_rbac_refuses_a_service_account_that_was_granted_nothing(cluster: Cluster, namespace: str) -> None:
    token = make_service_account(cluster, namespace)
    refusal = pytest.raises(RefusedError, match="cannot list resource")
    with Cluster(cluster.plane, token) as stranger, refusal as refused:
        stranger.list("v1", "secrets", namespace)
    assert refused.value.code == 403


def test_rbac_lets_a_service_account_do_what_it_was_granted_and_no_more(cluster: Cluster, namespace: str) -> None:
    make_service_account(cluster, namespace)
    kubectl = cluster.plane.kubectl
    kubectl("create", "role", "reader", "--verb=list", "--resource=configmaps", f"--namespace={namespace}")
    granted = ["--role=reader", f"--serviceaccount={namespace}:someone", f"--namespace={namespace}"]
    kubectl("create", "rolebinding", "reader", *granted)

    kubeconfig = cluster.plane.service_account_kubeconfig(namespace, "someone")

    # The authorizer learns of a new binding by a watch, a moment later.
    until(lambda: can_list(cluster.plane, kubeconfig, "configmaps", namespace), what="the binding has come into effect")
    assert not can_list(cluster.plane, kubeconfig, "secrets", namespace)


def can_list(plane: ControlPlane, kubeconfig: Path, plural: str, namespace: str) -> bool:
    try:
        plane.kubectl("get", plural, f"--namespace={namespace}", kubeconfig=kubeconfig)
    except CommandFailedError as error:
        if "Forbidden" not in str(error):
            raise
        return False
    return True


def test_nobody_gets_in_without_credentials(control_plane: ControlPlane) -> None:
    with Cluster(control_plane, token="not-a-token") as nobody, pytest.raises(RefusedError) as refused:
        nobody.list("v1", "namespaces")
    assert refused.value.code == 401


def test_custom_resources_can_be_listed_as_soon_as_apply_crds_returns(cluster: Cluster) -> None:
    cluster.apply_crds(
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: samples.control-plane.test}
        spec:
          group: control-plane.test
          names: {kind: Sample, plural: samples}
          scope: Namespaced
          versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
        """
    )
    assert cluster.list("control-plane.test/v1", "samples") == []


def test_the_audit_log_tells_who_wrote_what(cluster: Cluster, namespace: str) -> None:
    log = cluster.plane.audit_log
    since = log.position()
    sample = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sample"}}

    cluster.create("configmaps", sample, namespace)
    cluster.get("v1", "configmaps", "sample", namespace)

    [write] = until(lambda: log.writes(since, user="admin", resource="configmaps"), what="the write is in the log")
    assert (write.verb, write.namespace, write.code) == ("create", namespace, 201)


def test_two_run_at_once_and_know_nothing_of_each_other(cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    with ControlPlane.start(tmp_path) as other, Cluster(other) as seen:
        assert other.url != cluster.plane.url
        assert seen.find("v1", "namespaces", namespace) is None
        with pytest.raises(ControlPlaneError, match=r"runs in .* already"):
            ControlPlane.start(tmp_path)


def test_what_it_held_is_there_again_when_it_starts_in_the_same_folder(tmp_path: Path) -> None:
    with ControlPlane.start(tmp_path) as first:
        first.kubectl("create", "namespace", "kept")
    with ControlPlane.start(tmp_path) as second, Cluster(second) as seen:
        assert seen.find("v1", "namespaces", "kept") is not None


def test_stopping_leaves_no_process(tmp_path: Path) -> None:
    with ControlPlane.start(tmp_path) as plane:
        ids = list(plane.process_ids.values())
        assert running(ids) == ids
    assert running(ids) == []


def test_a_parent_killed_outright_leaves_no_process(killable: tuple[subprocess.Popen[bytes], list[int]]) -> None:
    parent, ids = killable
    assert running(ids) == ids

    parent.send_signal(signal.SIGKILL)

    until(lambda: running(ids), lambda left: not left, what="all processes have ended")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child whose parent was killed")
def test_a_supervisor_killed_outright_leaves_no_process(
    killable: tuple[subprocess.Popen[bytes], list[int]], tmp_path: Path
) -> None:
    _, ids = killable
    os.kill(json.loads((tmp_path / "processes.json").read_text())["supervisor"], signal.SIGKILL)
    until(lambda: running(ids), lambda left: not left, what="all processes have ended")


def test_a_control_plane_that_cannot_start_says_why_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(ControlPlaneError, match="unknown flag: --no-such-flag"):
        ControlPlane.start(tmp_path, api_server_flags=["--no-such-flag"])
    assert running(list(json.loads((tmp_path / "processes.json").read_text()).values())) == []


def test_run_passes_on_the_kubeconfig_kubectl_and_the_exit_code(tmp_path: Path) -> None:
    script = 'test "$KUBECONFIG" = "$1/kubeconfig" && kubectl get namespace default --output=name && exit 7'
    done = run_module("control_plane", "run", "--dir", tmp_path, "--", "sh", "-c", script, "sh", tmp_path)
    assert (done.returncode, done.stdout) == (7, "namespace/default\n"), done.stderr


def test_run_says_so_when_there_is_no_such_command() -> None:
    done = run_module("control_plane", "run", "--", "no-such-command")
    assert done.returncode == 127
    assert "no-such-command could not be started" in done.stderr


def test_a_port_that_someone_takes_in_between_is_no_hindrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = free_ports()
        offers = iter([Ports(free.etcd, taken.getsockname()[1]), Ports(taken.getsockname()[1], free.api_server)])
        monkeypatch.setattr("control_plane.plane.free_ports", lambda: next(offers, None) or free_ports())
        with ControlPlane.start(tmp_path) as plane:
            assert plane.kubectl("get", "--raw", "/readyz") == "ok"
            assert next(offers, None) is None, "both bad offers were tried"
