"""Where the story is set: control plane, simulated Graph, operator. All of it ends with the block."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from control_plane import ControlPlane
from control_plane.programs.binaries import obtain
from demo.console import DemoConsole
from demo.interrupts import Interrupts
from demo.tenant import furnish, read_examples
from graph_simulator.control_client.client import JobView, Launch, SimulatorClient
from local_stack import Cluster, OperatorLaunch, OperatorProcess, SeenJob, WorldTime

RATE, RATE_UNWATCHED = 60.0, 120.0
"""World seconds in a second: with the first, the 40 minutes between two cycles take 40 seconds."""

NAMESPACE = "demo"
PROJECT = Path(__file__).resolve().parents[2]
LOG_TAIL = 15


class DemoError(Exception):
    """The story cannot go on; the message is one sentence that says why, and what was logged last."""


@dataclass(frozen=True)
class DemoEnvironment:
    """What the story plays with. `adopted` is the job that was in Graph before."""

    cluster: Cluster
    world: SimulatorClient
    operator: OperatorProcess
    adopted: JobView

    def look(self) -> list[SeenJob]:
        """List the jobs; raises DemoError when the operator has ended."""
        code = self.operator.process.poll()
        if code is not None:
            raise DemoError(f"The operator ended with exit code {code}. {self.last_words()}")
        return self.cluster.list_jobs(NAMESPACE)

    def last_words(self) -> str:
        """Quote the end of the operator's log."""
        return "\n".join(["Its log ends:", *self.operator.output.splitlines()[-LOG_TAIL:]])


@contextmanager
def set_up_environment(console: DemoConsole, interrupts: Interrupts) -> Iterator[DemoEnvironment]:
    """Start everything, one after the other, in a folder that is removed at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entra-sync-demo-")))
        try:
            console.tell(
                "Starting a control plane: a real etcd and kube-apiserver on this machine, without containers."
            )
            binaries = obtain()
            with interrupts.held():
                plane = stack.enter_context(ControlPlane.start(folder / "control-plane", binaries=binaries))
            cluster = _furnish_cluster(stack.enter_context(Cluster(plane)), console)
            with interrupts.held():
                world = stack.enter_context(_start_world(folder / "graph", console))
            adopted = furnish(world, read_examples(PROJECT / "examples"))
            launch = _describe_launch(cluster, world)
            with interrupts.held():
                operator = OperatorProcess.start(launch, folder / "operator.log", is_awaited=False)
                stack.enter_context(operator)
            operator.wait_ready()
            console.tell(
                "The operator is up: a process of its own, whose ServiceAccount may do what it needs and no more."
            )
            yield DemoEnvironment(cluster, world, operator, adopted)
        finally:
            interrupts.close()


def _furnish_cluster(cluster: Cluster, console: DemoConsole) -> Cluster:
    cluster.install(PROJECT / "crds")
    cluster.make_namespace(NAMESPACE)
    console.tell("The control plane is up, and crds/ is installed: what the API server decides here is real.")
    return cluster


@contextmanager
def _start_world(folder: Path, console: DemoConsole) -> Iterator[SimulatorClient]:
    time = WorldTime.beginning_now(RATE if console.has_terminal else RATE_UNWATCHED)
    launch = Launch(clock_start=time.start, clock_origin=time.origin, clock_rate=time.rate)
    with SimulatorClient.run(folder, launch) as world:
        console.tell(
            f"A simulated Microsoft Graph is up, over TLS, its clock {time.rate:.0f} times faster. Its tenant has the "
            "three applications of the examples; only workday's has a job already, which has run before."
        )
        yield world


def _describe_launch(cluster: Cluster, world: SimulatorClient) -> OperatorLaunch:
    """Send the operator to its place: as itself, not as administrator, and on the world's time."""
    clock = world.clock()
    time = WorldTime(clock.start, clock.origin, clock.rate)
    return OperatorLaunch(
        cluster.admit_operator(), world.directory, time, flags=["--log-format=text", "--log-level=debug"]
    )
