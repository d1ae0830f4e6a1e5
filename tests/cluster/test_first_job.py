"""Runs the blocks of docs/first-job.md, unchanged, from an empty cluster to a first Ready job and back.

The tenant is simulated, and `az` is a stand-in that takes only what the real one takes (`simulated_azure_cli`). There
is no kubelet, so the operator is started from the Deployment where the page waits for its rollout. After the page has
set its variables, the address of Graph, the cloud and the name of the application are replaced by those of the test.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from control_plane import ControlPlane
from control_plane.programs.binaries import Binaries
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster
from tests.support.helm import CHART, REPOSITORY, ROOT, Helm
from tests.support.installation import SimulatedTenant, free_port
from tests.support.offered_program import offer_program
from tests.support.page_commands import sections_of
from tests.support.pod import Pod
from tests.support.simulated_azure_cli import call
from tests.support.warm_start import fork_operator

NAME = "entra-sync-operator"
CLOUD = "Simulator"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
END = "the end of a block"
PAGE = ROOT / "docs" / "first-job.md"

CREDENTIALS = ("By a client secret", "By a certificate", "By workload identity")
EXISTING = ("An application that exists", "For a job that exists")
NEW = ("A new application", "For a new job", "A new application is removed with its app registration")
WAYS = {
    "secret": {"By a client secret", *NEW},
    "certificate": {"By a certificate", *EXISTING},
    "workload": {"By workload identity", *EXISTING},
}
"""What a stranger chooses where the page has alternatives, by the name of the namespace."""

INSTALL = "4. Install the operator"
UNINSTALL = "helm uninstall "


def blocks_for(namespace: str) -> list[tuple[str, str]]:
    """Read the blocks that one namespace needs, each with the title of its section."""
    others = {*CREDENTIALS, *EXISTING, *NEW, INSTALL} - WAYS[namespace]
    chosen = [section for section in sections_of(PAGE) if section.title not in others]
    return [(each.title, block) for each in chosen for block in each.blocks if not block.startswith(UNINSTALL)]


def blocks_of_install() -> tuple[list[str], list[str]]:
    """Read the blocks that install the operator, and those that remove it."""
    [install] = [section.blocks for section in sections_of(PAGE) if section.title == INSTALL]
    uninstall = [block for each in sections_of(PAGE) for block in each.blocks if block.startswith(UNINSTALL)]
    return list(install), uninstall


class Shell:
    """One bash into which a reader copies the blocks of the page. It ends at the first command that fails."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["/bin/bash", "--noprofile", "--norc", "-e", "-u", "-o", "pipefail"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, block: str) -> str:
        """Run a block and return what it prints."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{block}\necho '{END}'\n")
        self._process.stdin.flush()
        printed: list[str] = []
        for line in self._process.stdout:
            if line.rstrip() == END:
                return "".join(printed)
            printed.append(line)
        raise AssertionError(f"A command failed in this block:\n{block}\nIt printed:\n{''.join(printed)}")

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@dataclass
class Stranger:
    """Somebody who follows the page in a checkout."""

    cluster: Cluster
    tenant: SimulatedTenant
    helm: Helm
    folder: Path
    pod: Pod | None = None
    printed: dict[tuple[str, str], str] = field(default_factory=dict)
    """What the blocks printed, by namespace and title of the section."""

    def follow(self, namespace: str) -> None:
        """Follow the page for one namespace, in a bash of its own."""
        values = f"CLOUD={CLOUD}; GRAPH={self.tenant.facts['url']}; APP_NAME=App-{namespace}; NAMESPACE={namespace}"
        with self.open_shell() as shell:
            for title, block in blocks_for(namespace):
                printed = shell.run(block)
                self.printed[namespace, title] = self.printed.get((namespace, title), "") + printed
                if block.startswith("IMAGE="):
                    shell.run(values)

    def install(self, shell: Shell) -> None:
        """Install the operator as the page says."""
        shell.run(f"IMAGE={REPOSITORY}")
        for block in blocks_of_install()[0]:
            if block.startswith("kubectl rollout status "):
                self.pod = self.start_operator()
            else:
                shell.run(block)

    @contextmanager
    def open_shell(self) -> Iterator[Shell]:
        """Open a bash; what fails in it is told with the operator's log."""
        shell = Shell(self.folder, self.environment)
        try:
            yield shell
        except AssertionError as error:
            log = self.pod.output[-2000:] if self.pod else ""
            raise AssertionError(f"{error}\nThe operator's log ends:\n{log}") from error
        finally:
            shell.close()

    def start_operator(self) -> Pod:
        """Start the operator as the kubelet would, with the simulated cloud and a free port of this machine."""
        url, ca = self.tenant.facts["url"], self.tenant.folder / "ca.pem"
        cloud = [f"--set=clouds.{CLOUD}.graphUrl={url}", f"--set=clouds.{CLOUD}.authority={url}"]
        more = [*cloud, f"--set-file=clouds.{CLOUD}.ca={ca}", f"--set=httpPort={free_port()}"]
        self.helm("upgrade", NAME, CHART, f"--namespace={NAME}", "--reuse-values", *more)
        variables = {name: value for name, value in self.tenant.variables.items() if "_CLOCK_" in name}
        pod = Pod.of(self.cluster, NAME, NAME, self.folder / "pod", variables=variables, begin=fork_operator)
        return pod.start().wait_ready()

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a login shell, with the programs that the page names on the PATH."""
        path = os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)])
        homes = {f"HELM_{part}_HOME": str(self.folder) for part in ("CACHE", "CONFIG", "DATA")}
        return self.cluster.plane.environment() | homes | {"PATH": path, "HOME": str(self.folder)}


@pytest.fixture
def empty_cluster(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster in which nothing was ever installed."""
    with ControlPlane.start(tmp_path_factory.mktemp("plane"), binaries=binaries) as plane, Cluster(plane) as found:
        yield found


