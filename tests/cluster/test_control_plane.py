"""Checks that a real control plane starts, enforces RBAC, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane import CommandFailedError, ControlPlane, ControlPlaneError, supervisor
from control_plane.__main__ import _run_command
from control_plane.commands import Ports
from control_plane.processes import pick_free_ports
from tests.support.cluster import Cluster, RefusedError
from tests.support.polling import until
from tests.support.processes import run_module, running, start_module


def create_service_account(cluster: Cluster, namespace: str, name: str = "someone") -> str:
    """Create a ServiceAccount and return a token of it."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    cluster.create("serviceaccounts", account, namespace)
    return cluster.plane.service_account_token(namespace, name)


def test_a_control_plane_starts_and_measures_how_long_it_took(control_plane: ControlPlane) -> None:
    print(f"\nready after {control_plane.started_in_seconds:.2f} s")  # noqa: T201  # printed only: it depends on the machine
    assert control_plane.kubectl("get", "--raw", "/readyz") == "ok"


def test_the_api_server_reports_a_real_version(control_plane: ControlPlane) -> None:
    assert json.loads(control_plane.kubectl("version", "--output=json"))["serverVersion"]["gitVersion"] != "v0.0.0"


def test_rbac_refuses_a_service_account_without_rights(cluster: Cluster, namespace: str) -> None:
    token = create_service_account(cluster, namespace)
    refusal = pytest.raises(RefusedError, match="cannot list resource")
    with Cluster(cluster.plane, token) as stranger, refusal as refused:
        stranger.list("v1", "secrets", namespace)
    assert refused.value.code == 403


def test_rbac_allows_a_service_account_only_what_it_was_granted(cluster: Cluster, namespace: str) -> None:
    create_service_account(cluster, namespace)
    kubectl = cluster.plane.kubectl
    kubectl("create", "role", "reader", "--verb=list", "--resource=configmaps", f"--namespace={namespace}")
    granted = ["--role=reader", f"--serviceaccount={namespace}:someone", f"--namespace={namespace}"]
    kubectl("create", "rolebinding", "reader", *granted)

    kubeconfig = cluster.plane.service_account_kubeconfig(namespace, "someone")

    # The authorizer sees a new binding by a watch, a moment later.
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


def test_a_token_of_an_unknown_service_account_is_refused(control_plane: ControlPlane) -> None:
    with pytest.raises(ControlPlaneError, match=r'default/nobody: serviceaccounts "nobody" not found$'):
        control_plane.service_account_kubeconfig("default", "nobody")


def test_the_api_server_refuses_a_wrong_token(control_plane: ControlPlane) -> None:
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


def test_a_list_is_applied_up_to_the_object_with_a_misspelt_field(cluster: Cluster, namespace: str) -> None:
    right = "{apiVersion: v1, kind: ConfigMap, metadata: {name: right}, data: {}}"
    wrong = "{apiVersion: v1, kind: ConfigMap, metadata: {name: wrong}, date: {}}"
    with pytest.raises(RefusedError, match="field not declared in schema"):
        cluster.apply(f"{{apiVersion: v1, kind: List, items: [{right}, {wrong}]}}", namespace)
    assert [found["metadata"]["name"] for found in cluster.list("v1", "configmaps", namespace)] == ["right"]


def test_the_audit_log_records_a_write_with_its_user_and_resource(cluster: Cluster, namespace: str) -> None:
    log = cluster.plane.audit_log
    since = log.position()
    sample = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "sample"}}

    cluster.create("configmaps", sample, namespace)
    cluster.get("v1", "configmaps", "sample", namespace)

    [write] = until(lambda: log.writes(since, user="admin", resource="configmaps"), what="the write is in the log")
    assert (write.verb, write.namespace, write.code) == ("create", namespace, 201)


@pytest.fixture(scope="module")
def second_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("second")


@pytest.fixture(scope="module")
def taken_ports() -> Iterator[list[Ports]]:
    """Let the search for free ports return two that are taken, first the API server's, then etcd's."""
    with socket.socket() as taken, pytest.MonkeyPatch.context() as patch:
        taken.bind(("127.0.0.1", 0))  # it does not listen, so that a readiness check there fails at once
        free, port = pick_free_ports(), taken.getsockname()[1]
        ports_to_offer = [Ports(port, free.api_server), Ports(free.etcd, port)]
        patch.setattr(
            "control_plane.plane.pick_free_ports", lambda: ports_to_offer.pop() if ports_to_offer else pick_free_ports()
        )
        yield ports_to_offer


