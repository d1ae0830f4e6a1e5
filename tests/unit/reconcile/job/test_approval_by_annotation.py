"""Deletions that Graph holds back are approved by an annotation too, with the rules of the approval in spec."""

from typing import Any

import pytest

from entrasync.api.names import HELD_DELETIONS_APPROVED_ANNOTATION
from entrasync.api.policies import ManagementPolicy
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import NOW, desired, hours, quarantined_job, remote_job, resource
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import annotate, messages, recorded
from tests.unit.reconcile.job.test_held_deletions import (
    ADVICE,
    EPISODE,
    FORCED,
    HELD,
    OTHER_EPISODE,
    approve,
    held_job,
    hold,
)

ANNOTATED = {HELD_DELETIONS_APPROVED_ANNOTATION: EPISODE}


async def approve_by_annotation(harness: ReconcilerHarness, key: ObjectKey, episode: str) -> None:
    annotate(harness, key, held_deletions_approved=episode)
    await harness.run(key)


async def hold_without_a_threshold(harness: ReconcilerHarness, **others: Any) -> ObjectKey:
    """Have a resource whose spec says nothing about deletions, and whose job Graph holds in quarantine for them."""
    key = harness.apply_holder(**others)
    await harness.run(key)
    harness.graph.add(held_job())
    await harness.run(key)
    harness.recorded.events.clear()
    return key


class TestApprovalByAnnotation:
    async def test_performs_the_deletions_once(self, harness: ReconcilerHarness) -> None:
        key = await hold_without_a_threshold(harness)
        await approve_by_annotation(harness, key, EPISODE)
        harness.graph.add(remote_job())
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED
        assert recorded(harness, key, "approval") == (EPISODE, "Restarted")
        assert f"as the annotation entrasync.io/held-deletions-approved {EPISODE} asks." in messages(harness)[0]

    @pytest.mark.parametrize("written", ["2026-11-01T11:00:00.1234567Z", "2026-11-01T12:00:00+01:00"])
    async def test_is_a_time_however_it_is_written(self, written: str, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve_by_annotation(harness, key, written)
        assert harness.graph.restarts == FORCED

    async def test_does_not_approve_the_next_quarantine(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve_by_annotation(harness, key, EPISODE)
        harness.graph.add(quarantined_job(reason="TooManyDeletes", seriesBegan=write_time(NOW)))
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED

    async def test_of_another_quarantine_is_said_and_not_sent(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve_by_annotation(harness, key, OTHER_EPISODE)
        assert harness.graph.restarts == []
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} The approval by the annotation entrasync.io/held-deletions-approved {OTHER_EPISODE} names another "
            f"quarantine. {ADVICE}"
        )

    async def test_of_an_old_quarantine_that_comes_back_is_not_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve_by_annotation(harness, key, EPISODE)
        await approve_by_annotation(harness, key, OTHER_EPISODE)
        harness.graph.add(held_job())
        await approve_by_annotation(harness, key, EPISODE)
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED

    async def test_that_is_there_when_the_job_is_first_seen_is_not_sent(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(held_job())
        key = harness.apply(resource(desired(), finalizers=(), annotations=ANNOTATED))
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == []
        assert recorded(harness, key, "approval") == (EPISODE, "Recorded")

    async def test_of_a_resource_that_only_observes_is_not_sent(self, harness: ReconcilerHarness) -> None:
        key = await hold_without_a_threshold(harness, management_policy=ManagementPolicy.OBSERVE)
        await approve_by_annotation(harness, key, EPISODE)
        assert harness.graph.restarts == []
        assert recorded(harness, key, "approval") == (EPISODE, "Recorded")

    async def test_whose_answer_is_lost_is_not_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        harness.graph.fail("restart_job", LOST)
        await approve_by_annotation(harness, key, EPISODE)
        await harness.run_until(key, hours(3))
        assert harness.graph.writes.count("restart_job") == 1
        assert recorded(harness, key, "approval") == (EPISODE, "Unknown")

    @pytest.mark.parametrize("text", ["yes", "true", "2026-11-01", "2026-11-01T11:00:00", "1" * 500])
    async def test_that_is_no_time_is_reported_and_ignored(self, text: str, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        await approve_by_annotation(harness, key, text)
        assert harness.graph.restarts == []
        assert "InvalidAnnotation" in harness.recorded.reasons
        [fault] = [message for message in messages(harness) if "is no time" in message]
        assert "as the condition DeletionsHeld has it" in fault
        assert len(fault) < 400


class TestBothApprovals:
    """Spec and annotation may name the same quarantine, or two."""

    async def test_of_one_quarantine_perform_its_deletions_once(self, harness: ReconcilerHarness) -> None:
        key = await hold(harness)
        annotate(harness, key, held_deletions_approved=EPISODE)
        await approve(harness, key, EPISODE)
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED

    async def test_one_after_the_other_perform_the_deletions_of_one_quarantine_once(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await hold(harness)
        await approve_by_annotation(harness, key, EPISODE)
        harness.graph.add(held_job())
        await approve(harness, key, EPISODE)
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED
        assert harness.message(key, "DeletionsHeld") == (
            f"{HELD} They were approved, and Graph performs them with its next cycle."
        )

    @pytest.mark.parametrize(("in_spec", "in_annotation"), [(EPISODE, OTHER_EPISODE), (OTHER_EPISODE, EPISODE)])
    async def test_of_two_quarantines_approve_each_the_one_that_it_names(
        self, in_spec: str, in_annotation: str, harness: ReconcilerHarness
    ) -> None:
        key = await hold(harness)
        annotate(harness, key, held_deletions_approved=in_annotation)
        await approve(harness, key, in_spec)
        harness.graph.add(quarantined_job(reason="TooManyDeletes", seriesBegan=OTHER_EPISODE))
        await harness.run_until(key, hours(3))
        harness.graph.add(held_job())
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == FORCED * 2
        assert harness.status(key)["restarts"]["approval"]["earlierTokens"] == [EPISODE]
