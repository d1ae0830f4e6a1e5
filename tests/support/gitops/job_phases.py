"""The phases of SynchronizationJobs, whose status the operator itself has written, in memory."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from entrasync.api.names import HOLD_UNTIL_ANNOTATION, KIND
from entrasync.api.policies import ManagementPolicy, ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import JOB, application, hours, minutes, quarantined_job, remote_job
from tests.support.gitops.phase import CURRENT, FAILED, IN_PROGRESS, TERMINATING, Phase, shown
from tests.support.graph_answers import DOWN, LOST, refused
from tests.support.reconciler_harness import ReconcilerHarness

EPISODE = "2026-11-01T11:00:00Z"
"""When the quarantine began in which Graph holds back deletions."""


class _Job:
    """One SynchronizationJob, whose phases are named as they come."""

    def __init__(self, harness: ReconcilerHarness, key: ObjectKey) -> None:
        self.harness, self.key = harness, key

    @classmethod
    def new(cls, **spec: Any) -> "_Job":
        harness = ReconcilerHarness()
        return cls(harness, harness.apply_new(**spec))

    @classmethod
    async def running(cls, **spec: Any) -> "_Job":
        harness = ReconcilerHarness()
        job = cls(harness, harness.apply_holder(**spec))
        await job.harness.run(job.key)
        return job

    def phase(self, name: str, verdict: str) -> Phase:
        return Phase(KIND, name, shown(self.harness.server.stored[self.key]), verdict)

    def annotate(self, annotation: str, value: str) -> None:
        known = self.harness.server.stored[self.key]
        self.harness.server.apply(replace(known, annotations={**known.annotations, annotation: value}))

    def change_spec(self, **spec: Any) -> None:
        known = self.harness.server.stored[self.key].desired
        assert known is not None
        self.harness.edit(self.key, desired=replace(known, **spec))

    async def run_after(self, delay: timedelta) -> None:
        self.harness.clock.move(delay)
        await self.harness.run(self.key)


async def created_job() -> AsyncIterator[Phase]:
    job = _Job.new()
    yield job.phase("not looked at yet", IN_PROGRESS)
    job.harness.graph.fail("create_job", LOST, is_done=True)
    await job.harness.run(job.key)
    yield job.phase("the answer to the creation was lost", IN_PROGRESS)
    await job.run_after(minutes(1))
    yield job.phase("created, has not run yet", CURRENT)
    job.change_spec(schedule_state=ScheduleState.PAUSED)
    yield job.phase("edited, not looked at since", IN_PROGRESS)
    job.harness.graph.fail("pause_job", DOWN)
    await job.harness.run(job.key)
    yield job.phase("edited, Graph has not taken it yet", IN_PROGRESS)
    await job.run_after(minutes(1))
    yield job.phase("paused by its spec", CURRENT)
    job.harness.graph.fail("list_jobs", DOWN, times=20)
    await job.run_after(minutes(20))
    yield job.phase("Graph cannot be read any more", IN_PROGRESS)


async def held_job() -> AsyncIterator[Phase]:
    job = await _Job.running()
    yield job.phase("runs", CURRENT)
    job.annotate(HOLD_UNTIL_ANNOTATION, write_time(job.harness.clock.now() + hours(8)))
    await job.harness.run(job.key)
    yield job.phase("held by the annotation", CURRENT)
    await job.run_after(hours(9))
    yield job.phase("the hold has ended", CURRENT)


async def suspended_job() -> AsyncIterator[Phase]:
    job = await _Job.running()
    job.change_spec(is_suspended=True)
    await job.harness.run(job.key)
    yield job.phase("suspended", IN_PROGRESS)


async def observed_job() -> AsyncIterator[Phase]:
    job = await _Job.running(management_policy=ManagementPolicy.OBSERVE)
    yield job.phase("observed", CURRENT)


async def quarantined_jobs() -> AsyncIterator[Phase]:
    job = await _Job.running()
    job.harness.graph.add(quarantined_job(tenant_actionable=False))
    await job.harness.run(job.key)
    yield job.phase("in a quarantine that may pass by itself", IN_PROGRESS)
    job.harness.graph.add(quarantined_job())
    await job.harness.run(job.key)
    yield job.phase("in a quarantine that a person has to end", FAILED)
    job.harness.graph.add(remote_job())
    await job.harness.run(job.key)
    yield job.phase("the quarantine is over", CURRENT)
    job = await _Job.running(application=application(accidentalDeletions={"threshold": 500}))
    job.harness.graph.add(quarantined_job(reason="TooManyDeletes", seriesBegan=EPISODE))
    await job.harness.run(job.key)
    yield job.phase("Graph holds back deletions", FAILED)


async def refused_jobs() -> AsyncIterator[Phase]:
    job = _Job.new()
    job.harness.graph.fail("create_job", refused(400))
    await job.harness.run(job.key)
    yield job.phase("Graph refuses the creation", FAILED)
    job = await _Job.running()
    job.change_spec(template_id="other")
    await job.harness.run(job.key)
    yield job.phase("its template was changed", FAILED)
    job = await _Job.running()
    job.harness.graph.jobs.clear()
    await job.harness.run(job.key)
    yield job.phase("Graph does not show its job", IN_PROGRESS)


async def deleted_job() -> AsyncIterator[Phase]:
    job = await _Job.running()
    job.harness.delete(job.key)
    yield job.phase("deleted, not looked at since", TERMINATING)
    job.harness.graph.hidden = {JOB}
    await job.harness.run_until(job.key, minutes(3))
    yield job.phase("deleted, waits for Graph", TERMINATING)
    job = await _Job.running()
    job.harness.deletion_limit = 0
    job.harness.restart()
    job.harness.delete(job.key)
    await job.harness.run(job.key)
    yield job.phase("deleted, held back by the limit", TERMINATING)


SEQUENCES = (created_job, held_job, suspended_job, observed_job, quarantined_jobs, refused_jobs, deleted_job)
