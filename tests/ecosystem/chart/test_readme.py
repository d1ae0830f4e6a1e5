"""Runs the commands of the README, unchanged, from `helm install` to a Ready job and back.

There is no container engine and no kubelet: `docker` is left out, and where people wait for the rollout, the
test starts the operator from the Deployment that Helm installed. Microsoft's addresses lead to the simulated Graph by
environment variables, as a name server could do it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from release.version import read_version
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster
from tests.support.helm import CHART, ROOT, Helm
from tests.support.installation import SimulatedTenant, clear, free_port
from tests.support.page_commands import sections_of
from tests.support.page_shell import prepare_checkout, run_page_command
from tests.support.pod import Pod
from tests.support.warm_start import fork_operator

NAME = "entra-sync-operator"
TEMPLATE = "zendesk"
FROM_FIRST_JOB = {
    "TENANT_ID": "1. Set the variables",
    "CLIENT_ID": "2. Register the app",
    "CLIENT_SECRET": "By a client secret",
    "OBJECT_ID": "An application that exists",
    "TEMPLATE": "7. Find the template and the job",
}
"""The variables that Install takes from docs/first-job.md, each with the section that sets it."""

ASSIGNMENT = re.compile(r"([A-Z_]+)=(\S+)(?: +#.*)?")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(title: str) -> list[str]:
    """Read the commands of a section of the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"\n### {title}\n")[1].split("\n### ")[0]
    blocks = "".join(BLOCK.findall(section)).replace("\\\n", "")
    return [line.removeprefix("$ ") for line in blocks.splitlines() if line.startswith("$ ")]


@dataclass
class Reader:
    """A reader who follows the README in a checkout, in the shell in which first-job.md was followed before."""

    cluster: Cluster
    tenant: SimulatedTenant
    helm: Helm
    folder: Path
    object_id: str
    """The service principal of their own application, which is not that of the examples."""
    pod: Pod | None = None
    left_out: list[str] = field(default_factory=list)
    assigned: dict[str, str] = field(default_factory=dict)
    """The variables that the commands set."""

    def follow(self, command: str) -> str:
        """Run a command, or what replaces it here; return its output."""
        if assignment := ASSIGNMENT.fullmatch(command):
            self.assigned[assignment[1]] = assignment[2]
            return ""
        if command.startswith("docker "):
            self.left_out.append(command)
            return ""
        if command.startswith("kubectl rollout status "):
            self.pod = self.start_operator()
            return ""
        done = run_page_command(command, folder=self.folder, environment=self.environment)
        log = self.pod.output[-2000:] if self.pod else ""
        assert done.returncode == 0, f"{command}\n{done.stderr}\n{log}"
        return done.stdout

    def start_operator(self) -> Pod:
        """Start the operator as the kubelet would. Its port is replaced by a free one of this machine."""
        port = f"--set=httpPort={free_port()}"
        self.helm("upgrade", NAME, CHART, f"--namespace={NAME}", "--reuse-values", port)
        folder, variables = self.folder / "pod", self.tenant.variables
        pod = Pod.of(self.cluster, NAME, NAME, folder, variables=variables, begin=fork_operator)
        return pod.start().wait_ready()

    @property
    def environment(self) -> dict[str, str]:
        """The variables that the README takes from first-job.md, and `helm` and `kubectl` on the PATH."""
        programs = self.folder / "bin"
        path = os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])
        of_tenant = {name.upper(): self.tenant.facts[name] for name in ("tenant_id", "client_id", "client_secret")}
        found = of_tenant | {"OBJECT_ID": self.object_id, "TEMPLATE": TEMPLATE}
        homes = {f"HELM_{part}_HOME": str(self.folder) for part in ("CACHE", "CONFIG", "DATA")}
        return self.cluster.plane.environment() | homes | found | {"PATH": path} | self.assigned


@contextmanager
def open_reader(cluster: Cluster, tenant: SimulatedTenant, helm: Helm, folder: Path) -> Iterator[Reader]:
    """Prepare a reader whose tenant has another application than examples/minimal.yaml names, with another template."""
    prepare_checkout(folder, helm, cluster)
    principal = tenant.simulator.create_service_principal(templates=[TEMPLATE])
    reader = Reader(cluster, tenant, helm, folder, principal.id)
    yield reader
    if reader.pod is not None:
        reader.pod.stop()
    tenant.simulator.remove_service_principal(principal.id)


@pytest.fixture
def reader(
    bare_cluster: Cluster, tenant: SimulatedTenant, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reader]:
    helm = find_helm("helm4", tmp_path_factory).at(bare_cluster)
    with open_reader(bare_cluster, tenant, helm, tmp_path) as reader:
        yield reader
    clear(bare_cluster)


def test_the_readme_leads_from_helm_install_to_a_ready_job_and_back(reader: Reader) -> None:
    printed = {command: reader.follow(command) for command in commands("Install")}
    [wait] = [command for command in printed if command.startswith("kubectl wait --for=condition=Ready")]
    assert "salesforce condition met" in printed[wait]
    assert re.search(rf"^salesforce +{TEMPLATE} +Active .* True ", printed["kubectl get syncjobs"], re.MULTILINE)
    image = f'"$IMAGE:{read_version(ROOT)}"'
    assert reader.left_out == [f"docker build --tag {image} .", f"docker push {image}"]
    assert reader.cluster.find("apps/v1", "deployments", NAME, NAME) is None


def test_install_takes_each_variable_that_it_does_not_set_from_a_step_of_the_page_of_the_first_job() -> None:
    section = commands("Install")
    used = {name for command in section for name in re.findall(r"\$([A-Z_]+)", command)}
    assigned = {found[1] for command in section if (found := ASSIGNMENT.fullmatch(command))}
    assert used - assigned == set(FROM_FIRST_JOB)
    blocks = {each.title: "\n".join(each.blocks) for each in sections_of(ROOT / "docs" / "first-job.md")}
    for name, title in FROM_FIRST_JOB.items():
        assert re.search(rf"^{name}=", blocks[title], re.MULTILINE)
