"""Counts the operator's writes to the API server while it reads an unchanged job ten times.

The job has run once and waits for its next cycle. The audit log counts every write of the operator's own user to
synchronizationjobs and their status.
"""

from benchmarks.environment import BenchmarkEnvironment, start_environment
from benchmarks.errors import NotMeasuredError

RATE = 60.0
POLLS = 10


def measure() -> float:
    """Let a job run once, then read it ten times before the next cycle."""
    with start_environment(rate=RATE, has_audit=True) as environment:
        environment.apply(environment.make_manifests(1, pollInterval="30s"))
        environment.wait(
            "the first cycle is mirrored", lambda: environment.get_job().last_execution.get("state") == "Succeeded"
        )
        environment.wait_for_late_requests()
        since, before = environment.audit_position(), _count_reads(environment)
        environment.wait("ten more reads", lambda: _count_reads(environment) >= before + POLLS)
        writes = environment.list_writes(since)
        [job] = environment.simulator.jobs()
        if job.state["cycles_begun"] != 1:
            raise NotMeasuredError("the next cycle began before the reads were done: this machine is too slow")
        return len(writes)


def _count_reads(environment: BenchmarkEnvironment) -> int:
    return environment.simulator.calls().graph["listJobs"]
