"""Runs the commands of the README for a trial with the simulated Graph, and the pod of `helm test`.

The test stands in for the kubelet: it starts the simulator and the operator from the Deployments that Helm installed,
and runs the container of the hook. The name of the simulator's Service leads to loopback.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.ecosystem.chart.test_readme import ASSIGNMENT, commands
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object
from tests.support.helm import CHART, Helm
from tests.support.installation import clear, free_port
from tests.support.page_shell import prepare_checkout, run_page_command
from tests.support.pod import Pod
from tests.support.polling import until
from tests.support.warm_start import fork_operator, fork_simulator

NAME = "entra-sync-operator"
PLACE = "trial"
"""The namespace in place of the README's, which the test of its other commands makes: nothing here removes one."""
ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"


@dataclass
class Trial:
    """A reader who tries the chart with the simulator."""

    cluster: Cluster
    helm: Helm
    folder: Path
    place: str = PLACE
    """The namespace of the release: the README's own only where a controller ends it afterwards."""
    pods: list[Pod] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    """The variables that the commands set."""
    tested: str = ""
    """What the container of `helm test` printed."""

    def follow(self, command: str) -> str:
        """Run a command, or what replaces it here; return its output."""
        if assignment := ASSIGNMENT.fullmatch(command):
            self.assigned[assignment[1]] = assignment[2]
            return ""
        if command.startswith("docker ") or (command.startswith("kubectl delete namespace ") and self.place != NAME):
            return ""
        if command.startswith("kubectl rollout status "):
            self.start_pods()
            return ""
        command = command.replace(f"--namespace {NAME}", f"--namespace {self.place}")
        kubelet = threading.Thread(target=self.run_hook) if command.startswith("helm test ") else None
        if kubelet:
            command += " --timeout=60s"
            kubelet.start()
        done = run_page_command(command, folder=self.folder, environment=self.environment)
        if kubelet:
            kubelet.join()
        log = "\n".join(pod.output[-2000:] for pod in self.pods)
        assert done.returncode == 0, f"{command}\n{done.stderr}\n{self.tested}\n{log}"
        return done.stdout

    def start_pods(self) -> None:
        """Start both pods, each at a free port of this machine."""
        port, more = free_port(), [f"--set=httpPort={free_port()}", "--set=leaderElection.leaseDuration=5s"]
        words = [f"--namespace={self.place}", "--reuse-values", f"--set=simulator.port={port}", *more]
        self.helm("upgrade", NAME, CHART, *words)
        service = f"https://{NAME}-simulator.{self.place}.svc"
        hosts = {service: f"https://localhost:{port}", "--host=0.0.0.0": "--host=127.0.0.1"}
        for name, begin in ((f"{NAME}-simulator", fork_simulator), (NAME, fork_operator)):
            pod = Pod.of(self.cluster, self.place, name, self.folder / name, hosts=hosts, begin=begin)
            self.pods.append(pod.start())
        until(lambda: "ready at" in self.pods[0].output, what="the simulator is ready")
        self.pods[1].wait_ready()

    def stop_pods(self) -> None:
        """End the pods, as the kubelet does when the Deployments are gone."""
        while self.pods:
            self.pods.pop().stop()

    def run_hook(self) -> None:
        """Run the container of the pod that `helm test` makes, and say that it has succeeded or failed."""
        found = until(
            lambda: [
                pod
                for pod in self.cluster.list("v1", "pods", self.place)
                if "helm.sh/hook" in pod["metadata"]["annotations"]
            ],
            what="helm makes the pod",
        )
        [container] = found[0]["spec"]["containers"]
        account = self.write_account(found[0])
        words = [word.replace(ACCOUNT, str(account)) for word in container["args"]]
        program = [sys.executable, *container["command"][1:], *words]
        done = subprocess.run(program, env=self.cluster_variables, capture_output=True, text=True, check=False)
        self.tested = done.stdout + done.stderr
        phase = {"status": {"phase": "Failed" if done.returncode else "Succeeded"}}
        self.cluster.patch("v1", "pods", found[0]["metadata"]["name"], self.place, merge=phase, subresource="status")

    def write_account(self, pod: Object) -> Path:
        """Write what the kubelet mounts for a pod to reach the API server."""
        folder, plane = self.folder / "account", self.cluster.plane
        folder.mkdir()
        token = plane.service_account_token(self.place, pod["spec"]["serviceAccountName"])
        (folder / "token").write_text(token, encoding="utf-8")
        (folder / "ca.crt").write_bytes(plane.certificates.authority.read_bytes())
        return folder

    @property
    def cluster_variables(self) -> dict[str, str]:
        """The variables by which every container finds the API server."""
        host, port = self.cluster.plane.url.removeprefix("https://").split(":")
        return {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the README names, and `helm` and `kubectl` on the PATH."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)])
        homes = {f"HELM_{part}_HOME": str(self.folder) for part in ("CACHE", "CONFIG", "DATA")}
        kubeconfig = str(self.folder / "kubeconfig")
        own = {"PATH": path, "KUBECONFIG": kubeconfig}
        return self.cluster.plane.environment() | homes | own | self.assigned


@contextmanager
def open_trial(cluster: Cluster, helm: Helm, folder: Path, *, place: str, jobs: str) -> Iterator[Trial]:
    """Prepare a folder for a reader whose release is in one namespace and whose jobs are in another."""
    prepare_checkout(folder, helm, cluster)
    kubeconfig = folder / "kubeconfig"
    kubeconfig.write_bytes(cluster.plane.kubeconfig.read_bytes())
    cluster.plane.kubectl("config", "set-context", "--current", f"--namespace={jobs}", kubeconfig=kubeconfig)
    reader = Trial(cluster, helm, folder, place)
    yield reader
    reader.stop_pods()


@pytest.fixture
def trial(
    bare_cluster: Cluster, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Trial]:
    helm = find_helm(request.param, tmp_path_factory).at(bare_cluster)
    # The jobs are where no other install has looked after them: it would hold the namespace for three minutes more.
    with open_trial(bare_cluster, helm, tmp_path, place=PLACE, jobs=PLACE) as reader:
        yield reader
    clear(bare_cluster)


@pytest.mark.parametrize("trial", ["helm3", "helm4"], indirect=True)
def test_the_readme_leads_to_a_ready_job_of_the_simulator_in_a_cluster(trial: Trial) -> None:
    printed = {command: trial.follow(command) for command in commands("Try it in your own cluster")}
    [installed] = [text for command, text in printed.items() if command.startswith("helm install")]
    assert "*** THIS IS A TRIAL. Microsoft Graph is SIMULATED" in installed
    assert "*** A GraphConnection leads where its spec.cloud says: only `Simulator` is that pod. ***" in installed
    assert re.findall(r"^  (?:kubectl|helm) .+$", installed, re.MULTILINE) == [
        f"  kubectl --namespace {PLACE} rollout status deployment/{NAME}",
        f"  helm test {NAME} --namespace {PLACE}",
    ]
    [test] = [text for command, text in printed.items() if command.startswith("helm test")]
    assert re.search(r"Phase: +Succeeded", test)
    assert "of the simulated Graph is Ready.\nIt was deleted again." in trial.tested
    assert re.search(r"^salesforce +SfOutDelta +Active .* True ", printed["kubectl get syncjobs"], re.MULTILINE)


@pytest.mark.parametrize("trial", ["helm3"], indirect=True)
def test_an_upgrade_keeps_the_certificate_of_the_simulator(bare_cluster: Cluster, trial: Trial) -> None:
    values = {"simulator": {"enabled": True}, "crds": {"enabled": False}}

    def install() -> Object:
        trial.helm.install(NAME, PLACE, "--create-namespace", values=values)
        found: Object = bare_cluster.get("v1", "secrets", f"{NAME}-simulator", PLACE)["data"]
        return found

    assert install() == install()
