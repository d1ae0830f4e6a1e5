"""A restart makes nothing new: what is old stays old, and what was told is not told again."""

from datetime import timedelta

import pytest

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import NOW, desired, holder, hours, minutes, operation, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

UNSET = frozenset({"poll_interval"})


def refusal() -> PossiblyReplicating:
    """Return Graph's refusal of a call that a permission is missing for, or that is too new to be known."""
    answer = GraphAnswer(403, "Authorization_RequestDenied", "No.", "req")
    return PossiblyReplicating(Refused(Reason.PERMISSION_MISSING, "No.", answer=answer), answer=answer)


def told(harness: ReconcilerHarness, reason: str) -> int:
    return harness.recorded.reasons.count(reason)


async def refuse_until_stalled(harness: ReconcilerHarness, key: ObjectKey, call: str = "list_jobs") -> None:
    harness.graph.fail(call, refusal(), times=999)
    await harness.run_until(key, minutes(10))
    assert harness.condition(key, "Stalled") == ("True", "PermissionMissing")


START_IS_TRIED = 2
"""The status writes of a start that is refused: one records it before it is sent, and one takes that back."""


async def assert_stays_stalled(harness: ReconcilerHarness, key: ObjectKey, *, tries: int = 0) -> None:
    """Restart the process, and see that its first pass changes nothing and tells nothing.

    `tries` are the status writes that only surround a call to Graph.
    """
    before, events, writes = harness.status(key), list(harness.recorded.events), len(harness.server.writes)
    harness.restart()
    await harness.run(key)
    assert harness.status(key) == before
    assert harness.recorded.events == events
    assert len(harness.server.writes) == writes + tries


class TestYouth:
    @pytest.mark.parametrize("call", ["list_jobs", "patch_settings", "start_job"])
    async def test_an_old_refusal_stays_stalled_and_is_told_once(self, harness: ReconcilerHarness, call: str) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = harness.apply(holder(wish=desired(settings=(("A", "1"),) if call == "patch_settings" else ())))
        await refuse_until_stalled(harness, key, call)
        tries = START_IS_TRIED if call == "start_job" else 0
        await assert_stays_stalled(harness, key, tries=tries)
        await assert_stays_stalled(harness, key, tries=tries)

    async def test_a_job_that_was_created_hours_ago_is_not_young_again(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        await harness.run_until(key, hours(3))
        await refuse_until_stalled(harness, key)
        await assert_stays_stalled(harness, key)

    async def test_a_new_spec_is_still_waited_for_by_the_next_process(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.edit(key, desired=desired(poll_interval=minutes(3)))
        harness.graph.fail("list_jobs", refusal(), times=999)
        await harness.run_until(key, minutes(3))
        harness.restart()
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("False", "WaitingForReplication")
        await harness.run_until(key, minutes(2.5))
        assert harness.condition(key, "Stalled") == ("True", "PermissionMissing")

    async def test_an_edit_makes_the_spec_new_again(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        await refuse_until_stalled(harness, key)
        harness.edit(key, desired=desired(poll_interval=minutes(3)))
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("False", "WaitingForReplication")

    async def test_a_time_that_is_still_to_come_is_corrected_and_keeps_nothing_young(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        to_come = {"generationSeenTime": write_time(NOW + timedelta(days=365))}
        key = harness.apply(holder(status=to_come))
        await refuse_until_stalled(harness, key)
        assert harness.status(key)["generationSeenTime"] == write_time(NOW)
        await assert_stays_stalled(harness, key)

    async def test_a_clock_that_was_set_back_makes_nothing_young_for_longer_than_five_minutes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        await harness.run_until(key, minutes(30))
        harness.clock.move(-hours(2))
        harness.restart()
        await refuse_until_stalled(harness, key)
        await assert_stays_stalled(harness, key)

    async def test_the_time_costs_no_write_of_its_own(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        await harness.run(key)
        assert harness.status(key)["generationSeenTime"] == write_time(NOW)
        assert len(harness.server.writes) == 5
        await harness.run_until(key, minutes(30))
        written = len(harness.server.writes)
        for _ in range(3):
            harness.restart()
            await harness.run_until(key, minutes(30))
        assert len(harness.server.writes) == written

    async def test_a_status_of_an_earlier_version_is_not_written_for_the_time(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        await harness.run_until(key, minutes(30))
        assert "generationSeenTime" not in harness.status(key)


class TestPatience:
    async def test_a_job_that_was_found_gone_stays_so(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(on_missing=OnMissing.REPORT)
        harness.graph.jobs.clear()
        await harness.run_until(key, minutes(10))
        assert harness.condition(key, "Stalled") == ("True", "JobGone")
        await assert_stays_stalled(harness, key)
        harness.graph.add(remote_job())
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_job_that_was_found_gone_is_missed_anew_before_another_is_created(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder(on_missing=OnMissing.REPORT)
        harness.graph.jobs.clear()
        await harness.run_until(key, minutes(10))
        harness.restart()
        harness.edit(key, desired=desired(on_missing=OnMissing.RECREATE))
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.condition(key, "Ready") == ("Unknown", "JobMissing")

    async def test_a_created_job_that_never_showed_stays_so(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.during["create_job"] = lambda: harness.graph.hidden.update(harness.graph.jobs)
        await harness.run_until(key, minutes(60))
        assert harness.condition(key, "Stalled") == ("True", "JobNeverShown")
        await assert_stays_stalled(harness, key)
        assert harness.graph.writes.count("create_job") == 1

    async def test_a_create_of_another_that_is_never_settled_stays_so(self, harness: ReconcilerHarness) -> None:
        unsettled = {"operation": operation(harness.clock.now()), "tenantId": harness.graph.tenant_id}
        harness.apply(resource(desired(is_suspended=True), name="other", status=unsettled))
        key = harness.apply_new()
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Stalled") == ("True", "WaitingForOtherCreate")
        await assert_stays_stalled(harness, key)


class TestFaults:
    """Each is told by one Event as long as it holds, whatever process sees it."""

    async def tell(self, harness: ReconcilerHarness, key: ObjectKey, reason: str) -> None:
        await harness.run(key)
        assert told(harness, reason) == 1
        for _ in range(2):
            await assert_stays_stalled(harness, key)

    async def test_what_was_left_out_of_the_mirror(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job(steadyStateFirstAchievedTime=["no", "time"]))
        await self.tell(harness, harness.apply(holder()), "MirrorCut")

    async def test_a_hold_that_cannot_be_read(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(annotations={HOLD_UNTIL_ANNOTATION: "tomorrow"}))
        await self.tell(harness, key, "InvalidAnnotation")

    async def test_an_annotation_of_the_namespace_that_cannot_be_read(self, harness: ReconcilerHarness) -> None:
        harness.server.namespaces["identity"] = {"entrasync.io/default-poll-interval": "canary"}
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=desired(unset=UNSET)))
        other = harness.apply(holder("another", desired(unset=UNSET), name="another"))
        await self.tell(harness, key, "InvalidAnnotation")
        await harness.run(other)
        assert told(harness, "InvalidAnnotation") == 1

    async def test_a_fault_that_comes_back_is_told_again(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        for text, times in (("tomorrow", 1), ("2026-11-01T12:00:00Z", 1), ("tomorrow", 2)):
            annotations = dict(harness.server.stored[key].annotations)
            harness.edit(key, annotations=annotations | {HOLD_UNTIL_ANNOTATION: text})
            await harness.run(key)
            assert told(harness, "InvalidAnnotation") == times
        assert len(harness.status(key)["reportedFaults"]) == 1
