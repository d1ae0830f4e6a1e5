"""Measures the first hour of many resources that are applied at once, each with a service principal of its own.

Each asks for a job that does not exist yet, so each takes a list, a create, a start and another list. The simulator
adds 50 ms to every call to Graph. From the first Ready resource on, one resource after another is edited, a second
after the last edit was answered: `schedule.state` becomes Paused, which takes one write to Graph. The edits go on while
the others are created and run their first cycles. All processes share this machine.
"""

import math
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Event
from typing import Any

import yaml

from benchmarks.environment import NAMESPACE, BenchmarkEnvironment, start_environment
from benchmarks.figures.many_jobs.sightings import Sightings
from benchmarks.processes import read_cpu_seconds, read_resident_mib

LATENCY_MS = 50.0
EDITS = 100
"""The fewest edits. One in a hundred takes longer than the 99th percentile, so these are enough to name it."""
EDIT_PAUSE_SECONDS = 1.0
LONGEST_EDIT_SECONDS = 120.0
"""An edit that is not answered after this time is taken for answered then."""

WRITES_AT_ONCE = 3000
WRITES_PER_SECOND = 20.0
"""Graph's quota for one app in one tenant: 3,000 writes in two and a half minutes (graph-facts 6.3)."""
WRITES_PER_CREATE = 2
"""The create and the start."""


@dataclass(frozen=True)
class FirstHour:
    """The figures of one run."""

    seconds_ready: float
    """From the start of one `kubectl apply` until all resources are Ready."""
    ratio_to_quota: float
    """`seconds_ready` in relation to the least time in which Graph's quota allows the writes of creates and edits."""
    cpu_ms_per_create: float
    """Processor time of the operator for each resource until all are Ready, that of the edits included."""
    api_server_cpu_ms_per_create: float
    """The same of kube-apiserver, which also answers kubectl and this program's watch."""
    mib_rss_before: float
    """Resident memory of the operator that has started and has no resource."""
    mib_rss: float
    """Resident memory of the operator after the last edit."""
    seconds_edit_p99: float
    """From an edit until its resource is Ready again and mirrors a paused job: 99 of 100 edits take no longer."""


@cache
def measure_first_hour(count: int, *, has_quota: bool = False) -> FirstHour:
    """Apply so many resources at once, and edit some of them. With `has_quota` Graph limits the writes."""
    with start_environment(latency_ms=LATENCY_MS) as environment:
        if has_quota:
            environment.simulator.limit_writes(WRITES_AT_ONCE, WRITES_PER_SECOND)
        return _Run(environment, environment.make_manifests(count)).measure()


def find_percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of the values that so many percent do not exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


class _Run:
    def __init__(self, environment: BenchmarkEnvironment, manifests: Sequence[dict[str, Any]]) -> None:
        self._environment = environment
        self._manifests = manifests
        self._operator = environment.operator.process.pid
        self._api_server = environment.cluster.plane.process_ids["kube-apiserver"]

    def measure(self) -> FirstHour:
        before = read_resident_mib(self._operator)
        text, count, all_ready = yaml.safe_dump_all(self._manifests), len(self._manifests), Event()
        with Sightings(self._environment.cluster, NAMESPACE) as sightings, ThreadPoolExecutor(2) as background:
            operator, api_server = read_cpu_seconds(self._operator), read_cpu_seconds(self._api_server)
            began = time.monotonic()
            applied = background.submit(self._environment.cluster.apply, text, NAMESPACE)
            edits = background.submit(self._edit, sightings, all_ready)
            try:
                sightings.wait_ready(count)
            finally:
                all_ready.set()
            seconds, writes = time.monotonic() - began, WRITES_PER_CREATE * count + self._count_edits()
            operator = read_cpu_seconds(self._operator) - operator
            api_server = read_cpu_seconds(self._api_server) - api_server
            applied.result()
            durations = edits.result()
        return FirstHour(
            seconds_ready=seconds,
            ratio_to_quota=seconds / max((writes - WRITES_AT_ONCE) / WRITES_PER_SECOND, 1.0),
            cpu_ms_per_create=operator / count * 1000,
            api_server_cpu_ms_per_create=api_server / count * 1000,
            mib_rss_before=before,
            mib_rss=read_resident_mib(self._operator),
            seconds_edit_p99=find_percentile(durations, 99),
        )

    def _count_edits(self) -> int:
        return self._environment.simulator.calls().graph.get("pauseJob", 0)

    def _edit(self, sightings: Sightings, all_ready: Event) -> list[float]:
        """Edit resources until all are Ready and there were enough edits, and return how long each took."""
        durations: list[float] = []
        edited: set[str] = set()
        choose: Callable[[Sequence[str]], str] = random.Random(0).choice
        sightings.wait_ready(1)
        while not all_ready.is_set() or len(durations) < EDITS:
            name = choose(sorted(sightings.ready - edited))
            edited.add(name)
            began = time.monotonic()
            self._environment.cluster.patch_job(NAMESPACE, name, {"spec": {"schedule": {"state": "Paused"}}})
            sightings.wait_paused(name, LONGEST_EDIT_SECONDS)
            durations.append(time.monotonic() - began)
            time.sleep(EDIT_PAUSE_SECONDS)
        return durations
