"""Replicas of the operator that share a Lease, each with a way of its own to the API server, as in pods."""

import re
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from graph_simulator.control_client.client import JournalEntry
from graph_simulator.process import Begin
from local_stack import OperatorProcess
from tests.support.cluster import Object
from tests.support.cuttable_proxy import CuttableProxy
from tests.support.operator_environment import OperatorEnvironment
from tests.support.polling import until
from tests.support.stepped_clock import VARIABLE
from tests.support.warm_start import fork_operator

LEASES, LEASE = "coordination.k8s.io/v1", "replicas"
DURATION_SECONDS = 5
"""The shortest that the settings allow: a take-over takes as long."""

REPLICA = re.compile(r"\((.+)\)$")


@dataclass
class Replica:
    """One replica and its way to the API server."""

    operator: OperatorProcess
    proxy: CuttableProxy
    clock_file: Path
    """What sets the clock of its machine, if it was begun by `fork_with_clock`."""

    @property
    def is_running(self) -> bool:
        """Whether its process has not ended."""
        return self.operator.process.poll() is None

    @property
    def is_leading(self) -> bool:
        """Whether it says that it leads."""
        return self.metric("entrasync_leader") == 1

    def metric(self, name: str) -> float | None:
        """Read a metric without labels; None when it does not answer."""
        found = re.search(rf"^{name} (\S+)$", self.operator.read("/metrics")[1], re.MULTILINE)
        return float(found[1]) if found else None

    def stop_for_a_while(self) -> None:
        """Stop its process until `thaw`, as a machine that is suspended does."""
        self.operator.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let its process go on."""
        self.operator.process.send_signal(signal.SIGCONT)


@dataclass
class ReplicaSet:
    """Two replicas. One that has ended is replaced by `replace_ended`, as the kubelet does."""

    environment: OperatorEnvironment
    stack: ExitStack
    begin: Begin = fork_operator
    replicas: list[Replica] = field(default_factory=list)

    def add(self) -> Replica:
        """Start one more replica and wait until it is ready."""
        environment = self.environment
        number = len(list(environment.log.parent.glob("replica-*.log")))
        proxy = self.stack.enter_context(CuttableProxy.to(environment.cluster.plane.url))
        kubeconfig = environment.log.parent / f"kube-{number}"
        proxy.write_kubeconfig(environment.launch.kubeconfig, kubeconfig)
        clock_file = environment.log.parent / f"clock-{number}"
        variables = {**environment.launch.environment, VARIABLE: str(clock_file)}
        launch = replace(environment.launch, kubeconfig=kubeconfig, environment=variables)
        log = environment.log.parent / f"replica-{number}.log"
        replica = Replica(OperatorProcess.start(launch, log, begin=self.begin), proxy, clock_file)
        self.replicas.append(replica)
        return replica

    def replace_ended(self) -> None:
        """Start a replica for each that has ended, so that there are two."""
        self.replicas = [each for each in self.replicas if each.is_running]
        while len(self.replicas) < 2:
            self.add()

    def lease(self) -> Object:
        """Read the Lease's spec."""
        found = self.environment.cluster.get(LEASES, "leases", LEASE, self.environment.namespace)
        return dict(found["spec"])

    def find_holder(self) -> str | None:
        """Return who holds the Lease; None while there is none."""
        found = self.environment.cluster.find(LEASES, "leases", LEASE, self.environment.namespace)
        return str(found["spec"]["holderIdentity"]) if found is not None else None

    def delete_lease(self) -> None:
        """Delete the Lease, as a person might."""
        self.environment.cluster.delete(LEASES, "leases", LEASE, self.environment.namespace)

    def wait_leader(self, *, besides: Replica | None = None, replaces_ended: bool = False) -> Replica:
        """Wait until a replica leads, other than the one that did; with `replaces_ended` it may be a new one."""

        def find_leaders() -> list[Replica]:
            if replaces_ended:
                self.replace_ended()
            others = [each for each in self.replicas if each is not besides]
            return [each for each in others if each.is_running and each.is_leading]

        return until(find_leaders, what="a replica leads")[0]

    def standby(self, leader: Replica) -> Replica:
        """Return the replica that stands by."""
        return next(each for each in self.replicas if each is not leader)

    def find_writers(self, *, after: int = 0) -> list[str]:
        """List who wrote to Graph, in order: a replica that wrote in between is listed twice."""
        writes = [entry for entry in self.environment.simulator.journal(after=after) if is_graph_write(entry)]
        return [writer for writer, _ in groupby(writes, key=writer_of)]


def is_graph_write(entry: JournalEntry) -> bool:
    """Whether a request writes to Graph, and is none to the login."""
    return entry.method != "GET" and bool(entry.service_principal)


def writer_of(entry: JournalEntry) -> str:
    """Return the replica that sent a request, by its User-Agent."""
    found = REPLICA.search(entry.headers.get("user-agent", ""))
    assert found, f"a write without the name of its replica: {entry.headers}"
    return found[1]


@contextmanager
def open_replicas(environment: OperatorEnvironment, begin: Begin = fork_operator) -> Iterator[ReplicaSet]:
    """Start two replicas in the namespace of an environment whose own operator does not run."""
    flags = (*environment.launch.flags, f"--lease-duration={DURATION_SECONDS}s")
    environment.launch = replace(environment.launch, lease=LEASE, flags=flags)
    with ExitStack() as stack:
        found = ReplicaSet(environment, stack, begin)
        try:
            found.replace_ended()
            yield found
        finally:
            for each in found.replicas:
                each.thaw()
                each.operator.kill()
