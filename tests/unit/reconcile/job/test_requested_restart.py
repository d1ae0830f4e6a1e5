"""A token restarts the job once: by spec and by annotation, over crashes, lost answers, restores and self-heals."""

from contextlib import suppress
from dataclasses import replace

import pytest

from entrasync.api.names import RESTART_ANNOTATION
from entrasync.api.policies import ManagementPolicy, RestartScope, ScheduleState
from entrasync.core.record.restart_record import MAX_EARLIER_TOKENS
from entrasync.core.remote.jobs import RemoteJob
from entrasync.reconcile.ports.kubernetes import WriteHeldBack
from tests.support.facts import JOB, desired, holder, hours, minutes, quarantined_job, remote_job, resource
from tests.support.graph_answers import DOWN, LOST, refused
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import DEFAULT, Killed, annotate, ask, forced, messages, recorded, settle, wish


class TestToken:
    async def test_a_new_token_restarts_the_job_once_with_the_default_scopes(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one")
        await harness.run_until(key, hours(3))
        assert harness.graph.restarts == [DEFAULT]
        assert harness.status(key)["restarts"]["spec"] == {
            "token": "one",
            "time": "2026-11-01T12:00:00Z",
            "outcome": "Restarted",
            "scope": list(DEFAULT),
        }
        assert messages(harness) == [
            f"Restarted job {JOB} with Watermark, Escrows, QuarantineState, as spec.restart.token one asks."
        ]

    async def test_each_new_token_restarts_the_job(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        for token in ("one", "two", "three"):
            await ask(harness, key, token)
        assert len(harness.graph.restarts) == 3
        assert harness.status(key)["restarts"]["spec"]["earlierTokens"] == ["two", "one"]

    async def test_the_scopes_of_spec_are_sent(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one", RestartScope.FULL)
        assert harness.graph.restarts == [("Full",)]

    async def test_other_scopes_with_the_same_token_restart_nothing(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one")
        await ask(harness, key, "one", RestartScope.FULL)
        assert harness.graph.restarts == [DEFAULT]

    async def test_an_old_token_that_a_tool_puts_back_restarts_nothing(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        for token in ("one", "two", "one", "two", "one"):
            await ask(harness, key, token)
        assert len(harness.graph.restarts) == 2
        assert recorded(harness, key) == ("two", "Restarted")

    async def test_the_last_tokens_are_remembered_and_no_more(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        for number in range(MAX_EARLIER_TOKENS + 3):
            await ask(harness, key, f"token-{number}")
        earlier = harness.status(key)["restarts"]["spec"]["earlierTokens"]
        assert earlier == [f"token-{number}" for number in range(MAX_EARLIER_TOKENS + 1, 1, -1)]

    async def test_a_token_that_is_taken_away_restarts_nothing(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one")
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.graph.restarts == [DEFAULT]


class TestFirstSight:
    async def test_a_token_that_is_there_when_the_job_is_created_restarts_nothing(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(resource(wish("one"), finalizers=(), annotations={RESTART_ANNOTATION: "two"}))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["create_job", "start_job"]
        assert (recorded(harness, key), recorded(harness, key, "request")) == (("one", "Recorded"), ("two", "Recorded"))

    async def test_a_token_that_is_there_when_the_job_is_adopted_restarts_nothing(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(resource(wish("one"), finalizers=()))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == []
        assert recorded(harness, key) == ("one", "Recorded")

    async def test_a_token_of_a_restored_backup_restarts_nothing(self, harness: ReconcilerHarness) -> None:
        """A backup has the annotations and no status."""
        key = await settle(harness)
        await ask(harness, key, "one")
        harness.server.apply(replace(harness.server.stored[key], uid="restored", status={}))
        harness.restart()
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [DEFAULT]
        assert recorded(harness, key) == ("one", "Recorded")
        await ask(harness, key, "two")
        assert len(harness.graph.restarts) == 2

    async def test_a_token_of_the_job_before_restarts_not_the_one_that_was_made_in_its_place(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness, schedule_state=ScheduleState.PAUSED)
        await ask(harness, key, "one", schedule_state=ScheduleState.PAUSED)
        harness.graph.jobs.clear()
        await harness.run_until(key, hours(1))
        harness.edit(key, desired=wish("one"))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes[-2:] == ["create_job", "start_job"]
        assert harness.graph.restarts == []

    async def test_a_token_while_the_resource_only_observes_restarts_nothing_also_later(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=desired(management_policy=ManagementPolicy.OBSERVE)))
        await harness.run(key)
        await ask(harness, key, "one", management_policy=ManagementPolicy.OBSERVE)
        assert harness.condition(key, "Drifted") == ("False", "Applied")
        await ask(harness, key, "one")
        assert harness.graph.restarts == []
        assert recorded(harness, key) == ("one", "Recorded")


class TestAnnotation:
    async def test_a_new_value_restarts_the_job_once(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        annotate(harness, key, restart_requested_at="2026-11-21T03:00:00Z")
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [DEFAULT]
        assert recorded(harness, key, "request") == ("2026-11-21T03:00:00Z", "Restarted")

    async def test_both_channels_have_tokens_of_their_own(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one")
        annotate(harness, key, restart_requested_at="one")
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [DEFAULT, DEFAULT]

    @pytest.mark.parametrize("token", ["two words", "x" * 65, "line\n", "ü"])
    async def test_a_value_that_is_no_token_is_reported_once(self, token: str, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        annotate(harness, key, restart_requested_at=token)
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == []
        assert harness.recorded.reasons == ["InvalidAnnotation"]
        assert messages(harness)[0].endswith(
            "which is no token, and is ignored. Write a token like 2026-11-21T03:00:00Z, of at most 64 letters, "
            "digits and signs (._:+-)."
        )


class TestLostAnswer:
    async def test_a_harmless_restart_is_sent_twice_and_no_more(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.fail("restart_job", LOST, is_done=True, times=9)
        await ask(harness, key, "one")
        assert harness.status(key)["restarts"]["spec"]["tries"] == 1
        harness.restart()
        for _ in range(4):
            harness.clock.move(minutes(5))
            await harness.run(key)
        assert harness.graph.restarts == [DEFAULT, DEFAULT]
        assert recorded(harness, key) == ("one", "Unknown")
        assert messages(harness) == [
            f"The answer to the restart of job {JOB} that spec.restart.token one asks for is not known, and Graph may "
            "have done it. It is not sent again: look at the job's next cycle, and ask by a new token if it was not "
            "done."
        ]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_dangerous_restart_is_never_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.fail("restart_job", LOST, is_done=True, times=9)
        harness.edit(key, desired=forced("one"))
        await harness.run_until(key, hours(2))
        assert harness.graph.restarts == [("ForceDeletes",)]
        assert recorded(harness, key) == ("one", "Unknown")
        assert harness.recorded.reasons == ["RestartUnanswered"]

    @pytest.mark.parametrize(("scope", "times"), [(None, 2), (RestartScope.FORCE_DELETES, 1)])
    async def test_a_process_that_dies_in_the_middle_of_each_restart_sends_no_more(
        self, scope: RestartScope | None, times: int, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness)
        harness.edit(key, desired=wish("one", *([scope] if scope else [])))
        for _ in range(5):
            harness.graph.fail("restart_job", Killed(), is_done=True)
            with suppress(Killed):
                await harness.run(key)
            harness.restart()
            harness.clock.move(minutes(61))
        assert len(harness.graph.restarts) == times
        assert recorded(harness, key) == ("one", "Unknown")
        assert harness.recorded.reasons == ["RestartUnanswered"]

    async def test_a_process_that_dies_after_the_answer_sends_no_second_one(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.during["restart_job"] = lambda: harness.graph.fail("list_jobs", Killed())
        with suppress(Killed):
            await ask(harness, key, "one")
        harness.restart()
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [DEFAULT]

    async def test_what_was_sent_with_dangerous_scopes_is_not_repeated_with_harmless_ones(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness)
        harness.graph.fail("restart_job", Killed(), is_done=True)
        with suppress(Killed):
            await ask(harness, key, "one", RestartScope.FORCE_DELETES)
        harness.restart()
        await ask(harness, key, "one")
        assert harness.graph.restarts == [("ForceDeletes",)]

    async def test_a_token_that_is_taken_away_after_a_lost_answer_is_not_sent_again(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness)
        harness.graph.fail("restart_job", LOST, is_done=True)
        await ask(harness, key, "one")
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert recorded(harness, key) == ("one", "Unknown")
        await ask(harness, key, "one")
        assert harness.graph.restarts == [DEFAULT]

    async def test_a_clock_that_is_set_repeats_nothing(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one")
        for step in (hours(-48), hours(24 * 400), hours(-24 * 300)):
            harness.clock.move(step)
            harness.restart()
            await harness.run(key)
        assert harness.graph.restarts == [DEFAULT]


class TestRefusal:
    async def test_a_restart_that_surely_failed_is_sent_until_it_succeeds(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.fail("restart_job", DOWN, times=4)
        harness.edit(key, desired=forced("one"))
        for _ in range(5):
            await harness.run(key)
            harness.clock.move(minutes(5))
        assert harness.graph.restarts == [("ForceDeletes",)]
        assert recorded(harness, key) == ("one", "Restarted")

    async def test_a_refused_restart_needs_a_person_and_leaves_no_record(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.fail("restart_job", refused(403))
        await ask(harness, key, "one")
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")
        assert "restarts" not in harness.status(key)

    @pytest.mark.parametrize("changed", [remote_job(state="Paused", code="Paused"), quarantined_job()])
    async def test_a_dangerous_restart_of_a_job_that_has_changed_since_it_was_listed_is_not_sent(
        self, changed: RemoteJob, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness)
        harness.graph.during["get_job"] = lambda: harness.graph.add(changed)
        await ask(harness, key, "one", RestartScope.FULL)
        assert (harness.graph.restarts, "restarts" in harness.status(key)) == ([], False)
        assert harness.condition(key, "Ready")[1] == "WaitingForReplication"

    async def test_a_harmless_restart_reads_the_job_no_second_time(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        await ask(harness, key, "one")
        assert (harness.graph.restarts, "get_job" in harness.graph.calls) == ([DEFAULT], False)

    async def test_a_restart_that_was_held_back_leaves_no_record(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.before["restart_job"] = lambda: harness.edit(key)
        with pytest.raises(WriteHeldBack):
            await ask(harness, key, "one")
        assert "restarts" not in harness.status(key)
