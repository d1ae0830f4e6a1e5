"""Settings and intervals over many passes: what is sent, how often, and what is told."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.jobs import RemoteJob
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


def held(story: ReconcilerHarness, job: RemoteJob, **spec: Any) -> ObjectKey:
    story.graph.add(job)
    return story.apply(holder(wish=desired(**spec)))


class TestSettings:
    async def test_of_a_new_job_are_sent_before_the_start_and_need_no_look_of_their_own(
        self, story: ReconcilerHarness
    ) -> None:
        key = story.apply(resource(desired(settings=SETTINGS), finalizers=()))
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "create_job", "patch_settings", "start_job", "list_jobs"]
        assert story.condition(key, "Ready")[0] == "True"
        await story.run_until(key, minutes(60))
        assert story.graph.writes == ["create_job", "patch_settings", "start_job"]

    async def test_are_sent_with_all_others_and_seen_before_they_are_told(self, story: ReconcilerHarness) -> None:
        key = held(story, job_with(LookaheadQueryEnabled="True", Domain=None, Other="1"), settings=SETTINGS)
        await story.run(key)
        assert story.graph.patched == [{LOOKAHEAD: "False", "Domain": None, "Other": "1"}]
        assert story.graph.calls == ["list_jobs", "patch_settings", "list_jobs"]
        assert story.told.reasons == ["SettingsApplied"]
        assert story.told.events[0].message == f'Set LookaheadQueryEnabled to "False" in job {JOB}.'
        assert story.condition(key, "Applied") == ("True", "Applied")
        await story.run_until(key, minutes(60))
        assert len(story.graph.patched) == 1

    async def test_of_others_are_sent_back_as_they_were_read(self, story: ReconcilerHarness) -> None:
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
        key = held(story, job, settings=(*SETTINGS, ("New", "1")))
        await story.run(key)
        assert story.graph.sent_settings == [
            [{**ours, "value": "False"}, *others, {"name": "New", "value": "1"}],
        ]
        assert story.condition(key, "Applied") == ("True", "Applied")

    async def test_that_the_answer_to_the_create_leaves_out_are_read_first(
        self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        original = story.graph.create_job

        async def create_without_settings(*args: str) -> RemoteJob:
            job = await original(*args)
            story.graph.add(RemoteJob(job.id, {**job.raw, "synchronizationJobSettings": [{"name": "A", "value": "1"}]}))
            return RemoteJob(
                job.id, {name: value for name, value in job.raw.items() if name != "synchronizationJobSettings"}
            )

        monkeypatch.setattr(story.graph, "create_job", create_without_settings)  # as the reference page has it
        key = story.apply(resource(desired(settings=SETTINGS), finalizers=()))
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "create_job", "get_job", "patch_settings", "start_job", "list_jobs"]
        assert story.graph.patched == [{"A": "1", LOOKAHEAD: "False"}]

    async def test_that_somebody_changed_are_put_right_and_told_as_drift(self, story: ReconcilerHarness) -> None:
        key = held(story, job_with(LookaheadQueryEnabled="False"), settings=SETTINGS)
        await story.run(key)
        story.graph.add(job_with(LookaheadQueryEnabled="True"))
        await story.run(key)
        assert story.told.reasons == ["DriftCorrected"]
        assert "A change from outside this resource was undone" in story.told.events[0].message
        drift = story.status(key)["lastDrift"]
        assert drift["differences"] == [{"field": f"settings[{LOOKAHEAD}]", "wanted": "False", "found": "True"}]

    async def test_that_are_changed_again_are_put_right_again_at_once(self, story: ReconcilerHarness) -> None:
        key = held(story, job_with(LookaheadQueryEnabled="True"), settings=SETTINGS)
        for _ in range(3):
            story.graph.add(job_with(LookaheadQueryEnabled="True"))
            await story.run(key)
        assert len(story.graph.patched) == 3
        assert story.condition(key, "Applied") == ("True", "Applied")

    async def test_that_do_not_show_yet_are_waited_for_and_not_sent_again(self, story: ReconcilerHarness) -> None:
        key = held(story, job_with(LookaheadQueryEnabled="True"), settings=SETTINGS)
        story.graph.is_stale = True
        await story.run_until(key, minutes(10))
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert len(story.graph.patched) == 1
        story.graph.add(job_with(LookaheadQueryEnabled="False"))
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert story.told.reasons == ["SettingsApplied"]

    async def test_that_graph_ignores_are_a_persons_turn_and_sent_once(self, story: ReconcilerHarness) -> None:
        key = held(story, job_with(Other="1"), settings=(("NoSuchSetting", "1"),))
        story.graph.ignored_settings = {"NoSuchSetting"}
        await story.run_until(key, minutes(60))
        assert story.condition(key, "Stalled") == ("True", "SettingsNotTaken")
        assert story.condition(key, "Ready") == ("False", "SettingsNotTaken")
        assert "NoSuchSetting" in str(story.status(key)["conditions"])
        assert len(story.graph.patched) == 1
        assert story.told.reasons == ["SettingsApplied", "SettingsNotTaken"]
        story.restart()
        await story.run_until(key, minutes(60))
        assert len(story.graph.patched) == 1
        story.edit(key)
        await story.run(key)
        assert len(story.graph.patched) == 2

    async def test_that_are_refused_are_told_and_sent_again(self, story: ReconcilerHarness) -> None:
        key = held(story, job_with(), settings=SETTINGS)
        story.clock.move(minutes(6))
        story.graph.fail("patch_settings", refused(400))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "RequestRefused")
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "True"

    @pytest.mark.parametrize("status", [401, 403])
    async def test_that_we_may_not_set_are_told_so_after_a_while(self, story: ReconcilerHarness, status: int) -> None:
        key = held(story, job_with(), settings=SETTINGS)
        story.graph.fail("patch_settings", replicating(status), times=100)
        await story.run(key)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await story.run_until(key, minutes(6))
        assert story.condition(key, "Stalled") == ("True", "PermissionMissing")

    async def test_whose_answer_was_lost_are_looked_at_before_they_are_sent_again(
        self, story: ReconcilerHarness
    ) -> None:
        key = held(story, job_with(), settings=SETTINGS)
        story.graph.fail("patch_settings", LOST, is_done=True)
        assert (await story.run(key)).is_failure
        await story.run(key)
        assert len(story.graph.patched) == 1
        assert story.condition(key, "Ready")[0] == "True"


class TestAnInterval:
    async def test_is_asked_for_once_and_told_honestly(self, story: ReconcilerHarness) -> None:
        key = held(story, remote_job(), interval="PT20M")
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "patch_interval", "list_jobs"]
        assert story.status(key)["interval"]["requested"] == "PT20M"
        assert story.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")
        assert story.condition(key, "Ready") == ("True", "Healthy")
        story.restart()
        await story.run_until(key, minutes(60))
        assert story.graph.writes == ["patch_interval"]
        assert story.told.reasons == []

    async def test_that_graph_takes_needs_no_condition(self, story: ReconcilerHarness) -> None:
        story.graph.takes_interval = True
        key = held(story, remote_job(), interval="PT20M")
        await story.run(key)
        assert story.condition(key, "ScheduleApplied") == ("", "")
        assert story.status(key)["job"]["schedule"]["interval"] == "PT20M"

    @pytest.mark.parametrize(
        "error", [refused(400), replicating(401), replicating(403), refused(405), refused(410), refused(422)]
    )
    async def test_that_is_refused_is_not_configurable_and_stalls_nothing(
        self, story: ReconcilerHarness, error: Refused
    ) -> None:
        key = held(story, remote_job(), interval="PT20M")
        story.graph.fail("patch_interval", error, times=9)
        await story.run_until(key, minutes(60))
        assert story.graph.writes == ["patch_interval"]
        assert story.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert story.condition(key, "Stalled") == ("", "")
        assert f"(it answered {error.answer.status} Denied: No.)" in str(story.status(key)["conditions"])

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
    async def test_that_got_no_such_answer_is_asked_for_once_more_and_harms_nothing(
        self, story: ReconcilerHarness, error: Exception, words: str
    ) -> None:
        key = held(story, remote_job(), interval="PT20M")
        story.graph.fail("patch_interval", error, times=99)
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert story.condition(key, "ScheduleApplied") == ("", "")
        await story.run_until(key, minutes(70))
        assert story.graph.writes == ["patch_interval", "patch_interval"]
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert story.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")
        assert words in story.message(key, "ScheduleApplied")
        story.restart()
        await story.run_until(key, minutes(70))
        assert len(story.graph.writes) == 2

    @pytest.mark.parametrize("error", [LOST, failed(503), replicating(404), conflicting()])
    async def test_that_is_taken_at_the_second_time_needs_no_condition(
        self, story: ReconcilerHarness, error: Exception
    ) -> None:
        story.graph.takes_interval = True
        key = held(story, remote_job(), interval="PT20M")
        story.graph.fail("patch_interval", error)
        await story.run_until(key, minutes(10))
        assert story.graph.writes == ["patch_interval", "patch_interval"]
        assert story.status(key)["job"]["schedule"]["interval"] == "PT20M"
        assert story.condition(key, "ScheduleApplied") == ("", "")

    async def test_whose_answer_was_lost_though_graph_took_it_is_not_asked_for_again(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.takes_interval = True
        key = held(story, remote_job(), interval="PT20M")
        story.graph.fail("patch_interval", LOST, is_done=True)
        await story.run_until(key, minutes(10))
        assert story.graph.writes == ["patch_interval"]

    @pytest.mark.parametrize("status", [404, 409])
    async def test_of_a_job_that_is_long_known_takes_any_refusal_for_an_answer(
        self, story: ReconcilerHarness, status: int
    ) -> None:
        key = held(story, remote_job(), interval="PT20M")
        story.graph.fail("patch_interval", THROTTLED)
        await story.run(key)
        story.graph.fail("patch_interval", replicating(status) if status == 404 else conflicting(), times=9)
        story.clock.move(minutes(6))
        await story.run_until(key, minutes(60))
        assert story.graph.writes == ["patch_interval", "patch_interval"]
        assert f"(it answered {status} Denied: No.)" in story.message(key, "ScheduleApplied")

    async def test_that_is_throttled_is_asked_for_until_there_is_an_answer(self, story: ReconcilerHarness) -> None:
        key = held(story, remote_job(), interval="PT20M")
        story.graph.fail("patch_interval", THROTTLED, times=4)
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        await story.run_until(key, minutes(60))
        assert len(story.graph.writes) == 5
        assert story.condition(key, "ScheduleApplied") == ("False", "NotConfigurable")

    async def test_is_asked_for_again_when_the_field_changes_and_forgotten_when_it_goes(
        self, story: ReconcilerHarness
    ) -> None:
        key = held(story, remote_job(), interval="PT20M")
        await story.run(key)
        story.edit(key, desired=desired(interval="PT30M"))
        await story.run(key)
        assert story.graph.writes == ["patch_interval", "patch_interval"]
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.condition(key, "ScheduleApplied") == ("", "")
        assert "interval" not in story.status(key)
        assert len(story.graph.writes) == 2

    async def test_does_not_hold_up_the_start_of_a_new_job(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource(desired(interval="PT20M"), finalizers=()))
        story.graph.fail("patch_interval", DOWN, times=9)
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job", "patch_interval"]