@pytest.fixture(scope="module")
def second(second_folder: Path, taken_ports: list[Ports]) -> Iterator[ControlPlane]:
    """A control plane beside the session's, shared by the tests of this module because a start takes seconds."""
    with ControlPlane.start(second_folder) as plane:
        yield plane


class TestSecondControlPlane:
    def test_starts_although_other_programs_take_its_first_ports(
        self, second: ControlPlane, taken_ports: list[Ports]
    ) -> None:
        assert taken_ports == [], "not all of the taken ports were tried"
        assert second.kubectl("get", "--raw", "/readyz") == "ok"

    def test_shares_nothing_with_the_first(self, second: ControlPlane, cluster: Cluster, namespace: str) -> None:
        with Cluster(second) as seen:
            assert second.url != cluster.plane.url
            assert seen.find("v1", "namespaces", namespace) is None

    def test_keeps_another_from_starting_in_its_folder(self, second: ControlPlane, second_folder: Path) -> None:
        with pytest.raises(ControlPlaneError, match=r"runs in .* already"):
            ControlPlane.start(second_folder)

    @pytest.mark.parametrize("programs", [["kube-apiserver"], ["etcd"], ["etcd", "kube-apiserver"]], ids="+".join)
    def test_answers_again_after_an_outage_with_its_data(self, second: ControlPlane, programs: list[str]) -> None:
        before = second.process_ids
        second.kubectl("create", "namespace", "-".join(["outage", *programs]))
        with second.outage(*programs):
            assert running([before[program] for program in programs]) == []
        with Cluster(second) as seen:
            assert seen.find("v1", "namespaces", "-".join(["outage", *programs])) is not None
        assert {name for name, number in second.process_ids.items() if number != before[name]} == set(programs)

    def test_leaves_no_process_when_stopped_and_keeps_its_data_for_the_next_start(
        self, second: ControlPlane, second_folder: Path
    ) -> None:
        second.kubectl("create", "namespace", "kept")
        ids = process_ids(second_folder)
        assert running(ids) == ids
        second.stop()
        assert running(ids) == []
        with ControlPlane.start(second_folder) as again, Cluster(again) as seen:
            assert seen.find("v1", "namespaces", "kept") is not None


def test_a_control_plane_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    # `cat` reads from a pipe that this test holds, so it ends with the test.
    with start_module("control_plane", "run", "--dir", tmp_path, "--", "cat") as parent:
        until((tmp_path / "kubeconfig").exists, what="the control plane is ready", within_seconds=60)
        ids = process_ids(tmp_path)
        assert running(ids) == ids

        parent.send_signal(signal.SIGKILL)

        until(lambda: running(ids), lambda left: not left, what="all processes have ended")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux kills a child whose parent was killed")
def test_the_programs_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    """Two programs that do nothing are enough to see it."""
    (tmp_path / "logs").mkdir()
    programs = json.dumps({"etcd": ["sleep", "60"], "kube-apiserver": ["sleep", "60"]})
    command = [sys.executable, "-I", "-S", supervisor.__file__, str(tmp_path), programs]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:  # the sandbox's own supervisor
        until((tmp_path / "processes.json").exists, what="the programs run")
        ids = process_ids(tmp_path)
        assert running(ids) == ids

        process.send_signal(signal.SIGKILL)

        until(lambda: running(ids), lambda left: not left, what="all processes have ended")


def process_ids(folder: Path) -> list[int]:
    return list(json.loads((folder / "processes.json").read_text()).values())


def test_a_failed_start_is_reported_with_its_reason_and_leaves_no_process(tmp_path: Path) -> None:
    with pytest.raises(ControlPlaneError, match="unknown flag: --no-such-flag"):
        ControlPlane.start(tmp_path, api_server_flags=["--no-such-flag"])
    assert running(process_ids(tmp_path)) == []


def test_run_provides_kubeconfig_and_kubectl_and_returns_the_exit_code(tmp_path: Path) -> None:
    script = 'test "$KUBECONFIG" = "$1/kubeconfig" && kubectl get namespace default --output=name && exit 7'
    done = run_module("control_plane", "run", "--dir", tmp_path, "--", "sh", "-c", script, "sh", tmp_path)
    assert (done.returncode, done.stdout) == (7, "namespace/default\n"), done.stderr


def test_run_reports_a_command_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_command(["no-such-command"], dict(os.environ)) == 127
    assert "no-such-command could not be started" in capsys.readouterr().err
