"""The operator as a pod runs it: with a Lease, started again when it ends, and measured while it lives."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.support.operator_environment import OperatorEnvironment
from tests.support.polling import HANG_SECONDS, until
from tests.support.replica_set import LEASE, LEASES, Replica, ReplicaSet

LEASE_DURATION = "--lease-duration=60s"
"""Longer than a busy machine keeps the operator from renewing it. A killed one's Lease is deleted by the driver."""

SECONDS_APART = 1.0
"""Real seconds between two samples."""


@dataclass(frozen=True)
class Sample:
    """What one process used at one moment."""

    pid: int
    at: float
    mebibytes: float
    """Its resident memory."""
    files: int
    """Its open files, without these connections."""
    connections: int
    """Its open connections to Graph and to the API server, of which it keeps as many as it needed at once."""
    threads: int


@dataclass
class OperatorPod:
    """One replica of the operator, by way of a proxy that can be cut."""

    environment: OperatorEnvironment
    stack: ExitStack
    samples: list[Sample] = field(default_factory=list)
    starts: int = 0
    _next_sample: float = 0.0

    def __post_init__(self) -> None:
        self._replicas = ReplicaSet(self.environment, self.stack)

    @property
    def replica(self) -> Replica:
        """The replica that runs, or ran last."""
        return self._replicas.replicas[-1]

    def start(self) -> None:
        """Start it and wait until it leads."""
        self.environment.operator = self._replicas.add().operator
        self.starts += 1
        self.wait_leading()

    def wait_leading(self) -> None:
        """Wait until it leads."""
        until(lambda: self.replica.is_leading, what="the operator leads", within_seconds=2 * HANG_SECONDS)

    def ensure_running(self) -> None:
        """Start it if it has ended, as the kubelet does."""
        if not self.replica.is_running:
            self.start()

    def restart(self) -> None:
        """Stop it as a rollout does, and start it."""
        self.replica.operator.stop()
        self.start()

    def crash(self) -> None:
        """Kill it, and start it. Nobody waits for the end of its Lease."""
        self.replica.operator.kill()
        self.environment.cluster.delete(LEASES, "leases", LEASE, self.environment.namespace)
        self.start()

    def sample(self) -> bool:
        """Measure it, if the last time was long enough ago."""
        now = time.monotonic()
        if now < self._next_sample or not self.replica.is_running:
            return False
        self._next_sample = now + SECONDS_APART
        self.samples.append(self.measure())
        return True

    def measure(self) -> Sample:
        """Measure the process that runs."""
        graph = urlsplit(self.environment.simulator.connection.url).port or 0
        return measure(self.replica.operator.process.pid, ports={graph, self.replica.proxy.port})

    def longest_life(self) -> list[Sample]:
        """Return the samples of the process that lived longest."""
        pids = [sample.pid for sample in self.samples]
        longest = max(set(pids), key=pids.count)
        return [sample for sample in self.samples if sample.pid == longest]


def measure(pid: int, *, ports: set[int]) -> Sample:
    """Measure a process by proc(5). `ports` are those of the servers whose connections are counted by themselves."""
    folder = Path(f"/proc/{pid}")
    pages = int((folder / "statm").read_text(encoding="ascii").split()[1])
    status = dict(line.split(":\t", 1) for line in (folder / "status").read_text(encoding="ascii").splitlines())
    names = list(_list_open_files(folder))
    connections = len(_find_sockets(folder, ports) & set(names))
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return Sample(pid, time.monotonic(), memory, len(names) - connections, connections, int(status["Threads"]))


def _list_open_files(folder: Path) -> Iterator[str]:
    for entry in (folder / "fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            yield str(entry.readlink())


def _find_sockets(folder: Path, ports: set[int]) -> set[str]:
    """Return the sockets of the machine that are connected to one of the ports, by the names that open files have."""
    lines = [line for kind in ("tcp", "tcp6") for line in (folder / "net" / kind).read_text().splitlines()[1:]]
    rows = [line.split() for line in lines]
    return {f"socket:[{row[9]}]" for row in rows if int(row[2].rpartition(":")[2], 16) in ports}
