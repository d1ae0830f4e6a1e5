"""Deletions that Graph holds back are told, and approved once by the name of their quarantine."""

from contextlib import suppress
from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import JOB, NOW, application, desired, hours, minutes, quarantined_job, remote_job
from tests.support.graph_answers import DOWN, LOST, refused
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import Killed, messages, recorded

EPISODE, OTHER_EPISODE = "2026-11-01T11:00:00Z", "2026-10-20T11:00:00Z"
"""The first is that of `held_job`, the second one before it."""

FORCED = [("ForceDeletes",)]
HELD = (
    f"Graph holds back deletions of job {JOB} since 2026-11-01 11:00:00 UTC, because they are more than the threshold."
)
ADVICE = (
    "If they are intended, set spec.application.accidentalDeletions.approve or the annotation "
    f'entrasync.io/held-deletions-approved to "{EPISODE}"; if not, correct the scope and restart the job.'
)
ELSEWHERE = "Allow them on the Provisioning page of the enterprise application, or by spec.restart with ForceDeletes."


def held_job(**quarantine: Any) -> Any:
    return quarantined_job(reason="TooManyDeletes", seriesBegan=EPISODE, **quarantine)


def wish(approve: str | None = None, **others: Any) -> Any:
    deletions = {"threshold": 500, "approve": approve}
    return desired(application=application(accidentalDeletions=deletions), **others)


async def hold(harness: ReconcilerHarness, **others: Any) -> ObjectKey:
    """Have a resource whose job Graph holds in quarantine because of its deletions."""
    key = harness.apply_holder(application=application(accidentalDeletions={"threshold": 500}), **others)
    await harness.run(key)
    harness.graph.add(held_job())
    await harness.run(key)
    harness.graph.calls.clear()
    harness.recorded.events.clear()
    return key


async def approve(harness: ReconcilerHarness, key: ObjectKey, episode: str) -> None:
    harness.edit(key, desired=wish(episode))
    await harness.run(key)


