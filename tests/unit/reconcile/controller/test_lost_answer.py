"""After a call to Graph whose answer was lost, Graph is read before the call is repeated."""

import pytest

from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.facts import (
    JOB,
    PRINCIPAL,
    ago,
    holder,
    minutes,
    operation,
    remote_job,
    resource,
    seconds,
)
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness


def rounded(outcome: Outcome) -> int:
    assert outcome.requeue_after is not None
    return round(outcome.requeue_after.total_seconds())


class TestLostAnswer:
    @pytest.mark.parametrize("looks", range(6))
    async def test_a_create_with_a_lost_answer_makes_one_job_however_late_it_shows(
        self, harness: ReconcilerHarness, looks: int
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST, is_done=True)
        outcome = await harness.run(key)
        assert rounded(outcome) == 1
        assert harness.condition(key, "Reconciling") == ("True", "CreateUnconfirmed")
        harness.graph.hidden = set(harness.graph.jobs)
        for _ in range(looks):
            assert outcome.requeue_after is not None
            harness.clock.move(outcome.requeue_after)
            outcome = await harness.run(key)
        harness.graph.hidden = set()
        harness.clock.move(seconds(1))
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_create_that_never_arrived_is_sent_again_after_the_bound(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST)
        await harness.run_until(key, minutes(14.9))
        assert harness.graph.writes == ["create_job"]
        writes = list(harness.server.writes)
        assert len(writes) <= 4, "the reads in between write nothing"
        await harness.run_until(key, minutes(0.2))
        assert harness.graph.writes == ["create_job", "create_job", "start_job"]

    async def test_a_create_with_a_lost_answer_is_settled_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST, is_done=True)
        await harness.run(key)
        harness.restart()
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_start_with_a_lost_answer_is_read_back_before_it_is_repeated(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("start_job", LOST, is_done=True)
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "Starting")
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"


class TestWrongClock:
    """A process wrote the times in the status whose clock was behind or ahead, and another one takes over."""

    @pytest.mark.parametrize("behind", [40, -40], ids=["behind", "ahead"])
    async def test_a_create_is_sent_again_only_a_bound_after_the_next_process_first_saw_it(
        self, harness: ReconcilerHarness, behind: float
    ) -> None:
        intent = operation(ago(minutes(behind)))
        key = harness.apply(resource(status={"servicePrincipalId": PRINCIPAL, "operation": intent}))
        await harness.run_until(key, minutes(14.9))
        assert harness.graph.writes == []
        await harness.run_until(key, minutes(0.2))
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_start_is_sent_again_only_a_bound_after_the_next_process_first_saw_it(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        resting = {"id": JOB, "templateId": "scim", "schedule": {"state": "Disabled"}}
        started = write_precise_time(ago(minutes(40)))
        key = harness.apply(holder(status={"job": resting, "lastStartTime": started}))
        await harness.run_until(key, minutes(14.7))
        assert harness.graph.writes == []
        await harness.run_until(key, minutes(0.6))
        assert harness.graph.writes == ["start_job"]

    async def test_a_created_job_counts_as_gone_only_a_bound_after_the_next_process_first_saw_it(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(holder(status={"originTime": write_time(ago(minutes(40)))}))
        await harness.run_until(key, minutes(14.9))
        assert harness.graph.writes == []
        await harness.run_until(key, minutes(3))
        assert harness.graph.writes == ["create_job", "start_job"]
