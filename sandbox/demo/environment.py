"""Starts what the demo needs, which is a control plane, a simulated Graph and the operator, and stops it again."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from control_plane import ControlPlane
from control_plane.programs.binaries import obtain
from demo.console import DemoConsole
from demo.interrupts import Interrupts
from demo.portal_jobs import COMPANY
from demo.tenant import read_examples, set_up_tenant
from graph_simulator.control_client.client import JobView, Launch, SimulatorClient
from local_stack import Cluster, ObservedJob, OperatorLaunch, OperatorProcess, WorldTime

TERMINAL_RATE, PLAIN_RATE = 60.0, 120.0
"""Simulated seconds in a real second: at the first rate, the 40 minutes between two cycles take 40 seconds."""

NAMESPACE = "demo"
PROJECT = Path(__file__).resolve().parents[2]
LOG_END_LINES = 15

NOT_DONE = 2
"""The exit code of the plugin when it could not carry out a command. With 1 it says that a job is ill."""


class DemoError(Exception):
    """The demo cannot go on; the message says why, and quotes what the operator logged last."""


@dataclass(frozen=True)
class DemoEnvironment:
    """The running parts of the demo. `adopted` is the job that existed in Graph before."""

    cluster: Cluster
    simulator: SimulatorClient
    operator: OperatorProcess
    adopted: JobView

    def list_jobs(self) -> list[ObservedJob]:
        """List the jobs.

        Raises:
            DemoError: The operator has ended.
        """
        code = self.operator.process.poll()
        if code is not None:
            raise DemoError(f"The operator ended with exit code {code}. {self.log_end()}")
        return self.cluster.list_jobs(NAMESPACE)

    def run_plugin(self, command: str) -> str:
        """Run a command of the kubectl plugin, and return what it prints.

        Raises:
            DemoError: It could not be carried out.
        """
        words = [sys.executable, "-m", "kubectl_entrasync", command, f"--namespace={NAMESPACE}"]
        variables = {**os.environ, "KUBECONFIG": os.fspath(self.cluster.plane.kubeconfig)}
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=variables)
        if done.returncode == NOT_DONE:
            raise DemoError(f"kubectl entrasync {command} was not carried out: {done.stderr.strip()}")
        return done.stdout.rstrip()

    def log_end(self) -> str:
        """Quote the end of the operator's log."""
        return "\n".join(["Its log ends:", *self.operator.output.splitlines()[-LOG_END_LINES:]])


@contextmanager
def set_up_environment(console: DemoConsole, interrupts: Interrupts) -> Iterator[DemoEnvironment]:
    """Start all parts, one after the other, in a folder that is removed at the end of the block."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entra-sync-demo-")))
        try:
            console.print_step(
                "Starting a control plane: a real etcd and kube-apiserver on this machine, without containers."
            )
            binaries = obtain()
            with interrupts.deferred():
                plane = stack.enter_context(ControlPlane.start(folder / "control-plane", binaries=binaries))
            cluster = _prepare_cluster(stack.enter_context(Cluster(plane)), console)
            with interrupts.deferred():
                simulator = stack.enter_context(_start_simulator(folder / "graph", console))
            adopted = set_up_tenant(simulator, read_examples(PROJECT / "examples"))
            launch = _make_operator_launch(cluster, simulator)
            with interrupts.deferred():
                operator = OperatorProcess.start(launch, folder / "operator.log", is_awaited=False)
                stack.enter_context(operator)
            operator.wait_ready()
            console.print_step(
                "The operator is running as a process of its own, and its ServiceAccount has only the rights it needs."
            )
            yield DemoEnvironment(cluster, simulator, operator, adopted)
        finally:
            interrupts.close()


def _prepare_cluster(cluster: Cluster, console: DemoConsole) -> Cluster:
    cluster.install(PROJECT / "crds")
    cluster.create_namespace(NAMESPACE)
    console.print_step("The control plane is running, and crds/ is installed: this API server is a real one.")
    return cluster


@contextmanager
def _start_simulator(folder: Path, console: DemoConsole) -> Iterator[SimulatorClient]:
    time = WorldTime.starting_now(TERMINAL_RATE if console.has_terminal else PLAIN_RATE)
    launch = Launch(clock_start=time.start, clock_origin=time.origin, clock_rate=time.rate)
    with SimulatorClient.run(folder, launch) as simulator:
        console.print_step(
            f"A simulated Microsoft Graph is running, over TLS, and its clock is {time.rate:.0f} times faster. Its "
            "tenant has the three applications of the examples; only workday has a job already, which has run before. "
            f"Four other applications, of {COMPANY}, have jobs that were made in the portal. No resource holds these."
        )
        yield simulator


def _make_operator_launch(cluster: Cluster, simulator: SimulatorClient) -> OperatorLaunch:
    """Describe how to start the operator: with its own ServiceAccount, not as administrator, and on simulated time."""
    clock = simulator.clock()
    time = WorldTime(clock.start, clock.origin, clock.rate)
    return OperatorLaunch(
        cluster.create_operator_account(), simulator.directory, time, flags=["--log-format=text", "--log-level=debug"]
    )
