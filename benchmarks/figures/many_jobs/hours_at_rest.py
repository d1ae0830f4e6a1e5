"""Measures what 200 jobs cost that only run their cycles: one of two minutes every 40 minutes, as Graph's usual ones.

The simulated clock runs forty times as fast as a real one, so each real delay of the operator and of this machine
counts fortyfold in the staleness. The first two cycles of each job are over when the measurement begins: the first is
longer than all others. It lasts two periods of a cycle and the pause after it, so that every job is seen in all its
states.
"""

import statistics
import time
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from benchmarks.environment import NAMESPACE, BenchmarkEnvironment, start_environment
from benchmarks.processes import read_cpu_seconds
from local_stack import ObservedJob

COUNT = 200
RATE = 40.0
HOURS = 2 * 42 / 60
"""Two periods of the scim template: 40 minutes of pause and two of a cycle."""
LONGEST_QUIET_SECONDS = 2 * 40 * 60 / RATE
"""Twice a pause. All jobs begin and so pause together, and a poll that finds nothing new writes nothing."""
READS = ("listJobs", "getJob")


@dataclass(frozen=True)
class HoursAtRest:
    """The figures of one run."""

    cpu_ms_per_job_hour: float
    """Processor time of the operator for each job and simulated hour."""
    graph_reads_per_job_hour: float
    """Calls to Graph that read jobs, for each job and simulated hour."""
    seconds_median_staleness: float
    """Simulated seconds from the end of a cycle in Graph until the resource shows it, the median of all cycles."""


@cache
def measure_hours_at_rest() -> HoursAtRest:
    """Let all jobs run two cycles, and watch them for two periods."""
    with start_environment(rate=RATE) as environment:
        manifests = environment.make_manifests(COUNT)
        environment.apply_until(manifests, _has_run_twice, quiet_seconds=LONGEST_QUIET_SECONDS)
        environment.wait_for_late_requests()
        pid, reads = environment.operator.process.pid, _count_reads(environment)
        cpu, began = read_cpu_seconds(pid), time.monotonic()
        staleness = _watch_cycles(environment, until=began + environment.launch.world_time.seconds(HOURS * 3600))
        cpu, hours = read_cpu_seconds(pid) - cpu, (time.monotonic() - began) * RATE / 3600
        return HoursAtRest(
            cpu_ms_per_job_hour=cpu * 1000 / COUNT / hours,
            graph_reads_per_job_hour=(_count_reads(environment) - reads) / COUNT / hours,
            seconds_median_staleness=statistics.median(staleness),
        )


def _has_run_twice(job: ObservedJob) -> bool:
    """Whether a cycle after the first one has succeeded, which ended when the job first was in a steady state."""
    ended = job.last_execution.get("timeEnded") if job.last_execution.get("state") == "Succeeded" else None
    return ended is not None and ended != job.mirror.get("steadyStateFirstAchievedTime")


def _count_reads(environment: BenchmarkEnvironment) -> int:
    calls = environment.simulator.calls().graph
    return sum(calls.get(name, 0) for name in READS)


def _watch_cycles(environment: BenchmarkEnvironment, *, until: float) -> list[float]:
    """Watch the resources, and return for each cycle that ends how old its end was when the resource showed it."""
    known: dict[str, str] = {}
    staleness: list[float] = []
    for job in environment.cluster.watch_jobs(NAMESPACE, quiet_seconds=LONGEST_QUIET_SECONDS):
        if time.monotonic() >= until:
            return staleness
        ended = str(job.last_execution.get("timeEnded", ""))
        if ended and known.get(job.name, ended) != ended:
            staleness.append(_measure_age(environment, ended))
        known[job.name] = ended or known.get(job.name, "")
    return staleness


def _measure_age(environment: BenchmarkEnvironment, world_time: str) -> float:
    return (environment.launch.world_time.now() - datetime.fromisoformat(world_time)).total_seconds()
