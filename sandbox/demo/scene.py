"""Where the story is set: control plane, simulated Graph, operator. All of it ends with the block."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from control_plane import ControlPlane
from control_plane.binaries import obtain
from demo.interrupts import Interrupts
from demo.teller import Teller
from demo.tenant import furnish, read_examples
from graph_simulator.control import JobView, Launch, World
from stage import Cluster, OperatorProcess, Post, SeenJob, WorldTime

RATE = 60.0
"""World seconds in a second: the 40 minutes between two cycles take 40 seconds."""

NAMESPACE = "demo"
PROJECT = Path(__file__).resolve().parents[2]
LOG_TAIL = 15


class DemoError(Exception):
    """The story cannot go on; the message is one sentence that says why, and what was logged last."""


@dataclass(frozen=True)
class Scene:
    """What the story plays with. `adopted` is the job that was in Graph before."""

    cluster: Cluster
    world: World
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
def set_scene(teller: Teller, interrupts: Interrupts) -> Iterator[Scene]:
    """Start everything, one after the other, in a folder that is removed at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="entra-sync-demo-")))
        try:
            cluster = _start_cluster(folder, stack, teller)
            world, adopted = _start_world(folder / "graph", stack, teller)
            kubeconfig = cluster.admit_operator()
            clock = world.clock()
            post = Post(
                kubeconfig,
                folder / "graph",
                WorldTime(clock.start, clock.origin, clock.rate),
                flags=["--log-format=text", "--log-level=debug"],
            )
            with interrupts.held():
                operator = OperatorProcess.start(post, folder / "operator.log", is_awaited=False)
                stack.enter_context(operator)
            operator.wait_ready()
            teller.tell(
                "The operator is up: a process of its own, with a ServiceAccount that may do no more than it needs."
            )
            yield Scene(cluster, world, operator, adopted)
        finally:
            interrupts.close()


def _start_cluster(folder: Path, stack: ExitStack, teller: Teller) -> Cluster:
    plane = stack.enter_context(ControlPlane.start(folder / "control-plane", binaries=obtain()))
    cluster = stack.enter_context(Cluster(plane))
    cluster.install(PROJECT / "crds")
    cluster.make_namespace(NAMESPACE)
    teller.tell("A control plane is up: a real etcd and kube-apiserver, without containers. crds/ is installed.")
    return cluster


def _start_world(folder: Path, stack: ExitStack, teller: Teller) -> tuple[World, JobView]:
    time = WorldTime.beginning_now(RATE)
    launch = Launch(clock_start=time.start, clock_origin=time.origin, clock_rate=time.rate)
    world = stack.enter_context(World.run(folder, launch))
    adopted = furnish(world, read_examples(PROJECT / "examples"))
    teller.tell(
        f"A simulated Microsoft Graph is up, over TLS, its clock {RATE:.0f} times faster. Its tenant has the three "
        "applications of examples/; only workday's has a job already, which has run before."
    )
    return world, adopted
