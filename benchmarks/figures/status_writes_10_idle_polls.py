"""Writes of the operator to the API server while it reads an unchanged job ten times.

The job has run once and waits for its next cycle. Counted by the audit log: every write of the operator's own user to
synchronizationjobs and their status.
"""

from benchmarks.environment import NotMeasuredError, Workshop, open_workshop

RATE = 60.0
POLLS = 10


def measure() -> float:
    """Let a job run once, then read it ten times before the next cycle."""
    with open_workshop(rate=RATE, has_audit=True) as workshop:
        workshop.apply(workshop.make_manifests(1, pollInterval="30s"))
        workshop.wait("the first cycle is mirrored", lambda: workshop.look().last_execution.get("state") == "Succeeded")
        workshop.wait_for_stragglers()
        since, before = workshop.audit_position(), _count_reads(workshop)
        workshop.wait("ten more reads", lambda: _count_reads(workshop) >= before + POLLS)
        writes = workshop.list_writes(since)
        [job] = workshop.world.jobs()
        if job.state["cycles_begun"] != 1:
            raise NotMeasuredError("the next cycle began before the reads were done: this machine is too slow today")
        return len(writes)


def _count_reads(workshop: Workshop) -> int:
    return workshop.world.calls().graph["listJobs"]