@pytest.fixture
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedTenant]:
    """A tenant with Microsoft Graph's own service principal only."""
    with SimulatedTenant.open(tmp_path_factory.mktemp("graph") / "world") as tenant:
        tenant.simulator.create_service_principal("Microsoft Graph", app_id=GRAPH_APP, templates=[])
        yield tenant


@pytest.fixture
def stranger(
    empty_cluster: Cluster, tenant: SimulatedTenant, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stranger]:
    """A stranger with the programs that the page asks for, and a token in the file `token`."""
    helm = find_helm("helm4", tmp_path_factory).at(empty_cluster)
    (tmp_path / "bin").mkdir()
    for name, program in {"helm": helm.program, "kubectl": empty_cluster.plane.binaries["kubectl"]}.items():
        (tmp_path / "bin" / name).symlink_to(program)
    (tmp_path / "charts").symlink_to(ROOT / "charts")
    (tmp_path / "token").write_text("of-the-target", encoding="utf-8")
    issuer = empty_cluster.read("/.well-known/openid-configuration")["issuer"]
    tenant.simulator.set_issuer(issuer, jwks=empty_cluster.read("/openid/v1/jwks"))
    follower = Stranger(empty_cluster, tenant, helm, tmp_path)
    with offer_program(tmp_path / "bin" / "az", partial(call, tenant.simulator)):
        yield follower
    if follower.pod is not None:
        follower.pod.stop()


@pytest.mark.timeout(300)  # it runs about fifty programs, one after the other
def test_the_page_leads_a_stranger_from_nothing_to_a_ready_job_and_back_by_each_credential(stranger: Stranger) -> None:
    simulator = stranger.tenant.simulator
    for name in ("App-certificate", "App-workload"):
        simulator.create_job(simulator.create_service_principal(name, templates=["scim"]).id, started=True)
    before = {job.id for job in simulator.jobs()}
    with stranger.open_shell() as shell:
        stranger.install(shell)
        for namespace in WAYS:
            stranger.follow(namespace)
        for block in blocks_of_install()[1]:
            shell.run(block)
    for namespace in WAYS:
        assert "condition met" in stranger.printed[namespace, "See that it works"]
        assert re.search(
            r"^first +scim +Active .* True ", stranger.printed[namespace, "9. Wait until it is Ready"], re.MULTILINE
        )
    assert {job.id for job in simulator.jobs()} == before
    assert stranger.cluster.find("apps/v1", "deployments", NAME, NAME) is None