class TestCondition:
    async def test_held_deletions_are_told_with_how_to_approve_them(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        assert harness.condition(key, "DeletionsHeld") == ("True", "TooManyDeletes")
        assert harness.message(key, "DeletionsHeld") == (f"{HELD} {ADVICE}")

    async def test_the_numbers_are_those_that_graph_gives(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        raw = dict(held_job().raw)
        raw["status"] = raw["status"] | {"lastExecution": {"countExports": 620, "countExported": 20}}
        harness.graph.add(type(held_job())(JOB, raw))
        await harness.run(key)
        told = "The last cycle had 620 changes to export and exported 20, and spec allows 500 deletions."
        assert f"{HELD} {told} If they" in harness.message(key, "DeletionsHeld")

    async def test_another_quarantine_holds_no_deletions(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        harness.graph.add(quarantined_job())
        await harness.run(key)
        assert harness.condition(key, "DeletionsHeld") == ("", "")

    async def test_a_quarantine_without_a_beginning_cannot_be_approved(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        harness.graph.add(quarantined_job(reason="TooManyDeletes", seriesBegan=None))
        await approve(harness, key, EPISODE)
        assert harness.graph.restarts == []
        assert f"so no approval can name them. {ELSEWHERE}" in harness.message(key, "DeletionsHeld")


class TestApproval:
    async def test_an_approval_performs_the_deletions_once(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve(harness, key, EPISODE)
        harness.graph.add(remote_job())
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED
        assert recorded(harness, key, "approval") == (EPISODE, "Restarted")
        assert harness.condition(key, "DeletionsHeld") == ("", "")
        assert messages(harness)[0] == (
            f"Restarted job {JOB} with ForceDeletes, as spec.application.accidentalDeletions.approve {EPISODE} asks."
        )

    @pytest.mark.parametrize("written", ["2026-11-01T11:00:00.1234567Z", "2026-11-01T12:00:00+01:00"])
    async def test_an_approval_is_a_time_however_it_is_written(self, written: str, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve(harness, key, written)
        assert harness.graph.restarts == FORCED

    async def test_the_approval_of_another_quarantine_is_said_and_not_sent(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve(harness, key, OTHER_EPISODE)
        assert harness.graph.restarts == []
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} The approval by spec.application.accidentalDeletions.approve {OTHER_EPISODE} names another "
            f"quarantine. {ADVICE}"
        )

    async def test_an_approval_does_not_approve_the_next_quarantine(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve(harness, key, EPISODE)
        harness.graph.add(quarantined_job(reason="TooManyDeletes", seriesBegan=write_time(NOW)))
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED

    async def test_deletions_that_stay_held_after_their_approval_are_not_approved_again(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await hold(harness)
        await approve(harness, key, EPISODE)
        harness.graph.add(held_job())
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} They were approved, and Graph performs them with its next cycle."
        )

    async def test_an_approval_before_the_quarantine_waits_for_it(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(application=application(accidentalDeletions={"threshold": 500}))
        await harness.run(key)
        await approve(harness, key, EPISODE)
        assert harness.graph.restarts == []
        harness.graph.add(held_job())
        await harness.run(key)
        assert harness.graph.restarts == FORCED

    async def test_an_approval_that_is_there_when_the_job_is_first_seen_is_not_sent(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(held_job())
        key = harness.apply_new(application=wish(EPISODE).application)
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == []
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} Their approval was there already when the job was first seen, or the resource only observed it "
            f"then, so the approval is not sent. {ELSEWHERE}"
        )

    async def test_an_approval_that_something_else_holds_back_is_not_said_to_be_sent(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await hold(harness)
        harness.graph.fail("restart_job", refused(403))
        await approve(harness, key, EPISODE)
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} The approval by spec.application.accidentalDeletions.approve {EPISODE} is not sent yet: Ready "
            "says what comes before it."
        )


class TestStaleList:
    """Graph's list of jobs may be older than its answer about one job."""

    async def test_an_approval_is_not_sent_into_a_newer_quarantine(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        newer = quarantined_job(reason="TooManyDeletes", seriesBegan=write_time(NOW))
        harness.graph.during["get_job"] = lambda: harness.graph.add(newer)
        await approve(harness, key, EPISODE)
        assert harness.graph.restarts == []
        assert "restarts" not in harness.status(key)
        assert harness.condition(key, "Ready") == ("False", "WaitingForReplication")
        assert harness.message(key, "Ready") == (
            f"The restart that spec.application.accidentalDeletions.approve {EPISODE} asks for is not sent, because "
            f"job {JOB} has changed since Graph listed it: it was started, paused, or its quarantine is another. The "
            "operator looks again."
        )
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == []
        assert "names another quarantine" in harness.message(key, "DeletionsHeld")

    async def test_an_approval_is_sent_when_the_list_has_caught_up(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        harness.graph.during["get_job"] = lambda: harness.graph.add(remote_job())
        await approve(harness, key, EPISODE)
        assert harness.graph.restarts == []
        harness.graph.add(held_job())
        await harness.run(key)
        assert harness.graph.restarts == FORCED

    async def test_an_approval_of_a_job_that_cannot_be_read_waits_and_leaves_no_record(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await hold(harness)
        harness.graph.fail("get_job", DOWN)
        await approve(harness, key, EPISODE)
        assert (harness.graph.restarts, "restarts" in harness.status(key)) == ([], False)
        await harness.run(key)
        assert harness.graph.restarts == FORCED


class TestLostAnswer:
    async def test_an_approval_whose_answer_is_lost_is_not_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        harness.graph.fail("restart_job", LOST)
        await approve(harness, key, EPISODE)
        await harness.run_until(key, hours(3))
        assert harness.graph.writes.count("restart_job") == 1
        assert recorded(harness, key, "approval") == (EPISODE, "Unknown")
        assert "RestartUnanswered" in harness.recorded.reasons
        assert messages(harness)[0] == (
            f"The answer to the restart of job {JOB} that spec.application.accidentalDeletions.approve {EPISODE} asks "
            "for is not known, and Graph may have done it. It is not sent again: look at the job's next cycle, and if "
            "the deletions are still held back, allow them by spec.restart with ForceDeletes."
        )
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} They were approved, what came of it is not known, and the approval is not sent again. {ELSEWHERE}"
        )

    async def test_a_process_that_dies_in_the_middle_of_an_approval_sends_no_second_one(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await hold(harness)
        harness.edit(key, desired=wish(EPISODE))
        for _ in range(3):
            harness.graph.fail("restart_job", Killed(), is_done=True)
            with suppress(Killed):
                await harness.run(key)
            harness.restart()
            harness.clock.move(minutes(61))
        assert harness.graph.restarts == FORCED
        assert recorded(harness, key, "approval") == (EPISODE, "Unknown")
