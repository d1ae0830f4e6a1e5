"""Settings and intervals over many passes: what is sent, how often, and what is reported."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.jobs import RemoteJob
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, WriteHeldBack
from tests.support.facts import JOB, desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

LOOKAHEAD = "LookaheadQueryEnabled"
SETTINGS = ((LOOKAHEAD, "False"),)
LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")
THROTTLED = Transient(Reason.THROTTLED, "Not so fast.", after=timedelta(seconds=30))


def refused(status: int, reason: Reason = Reason.REQUEST_REFUSED) -> Refused:
    return Refused(reason, "No.", answer=GraphAnswer(status, "Denied", "No.", "req"))


def replicating(status: int) -> PossiblyReplicating:
    answer = GraphAnswer(status, "Denied", "No.", "req")
    return PossiblyReplicating(refused(status, Reason.PERMISSION_MISSING), answer=answer)


def conflicting() -> PossiblyReplicating:
    answer = GraphAnswer(409, "Denied", "No.", "req")
    return PossiblyReplicating(Transient(Reason.REQUEST_REFUSED, "No."), answer=answer)


def failed(status: int) -> OutcomeUnknown:
    return OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No.", answer=GraphAnswer(status, "Denied", "No.", "req"))


def job_with(**settings: str | None) -> RemoteJob:
    pairs = [{"name": name, "value": value} for name, value in settings.items()]
    return RemoteJob(JOB, {**remote_job().raw, "synchronizationJobSettings": pairs})


def held(harness: ReconcilerHarness, job: RemoteJob, **spec: Any) -> ObjectKey:
    harness.graph.add(job)
    return harness.apply(holder(wish=desired(**spec)))


def just_edited(harness: ReconcilerHarness, job: RemoteJob, **spec: Any) -> ObjectKey:
    key = held(harness, job)
    harness.edit(key, desired=desired(**spec))
    return key


class TestSettings:
    async def test_settings_of_a_new_job_are_sent_before_the_start_and_need_no_read_of_their_own(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(resource(desired(settings=SETTINGS), finalizers=()))
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "create_job", "patch_settings", "start_job", "list_jobs"]
        assert harness.condition(key, "Ready")[0] == "True"
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["create_job", "patch_settings", "start_job"]

    async def test_settings_are_sent_with_all_others_and_read_back_before_they_are_reported(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, job_with(LookaheadQueryEnabled="True", Domain=None, Other="1"), settings=SETTINGS)
        await harness.run(key)
        assert harness.graph.patched == [{LOOKAHEAD: "False", "Domain": None, "Other": "1"}]
        assert harness.graph.calls == ["list_jobs", "patch_settings", "list_jobs"]
        assert harness.recorded.reasons == ["SettingsApplied"]
        assert harness.recorded.events[0].message == f'Set LookaheadQueryEnabled to "False" in job {JOB}.'
        assert harness.condition(key, "Applied") == ("True", "Applied")
        await harness.run_until(key, minutes(60))
        assert len(harness.graph.patched) == 1

    async def test_settings_of_others_are_sent_back_as_they_were_read(self, harness: ReconcilerHarness) -> None:
        others: list[Any] = [
            {"name": "N", "value": 5},
            {"name": "B", "value": True, "hint": "x"},
            {"name": "Z", "value": None},
            {"value": "nameless"},
            {"name": "Twice", "value": "1"},
            {"name": "Twice", "value": "2"},
        ]
        ours = {"name": LOOKAHEAD, "value": "True", "hint": "x"}
        job = RemoteJob(JOB, {**remote_job().raw, "synchronizationJobSettings": [ours, *others]})
        key = held(harness, job, settings=(*SETTINGS, ("New", "1")))
        await harness.run(key)
        assert harness.graph.sent_settings == [
            [{**ours, "value": "False"}, *others, {"name": "New", "value": "1"}],
        ]
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_settings_that_the_answer_to_the_create_leaves_out_are_read_first(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = harness.graph.create_job

        async def create_without_settings(*args: str) -> RemoteJob:
            job = await original(*args)
            harness.graph.add(
                RemoteJob(job.id, {**job.raw, "synchronizationJobSettings": [{"name": "A", "value": "1"}]})
            )
            return RemoteJob(
                job.id, {name: value for name, value in job.raw.items() if name != "synchronizationJobSettings"}
            )

        monkeypatch.setattr(harness.graph, "create_job", create_without_settings)  # as the reference page has it
        key = harness.apply(resource(desired(settings=SETTINGS), finalizers=()))
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "create_job", "get_job", "patch_settings", "start_job", "list_jobs"]
        assert harness.graph.patched == [{"A": "1", LOOKAHEAD: "False"}]

    async def test_settings_that_somebody_changed_are_corrected_and_reported_as_drift(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, job_with(LookaheadQueryEnabled="False"), settings=SETTINGS)
        await harness.run(key)
        harness.graph.add(job_with(LookaheadQueryEnabled="True"))
        await harness.run(key)
        assert harness.recorded.reasons == ["DriftCorrected"]
        assert "A change from outside this resource was undone" in harness.recorded.events[0].message
        drift = harness.status(key)["lastDrift"]
        assert drift["differences"] == [{"field": f"settings[{LOOKAHEAD}]", "wanted": "False", "found": "True"}]

    async def test_settings_that_are_changed_again_are_corrected_at_once(self, harness: ReconcilerHarness) -> None:
        key = held(harness, job_with(LookaheadQueryEnabled="True"), settings=SETTINGS)
        for _ in range(3):
            harness.graph.add(job_with(LookaheadQueryEnabled="True"))
            await harness.run(key)
        assert len(harness.graph.patched) == 3
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_settings_that_do_not_show_yet_are_waited_for_and_not_sent_again(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, job_with(LookaheadQueryEnabled="True"), settings=SETTINGS)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(10))
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert len(harness.graph.patched) == 1
        harness.graph.add(job_with(LookaheadQueryEnabled="False"))
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert harness.recorded.reasons == ["SettingsApplied"]

    async def test_settings_that_graph_ignores_stall_and_are_sent_once(self, harness: ReconcilerHarness) -> None:
        key = held(harness, job_with(Other="1"), settings=(("NoSuchSetting", "1"),))
        harness.graph.ignored_settings = {"NoSuchSetting"}
        await harness.run_until(key, minutes(60))
        assert harness.condition(key, "Stalled") == ("True", "SettingsNotTaken")
        assert harness.condition(key, "Ready") == ("False", "SettingsNotTaken")
        assert "NoSuchSetting" in str(harness.status(key)["conditions"])
        assert len(harness.graph.patched) == 1
        assert harness.recorded.reasons == ["SettingsApplied", "SettingsNotTaken"]
        harness.restart()
        await harness.run_until(key, minutes(60))
        assert len(harness.graph.patched) == 1
        harness.edit(key)
        await harness.run(key)
        assert len(harness.graph.patched) == 2

    async def test_a_stall_keeps_its_time_when_other_settings_are_refused_after_ignored_ones(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, job_with(Other="1"), settings=(("NoSuchSetting", "1"),))
        harness.graph.ignored_settings = {"NoSuchSetting"}
        await harness.run_until(key, minutes(60))
        since = harness.stalled_since(key)
        harness.graph.add(job_with(NoSuchSetting="2"))
        harness.graph.fail("patch_settings", refused(400))
        await harness.run_until(key, minutes(1))
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")
        assert harness.stalled_since(key) == since
        assert len(harness.graph.patched) == 1

    async def test_settings_that_are_refused_are_reported_and_sent_again(self, harness: ReconcilerHarness) -> None:
        key = held(harness, job_with(), settings=SETTINGS)
        harness.clock.move(minutes(6))
        harness.graph.fail("patch_settings", refused(400))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")
        message = harness.message(key, "Stalled")
        assert f"spec.settings asks for {SETTINGS[0][0]}: correct the name or the value" in message
        assert "is not started" not in message
        harness.clock.move(minutes(5))
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_refused_settings_of_a_new_job_say_that_it_is_not_started(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(desired(settings=SETTINGS), finalizers=()))
        harness.graph.fail("patch_settings", refused(400))
        await harness.run(key)
        assert "start_job" not in harness.graph.calls
        assert "The job is not started before that." in harness.message(key, "Stalled")

    @pytest.mark.parametrize("status", [401, 403])
    async def test_settings_that_need_a_missing_permission_are_reported_after_a_while(
        self, harness: ReconcilerHarness, status: int
    ) -> None:
        key = just_edited(harness, job_with(), settings=SETTINGS)
        harness.graph.fail("patch_settings", replicating(status), times=100)
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await harness.run_until(key, minutes(6))
        assert harness.condition(key, "Stalled") == ("True", "PermissionMissing")

    async def test_settings_whose_answer_was_lost_are_read_back_before_they_are_sent_again(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, job_with(), settings=SETTINGS)
        harness.graph.fail("patch_settings", LOST, is_done=True)
        assert (await harness.run(key)).is_failure
        await harness.run(key)
        assert len(harness.graph.patched) == 1
        assert harness.condition(key, "Ready")[0] == "True"


class TestInterval:
    async def test_an_interval_is_requested_once_and_the_actual_one_is_shown(self, harness: ReconcilerHarness) -> None:
        key = held(harness, remote_job(), interval="PT20M")
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "patch_interval", "list_jobs"]
        assert harness.status(key)["interval"]["requested"] == "PT20M"
        assert harness.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        harness.restart()
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["patch_interval"]
        assert harness.recorded.reasons == []

    async def test_an_interval_is_recorded_before_it_is_requested_and_a_death_repeats_it_once(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=desired(interval="PT20M")))
        for _ in range(4):
            harness.server.failures.extend([None, ApiServerUnavailable("gone")])
            with suppress(ApiServerUnavailable):
                await harness.run(key)
            harness.server.failures.clear()
            harness.restart()
            harness.clock.move(minutes(2))
        assert harness.graph.writes == ["patch_interval", "patch_interval"]

    async def test_an_interval_whose_request_is_held_back_leaves_no_record(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=desired(interval="PT20M")))
        harness.graph.before["patch_interval"] = lambda: setattr(harness, "obstacle", "another process may write")
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert harness.graph.writes == []
        assert "interval" not in harness.status(key)

    async def test_an_interval_that_graph_accepts_needs_no_condition(self, harness: ReconcilerHarness) -> None:
        harness.graph.takes_interval = True
        key = held(harness, remote_job(), interval="PT20M")
        await harness.run(key)
        assert harness.condition(key, "ScheduleApplied") == ("", "")
        assert harness.status(key)["job"]["schedule"]["interval"] == "PT20M"

    @pytest.mark.parametrize(
        "error", [refused(400), replicating(401), replicating(403), refused(405), refused(410), refused(422)]
    )
    async def test_an_interval_that_is_refused_is_not_configurable_and_stalls_nothing(
        self, harness: ReconcilerHarness, error: Refused
    ) -> None:
        key = held(harness, remote_job(), interval="PT20M")
        harness.graph.fail("patch_interval", error, times=9)
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["patch_interval"]
        assert harness.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert harness.condition(key, "Stalled") == ("", "")
        assert f"(it answered {error.answer.status} Denied: No.)" in str(harness.status(key)["conditions"])

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (LOST, "it answered nothing"),
            (DOWN, "it answered nothing"),
            (failed(500), "it answered 500 Denied: No."),
            (failed(501), "it answered 501 Denied: No."),
            (replicating(404), "it answered 404 Denied: No."),
            (conflicting(), "it answered 409 Denied: No."),
        ],
    )
    async def test_an_interval_without_a_clear_answer_is_requested_once_more_and_harms_nothing(
        self, harness: ReconcilerHarness, error: Exception, words: str
    ) -> None:
        key = just_edited(harness, remote_job(), interval="PT20M")
        harness.graph.fail("patch_interval", error, times=99)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert harness.condition(key, "ScheduleApplied") == ("", "")
        await harness.run_until(key, minutes(70))
        assert harness.graph.writes == ["patch_interval", "patch_interval"]
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert harness.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")
        assert words in harness.message(key, "ScheduleApplied")
        harness.restart()
        await harness.run_until(key, minutes(70))
        assert len(harness.graph.writes) == 2

    @pytest.mark.parametrize("error", [LOST, failed(503), replicating(404), conflicting()])
    async def test_an_interval_accepted_at_the_second_request_needs_no_condition(
        self, harness: ReconcilerHarness, error: Exception
    ) -> None:
        harness.graph.takes_interval = True
        key = just_edited(harness, remote_job(), interval="PT20M")
        harness.graph.fail("patch_interval", error)
        await harness.run_until(key, minutes(10))
        assert harness.graph.writes == ["patch_interval", "patch_interval"]
        assert harness.status(key)["job"]["schedule"]["interval"] == "PT20M"
        assert harness.condition(key, "ScheduleApplied") == ("", "")

    async def test_an_interval_that_graph_accepted_is_not_requested_again_after_a_lost_answer(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.takes_interval = True
        key = held(harness, remote_job(), interval="PT20M")
        harness.graph.fail("patch_interval", LOST, is_done=True)
        await harness.run_until(key, minutes(10))
        assert harness.graph.writes == ["patch_interval"]

    @pytest.mark.parametrize("status", [404, 409])
    async def test_an_interval_of_an_old_job_counts_any_refusal_as_an_answer(
        self, harness: ReconcilerHarness, status: int
    ) -> None:
        key = held(harness, remote_job(), interval="PT20M")
        harness.graph.fail("patch_interval", THROTTLED)
        await harness.run(key)
        harness.graph.fail("patch_interval", replicating(status) if status == 404 else conflicting(), times=9)
        harness.clock.move(minutes(6))
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["patch_interval", "patch_interval"]
        assert f"(it answered {status} Denied: No.)" in harness.message(key, "ScheduleApplied")

    async def test_an_interval_that_is_throttled_is_requested_until_there_is_an_answer(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, remote_job(), interval="PT20M")
        harness.graph.fail("patch_interval", THROTTLED, times=4)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        await harness.run_until(key, minutes(60))
        assert len(harness.graph.writes) == 5
        assert harness.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")

    async def test_an_interval_is_requested_again_when_it_changes_and_forgotten_when_it_is_removed(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, remote_job(), interval="PT20M")
        await harness.run(key)
        harness.edit(key, desired=desired(interval="PT30M"))
        await harness.run(key)
        assert harness.graph.writes == ["patch_interval", "patch_interval"]
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.condition(key, "ScheduleApplied") == ("", "")
        assert "interval" not in harness.status(key)
        assert len(harness.graph.writes) == 2

    async def test_an_interval_does_not_delay_the_start_of_a_new_job(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(desired(interval="PT20M"), finalizers=()))
        harness.graph.fail("patch_interval", DOWN, times=9)
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job", "patch_interval"]
