"""The story of spec.application: what is asked of Graph, in which order, and what a failure at each point leaves."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.job.application import ApplicationSpec
from entrasync.api.names import ABANDON_ANNOTATION, FOREIGN_SECRET_ANNOTATION
from entrasync.api.policies import DeletionPolicy, ManagementPolicy, ScheduleState
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.facts import (
    JOB,
    NOW,
    application,
    desired,
    holder,
    minutes,
    quarantined_job,
    remote_job,
    resource,
)
from tests.support.fake_graph import Failure
from tests.support.reconciler_harness import ReconcilerHarness

LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Down.")
SECRET = ObjectKey("identity", "scim")
CREDENTIALS = application("BaseAddress=https://scim", "SecretToken<scim.token")
POLL = timedelta(minutes=5)
HOUR = timedelta(hours=1, minutes=1)
UNTIL_SURE = timedelta(seconds=75)
"""Until a key that does not show counts as lost."""


def refused(code: str = "InvalidCredentials", words: str = "The target said no.", status: int = 400) -> Refused:
    return Refused(Reason.REQUEST_REFUSED, words, answer=GraphAnswer(status, code, words, "req"))


@pytest.fixture
def story() -> ReconcilerHarness:
    story = ReconcilerHarness()
    story.secrets.put(SECRET, token="s3cret")
    return story


def fresh(story: ReconcilerHarness, spec: ApplicationSpec = CREDENTIALS, **wish: Any) -> ObjectKey:
    return story.apply(resource(desired(application=spec, **wish), finalizers=()))


async def settled(story: ReconcilerHarness, spec: ApplicationSpec = CREDENTIALS, **wish: Any) -> ObjectKey:
    """A job we made, with its secrets saved, that runs; no call counted so far."""
    key = fresh(story, spec, **wish)
    await story.run(key)
    story.graph.add(remote_job(story.server.stored[key].held_job_id or JOB))
    await story.run(key)
    story.graph.calls.clear()
    story.graph.put.clear()
    story.graph.tried.clear()
    story.told.events.clear()
    return key


async def later(story: ReconcilerHarness, key: ObjectKey, delay: timedelta = POLL) -> None:
    story.clock.move(delay)
    await story.run(key)


class TestCreate:
    FULL = application(
        "BaseAddress=https://scim",
        "SecretToken<scim.token",
        scope="AssignedOnly",
        notifications={"recipients": ["iam@example.com"]},
    )

    async def test_tries_saves_once_and_looks_before_it_starts(self, story: ReconcilerHarness) -> None:
        key = fresh(story, self.FULL)
        await story.run(key)
        assert story.graph.calls == [
            "list_jobs",
            "create_job",
            "list_secrets",
            "validate_credentials",
            "put_secrets",
            "list_secrets",
            "start_job",
            "list_jobs",
        ]
        [put] = story.graph.put
        assert set(put) == {"BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"}
        assert story.graph.tried == [{"BaseAddress": "https://scim", "SecretToken": "s3cret"}]
        assert story.condition(key, "Ready") == ("True", "NotRunYet")
        assert story.condition(key, "CredentialsValid") == ("True", "Validated")
        assert story.told.reasons == ["JobCreated", "SecretsSaved", "JobStarted"]

    async def test_remembers_names_and_versions_and_no_value(self, story: ReconcilerHarness) -> None:
        key = fresh(story, self.FULL)
        await story.run(key)
        record = story.status(key)["application"]
        assert record["keys"] == ["BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"]
        assert record["sources"] == [{"name": "scim", "uid": "uid-of-scim-1", "resourceVersion": "1"}]
        assert record["scopeInForce"] == "AssignedOnly"
        assert "s3cret" not in json.dumps(story.server.patches) + str(story.told.events)

    async def test_needs_no_restart_for_its_scope(self, story: ReconcilerHarness) -> None:
        key = fresh(story, application(scope="All"))
        await story.run_until(key, timedelta(hours=3))
        assert story.graph.restarts == []

    async def test_a_second_pass_costs_nothing(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        writes = list(story.server.writes)
        for _ in range(5):
            await later(story, key)
        assert story.graph.calls == ["list_jobs"] * 5
        assert story.server.writes == writes

    async def test_that_was_paused_is_not_started(self, story: ReconcilerHarness) -> None:
        key = fresh(story, schedule_state=ScheduleState.PAUSED)
        await story.run(key)
        assert "put_secrets" in story.graph.calls
        assert "start_job" not in story.graph.calls

    async def test_has_no_secret_at_hand_and_waits_with_the_start(self, story: ReconcilerHarness) -> None:
        story.secrets.remove(SECRET)
        key = fresh(story)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "create_job"]
        assert story.condition(key, "Stalled") == ("True", "SecretUnreadable")
        message = story.message(key, "Stalled")
        assert "There is no Secret identity/scim" in message
        assert "takes SecretToken from it" in message
        story.secrets.put(SECRET, token="s3cret")
        await later(story, key)
        assert story.graph.writes == ["create_job", "put_secrets", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"


class TestUnreadableSecrets:
    @pytest.mark.parametrize(
        ("data", "words"),
        [({"other": "x"}, "has no key token"), ({"token": ""}, "is empty")],
    )
    async def test_say_which_key_is_wrong(self, story: ReconcilerHarness, data: dict[str, str], words: str) -> None:
        story.secrets.put(SECRET, **data)
        key = fresh(story)
        await story.run(key)
        assert words in story.message(key, "Stalled")

    async def test_that_may_not_be_read_say_which_right_is_missing(self, story: ReconcilerHarness) -> None:
        story.secrets.forbidden.add("identity")
        key = fresh(story)
        await story.run(key)
        assert "lacks the right get" in story.message(key, "Stalled")

    async def test_do_not_stop_the_mirror(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.remove(SECRET)
        job_id = story.server.stored[key].held_job_id or ""
        story.graph.add(remote_job(job_id, countSuccessiveCompleteFailures=7))
        await later(story, key)
        assert story.condition(key, "Stalled") == ("True", "SecretUnreadable")
        assert story.status(key)["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 7
        assert story.graph.writes == []


class TestRotation:
    async def test_a_new_value_is_tried_and_saved_alone(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="n3w")
        await later(story, key)
        assert story.graph.tried == [{"BaseAddress": "https://scim", "SecretToken": "n3w"}]
        assert story.graph.put == [{"SecretToken": "n3w"}]
        assert story.status(key)["application"]["sources"][0]["resourceVersion"] == "2"
        assert story.told.reasons == ["SecretsSaved"]

    async def test_an_equal_value_is_not_sent_and_the_version_is_noted(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="s3cret")
        await later(story, key)
        assert story.graph.put == []
        assert story.graph.tried == []
        assert story.status(key)["application"]["sources"][0]["resourceVersion"] == "2"

    async def test_after_a_restart_the_same_version_is_not_sent(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.restart()
        await later(story, key)
        assert story.graph.calls == ["list_jobs"]

    async def test_after_a_restart_an_equal_value_of_the_known_version_is_known_again(
        self, story: ReconcilerHarness
    ) -> None:
        key = await settled(story)
        story.restart()
        await later(story, key)
        story.secrets.put(SECRET, token="s3cret")
        await later(story, key)
        assert story.graph.put == []

    async def test_after_a_restart_a_new_version_costs_one_save(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.restart()
        story.secrets.put(SECRET, token="s3cret")
        await later(story, key)
        await later(story, key)
        assert story.graph.put == [{"SecretToken": "s3cret"}]

    async def test_a_lost_answer_is_sent_again(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="n3w")
        story.graph.fail("put_secrets", LOST)
        await later(story, key)
        assert story.condition(key, "Reconciling")[0] == "True"
        await later(story, key)
        assert story.graph.secrets["SecretToken"] == "n3w"
        assert story.condition(key, "Ready")[0] == "True"

    async def test_a_value_that_came_back_after_a_lost_answer_is_sent(self, story: ReconcilerHarness) -> None:
        """Graph may have taken the one between: nothing is known of a masked value any more."""
        key = await settled(story)
        story.secrets.put(SECRET, token="n3w")
        story.graph.fail("put_secrets", LOST, is_done=True)
        await later(story, key, timedelta(seconds=1))
        story.secrets.put(SECRET, token="s3cret")
        await later(story, key)
        assert story.graph.secrets["SecretToken"] == "s3cret"


class TestWhatGraphShows:
    SPEC = application("BaseAddress=https://scim/", "SecretToken<scim.token")

    async def test_in_a_form_of_its_own_is_not_sent_for_ever(self, story: ReconcilerHarness) -> None:
        story.graph.store = lambda entries: {name: value.rstrip("/") for name, value in entries.items()}
        key = fresh(story, self.SPEC)
        await story.run_until(key, timedelta(hours=5))
        assert len(story.graph.put) == 1
        assert story.condition(key, "Ready")[0] == "True"
        story.graph.secrets["BaseAddress"] = "https://evil"
        await later(story, key, HOUR)
        assert story.graph.secrets["BaseAddress"] == "https://scim"

    async def test_late_is_waited_for_and_not_sent_again(self, story: ReconcilerHarness) -> None:
        story.graph.store = lambda entries: {}
        key = fresh(story, self.SPEC)
        outcome = await story.run(key)
        assert outcome.look_again == timedelta(seconds=15)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert "Graph took BaseAddress, SecretToken" in story.message(key, "Ready")
        assert "start_job" not in story.graph.calls
        await story.run_until(key, minutes(10))
        assert len(story.graph.put) == 1
        story.graph.secrets |= story.graph.put[0]
        await later(story, key)
        assert story.condition(key, "Ready")[0] == "True"
        assert story.graph.writes == ["create_job", "put_secrets", "start_job"]

    async def test_not_at_all_is_sent_again_after_the_bound(self, story: ReconcilerHarness) -> None:
        story.graph.store = lambda entries: {}
        key = fresh(story, self.SPEC)
        await story.run_until(key, minutes(34))
        assert len(story.graph.put) == 3


class TestWhatGraphMasks:
    """Which keys those are stands nowhere (graph-facts): any may be."""

    @pytest.mark.parametrize(
        ("key", "spec"), [("SyncAll", application(scope="All")), ("SkipOutOfScopeDeletions", application(skip="Skip"))]
    )
    async def test_of_a_field_of_its_own_is_saved_once(
        self, story: ReconcilerHarness, key: str, spec: ApplicationSpec
    ) -> None:
        story.graph.masked.add(key)
        story.graph.add(remote_job())
        name = story.apply(holder(wish=desired(application=spec)))
        await story.run_until(name, timedelta(hours=2))
        assert len(story.graph.put) == 1
        assert len(story.graph.restarts) <= 1
        assert story.condition(name, "Ready")[0] == "True"
        story.restart()
        await story.run_until(name, timedelta(hours=2))
        assert len(story.graph.put) == 1

    async def test_is_no_difference_to_an_observer(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        story.graph.secrets = {"BaseAddress": "https://scim", "SecretToken": "s3cret"}
        wish = desired(application=CREDENTIALS, management_policy=ManagementPolicy.OBSERVE)
        key = story.apply(holder(wish=wish))
        await story.run(key)
        assert story.condition(key, "Drifted")[0] == "False"


class TestNotificationSettings:
    SPEC = application(scope="All", accidentalDeletions={"threshold": 500})
    OTHERS = json.dumps({"Enabled": True, "Recipients": "x@y.z", "HumanResourcesLookaheadQueryEnabled": True})

    @pytest.mark.parametrize(("found", "is_masked"), [(OTHERS, True), ('{"Enabled":true,', False), ("[1]", False)])
    async def test_of_others_that_cannot_be_read_are_not_overwritten(
        self, story: ReconcilerHarness, found: str, is_masked: bool
    ) -> None:
        story.graph.masked |= {"SyncNotificationSettings"} if is_masked else set()
        story.graph.secrets["SyncNotificationSettings"] = found
        story.graph.add(remote_job())
        key = story.apply(holder(wish=desired(application=self.SPEC)))
        await story.run_until(key, timedelta(hours=2))
        assert story.graph.put == [{"SyncAll": "true"}]
        assert story.condition(key, "Stalled") == ("True", "SettingsUnreadable")
        assert "SyncNotificationSettings" in story.message(key, "Stalled")
        story.graph.masked.clear()
        story.graph.secrets["SyncNotificationSettings"] = self.OTHERS
        await later(story, key)
        assert json.loads(story.graph.secrets["SyncNotificationSettings"])["DeleteThresholdValue"] == 500
        assert json.loads(story.graph.secrets["SyncNotificationSettings"])["Recipients"] == "x@y.z"
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_ours_that_graph_masks_are_saved_once(self, story: ReconcilerHarness) -> None:
        story.graph.masked.add("SyncNotificationSettings")
        story.graph.add(remote_job())
        key = story.apply(holder(wish=desired(application=self.SPEC)))
        await story.run_until(key, timedelta(hours=2))
        assert len(story.graph.put) == 1
        assert story.condition(key, "Ready")[0] == "True"


class TestRefusedCredentials:
    async def test_leave_what_graph_has(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused())
        await later(story, key)
        assert story.graph.put == []
        assert story.graph.secrets["SecretToken"] == "s3cret"
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "InvalidCredentials: The target said no" in story.message(key, "CredentialsValid")
        assert story.condition(key, "Ready") == ("False", "ValidationFailed")
        assert story.told.reasons == ["ValidationFailed"]

    async def test_keep_a_new_job_from_being_started(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("validate_credentials", refused())
        await story.run(key)
        assert story.graph.writes == ["create_job"]
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_are_tried_again_slowly(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused(), times=9)
        await story.run_until(key, minutes(44))
        assert story.graph.calls.count("validate_credentials") == 3
        assert story.told.reasons == ["ValidationFailed"]

    async def test_are_tried_at_once_when_the_secret_changes(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused())
        await later(story, key)
        story.secrets.put(SECRET, token="right")
        await later(story, key, timedelta(seconds=1))
        assert story.graph.secrets["SecretToken"] == "right"
        assert story.condition(key, "CredentialsValid") == ("True", "Validated")

    async def test_are_tried_at_once_when_the_spec_changes(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused())
        await later(story, key)
        never = application("BaseAddress=https://scim", "SecretToken<scim.token", validation="Never")
        story.edit(key, desired=desired(application=never))
        await story.run(key)
        assert story.graph.secrets["SecretToken"] == "wrong"
        assert story.condition(key, "CredentialsValid") == ("Unknown", "NotValidated")

    async def test_hold_back_nothing_that_has_a_field_of_its_own(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused(), times=9)
        entries = ("BaseAddress=https://scim", "SecretToken<scim.token")
        wish = desired(application=application(*entries, scope="AssignedOnly", accidentalDeletions={"threshold": 5}))
        story.edit(key, desired=wish)
        for _ in range(3):
            await later(story, key)
        [put] = story.graph.put
        assert put.keys() == {"SyncAll", "SyncNotificationSettings"}
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "None of them was saved" in story.message(key, "Ready")

    async def test_are_not_tried_again_by_an_operator_that_restarts(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused(), times=9)
        await later(story, key)
        for _ in range(3):
            story.restart()
            await later(story, key, timedelta(seconds=20))
        assert story.graph.calls.count("validate_credentials") == 1
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        story.restart()
        story.secrets.put(SECRET, token="right")
        story.graph.failures.clear()
        await later(story, key, timedelta(seconds=20))
        assert story.graph.secrets["SecretToken"] == "right"
        assert "refused" not in story.status(key)["application"]

    async def test_that_can_never_be_tried_are_tried_ever_more_slowly(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("validate_credentials", refused("CredentialValidationUnavailable"), times=999)
        await story.run_until(key, timedelta(hours=3))
        assert story.graph.calls.count("validate_credentials") <= 18
        story.secrets.put(SECRET, token="other")
        outcome = await story.run(key)
        assert outcome.look_again == minutes(1)

    async def test_that_could_not_be_tried_are_tried_again_soon(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("validate_credentials", refused("CredentialValidationUnavailable"))
        outcome = await story.run(key)
        assert outcome.look_again == minutes(1)
        assert story.condition(key, "Reconciling") == ("True", "ValidationUnavailable")
        await later(story, key, minutes(1))
        assert story.condition(key, "Ready")[0] == "True"

    async def test_are_no_reason_to_let_a_job_run_that_shall_rest(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused(), times=2)
        await later(story, key)
        story.edit(key, desired=desired(application=CREDENTIALS, schedule_state=ScheduleState.PAUSED))
        await story.run(key)
        assert story.graph.writes == ["pause_job"]
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_stay_known_while_the_job_is_not_shown(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused())
        await later(story, key)
        story.graph.hidden.add(story.server.stored[key].held_job_id or "")
        await later(story, key)
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")

    async def test_show_as_false_for_as_long_as_they_stand(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused())
        await later(story, key)
        await later(story, key)
        assert story.condition(key, "CredentialsValid")[0] == "False"


class TestDrift:
    SPEC = application("BaseAddress=https://scim", scope="All")

    async def test_is_looked_for_once_an_hour_and_put_right(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.SPEC)
        story.graph.secrets["BaseAddress"] = "https://evil"
        await story.run_until(key, timedelta(minutes=50))
        assert "list_secrets" not in story.graph.calls
        await story.run_until(key, timedelta(minutes=20))
        assert story.graph.secrets["BaseAddress"] == "https://scim"
        assert story.graph.calls.count("list_secrets") == 2
        assert story.told.reasons == ["DriftCorrected"]

    async def test_is_looked_for_in_the_hour_after_a_restart(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.SPEC)
        story.restart()
        await story.run_until(key, HOUR + minutes(5))
        assert story.graph.calls.count("list_secrets") == 1

    async def test_that_cannot_be_looked_for_is_no_fault(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.SPEC)
        story.graph.fail("list_secrets", DOWN)
        await later(story, key, HOUR)
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_one_key_names_that_key_only(self, story: ReconcilerHarness) -> None:
        """All of ours are sent then, for Graph may replace where it is expected to merge."""
        key = await settled(story, application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All"))
        del story.graph.secrets["BaseAddress"]
        await later(story, key, HOUR)
        assert story.told.events[-1].message.startswith("BaseAddress of service principal")
        fields = [entry["field"] for entry in story.status(key)["lastDrift"]["differences"]]
        assert fields == ["application.credentials[BaseAddress]"]

    @pytest.mark.parametrize(
        ("found", "fields"),
        [
            ({"DeleteThresholdEnabled": False}, ["application.accidentalDeletions"]),
            ({"Recipients": "e@v.il"}, ["application.notifications"]),
            (
                {"Enabled": False, "DeleteThresholdValue": 9},
                ["application.accidentalDeletions", "application.notifications"],
            ),
        ],
    )
    async def test_of_notification_settings_names_whose_they_are(
        self, story: ReconcilerHarness, found: dict[str, Any], fields: list[str]
    ) -> None:
        spec = application(accidentalDeletions={"threshold": 5}, notifications={"recipients": ["a@b.c"]})
        key = await settled(story, spec)
        name = "SyncNotificationSettings"
        story.graph.secrets[name] = json.dumps(json.loads(story.graph.secrets[name]) | found)
        await later(story, key, HOUR)
        assert [entry["field"] for entry in story.status(key)["lastDrift"]["differences"]] == fields

    async def test_is_shown_to_an_observer_and_left(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        story.graph.secrets["BaseAddress"] = "https://evil"
        key = story.apply(holder(wish=desired(application=self.SPEC, management_policy=ManagementPolicy.OBSERVE)))
        await story.run(key)
        for _ in range(3):
            await later(story, key)
            assert story.condition(key, "Drifted")[0] == "True"
        assert "save BaseAddress, SyncAll" in story.message(key, "Drifted")
        assert story.graph.writes == []
        assert story.graph.calls.count("list_secrets") == 1


class TestForeignSecrets:
    async def lose(self, story: ReconcilerHarness) -> ObjectKey:
        """Have a save take a secret of somebody else away."""
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        await later(story, key, HOUR)
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="n3w")
        await later(story, key)
        await story.run_until(key, UNTIL_SURE)
        story.graph.store = dict
        return key

    async def test_that_somebody_removes_while_nothing_can_be_written_are_no_matter(
        self, story: ReconcilerHarness
    ) -> None:
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        story.secrets.put(SECRET, token="n3w")
        story.graph.fail("put_secrets", DOWN)
        await later(story, key)
        del story.graph.secrets["UserName"]
        await later(story, key)
        assert story.graph.secrets["SecretToken"] == "n3w"
        assert story.condition(key, "ForeignSecretLost") == ("", "")

    async def test_that_stale_reads_do_not_show_are_looked_for_until_they_do(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        story.secrets.put(SECRET, token="n3w")
        stale = {"SecretToken": "*", "BaseAddress": "https://scim"}
        shown = iter([None, stale, stale, stale])
        story.graph.show = lambda secrets: next(shown, None) or secrets
        await later(story, key)
        assert story.condition(key, "ForeignSecretLost") == ("", "")
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert "does not show UserName" in story.message(key, "Ready")
        assert story.status(key)["application"]["unconfirmedKeys"] == ["UserName"]
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "ForeignSecretLost") == ("", "")
        assert story.condition(key, "Ready")[0] == "True"
        assert "unconfirmedKeys" not in story.status(key)["application"]

    async def test_that_do_not_show_hold_back_what_else_is_to_be_saved(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="n3w")
        await later(story, key)
        story.secrets.put(SECRET, token="n3wer")
        await later(story, key, timedelta(seconds=5))
        assert story.graph.put == [{"SecretToken": "n3w"}]

    async def test_that_show_again_need_no_person(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        story.graph.secrets["UserName"] = "somebody again"
        story.secrets.put(SECRET, token="third")
        await later(story, key)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
        await later(story, key)
        assert story.condition(key, "ForeignSecretLost") == ("", "")
        assert story.graph.secrets["SecretToken"] == "third"
        assert story.told.reasons.count("SecretWritesResumed") == 1

    async def test_that_one_stale_read_shows_again_stay_lost(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        shown = iter([{"SecretToken": "*", "BaseAddress": "https://scim", "UserName": "stale"}])
        story.graph.show = lambda secrets: next(shown, None) or secrets
        for _ in range(4):
            await later(story, key)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
        assert story.status(key)["application"]["lostKeys"] == ["UserName"]

    @pytest.mark.parametrize("is_answered", [True, False])
    async def test_that_vanish_are_noticed_over_a_crash(self, story: ReconcilerHarness, is_answered: bool) -> None:
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="n3w")
        if is_answered:
            story.graph.fail("list_secrets", DOWN, times=2)
            story.graph.failures["list_secrets"].appendleft(Failure(None))
        else:
            story.graph.fail("put_secrets", LOST, is_done=True)
        await later(story, key)
        story.restart()
        story.graph.failures.clear()
        await later(story, key)
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_that_stay_are_no_matter(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        story.secrets.put(SECRET, token="n3w")
        await later(story, key)
        assert story.graph.secrets["UserName"] == "somebody"
        assert story.condition(key, "ForeignSecretLost") == ("", "")

    async def test_that_vanish_are_told_by_name(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        assert story.condition(key, "ForeignSecretLost") == ("True", "ForeignSecretLost")
        assert story.condition(key, "Stalled") == ("True", "ForeignSecretLost")
        assert "UserName vanished" in story.message(key, "ForeignSecretLost")
        assert "somebody" not in str(story.status(key)["conditions"]).replace("somebody else", "")

    async def test_hold_back_all_writes_of_the_tenant_over_a_restart(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        story.restart()
        other = story.apply(
            resource(
                desired(application=CREDENTIALS, service_principal_id="bbbbbbbb-5b0e-4b57-9a43-1d1d6a3f8e02"),
                name="other",
                created_at=NOW,
            )
        )
        story.graph.put.clear()
        story.secrets.put(SECRET, token="third")
        for each in (key, other):
            await later(story, each)
            await later(story, each)
            assert story.condition(each, "Stalled") == ("True", "ForeignSecretLost")
        assert f"SynchronizationJob {key} says ForeignSecretLost" in story.message(other, "Stalled")
        assert story.graph.put == []

    async def test_are_written_again_once_a_person_has_looked(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        story.secrets.put(SECRET, token="third")
        await later(story, key)
        assert story.graph.secrets["SecretToken"] == "third"
        assert story.condition(key, "ForeignSecretLost") == ("", "")

    async def test_that_vanish_again_need_another_look(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        await later(story, key)
        story.graph.secrets["UserName"] = "again"
        await later(story, key, HOUR)
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="fourth")
        await later(story, key)
        await story.run_until(key, UNTIL_SURE)
        assert FOREIGN_SECRET_ANNOTATION not in story.server.stored[key].annotations
        assert story.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_are_looked_for_after_a_lost_answer_too(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.graph.secrets["UserName"] = "somebody"
        await later(story, key, HOUR)
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.graph.fail("put_secrets", LOST, is_done=True)
        story.secrets.put(SECRET, token="n3w")
        await later(story, key)
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_stay_told_while_the_resource_is_suspended(self, story: ReconcilerHarness) -> None:
        key = await self.lose(story)
        story.edit(key, desired=desired(application=CREDENTIALS, is_suspended=True))
        await story.run(key)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"


class TestWhatIsForbiddenMeanwhile:
    """To try credentials takes its time, and nothing is saved that was forbidden in it."""

    async def try_while(
        self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
    ) -> None:
        key = await settled(story)
        story.secrets.put(SECRET, token="n3w")

        async def validate(*_: object) -> None:
            happens()

        monkeypatch.setattr(story.graph, "validate_credentials", validate)
        with pytest.raises(ResourceChanged):
            await later(story, key)
        assert story.graph.put == []

    async def test_by_suspending_the_resource(self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        wish = desired(application=CREDENTIALS, is_suspended=True)
        await self.try_while(story, monkeypatch, lambda: story.edit(holder().key, desired=wish))

    async def test_by_only_observing_it(self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        wish = desired(application=CREDENTIALS, management_policy=ManagementPolicy.OBSERVE)
        await self.try_while(story, monkeypatch, lambda: story.edit(holder().key, desired=wish))

    async def test_by_a_loss_in_the_tenant(self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        carrier = holder(name="carrier", status={"conditions": [{"type": "ForeignSecretLost", "status": "True"}]})
        await self.try_while(story, monkeypatch, lambda: story.apply(carrier))


class TestScope:
    ASSIGNED, ALL = application(scope="AssignedOnly"), application(scope="All")

    async def change(self, story: ReconcilerHarness) -> ObjectKey:
        key = await settled(story, self.ASSIGNED)
        story.edit(key, desired=desired(application=self.ALL))
        return key

    async def test_that_changes_brings_one_restart_with_the_default_scopes(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        await story.run_until(key, timedelta(hours=3))
        assert story.graph.put == [{"SyncAll": "true"}]
        assert story.graph.restarts == [()]
        assert story.status(key)["application"]["scopeInForce"] == "All"
        assert "operation" not in story.status(key)
        assert "JobRestarted" in story.told.reasons

    async def test_is_written_down_as_due_before_it_is_saved(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("put_secrets", LOST, is_done=True)
        await story.run(key)
        assert story.status(key)["operation"]["action"] == "RestartJob"
        story.restart()
        await later(story, key)
        assert story.graph.restarts == [()]
        assert story.graph.put == [{"SyncAll": "true"}]

    async def test_that_surely_was_not_saved_leaves_nothing_due(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("put_secrets", refused())
        await story.run(key)
        assert "operation" not in story.status(key)

    async def test_is_restarted_again_when_the_answer_was_lost(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", LOST, is_done=True)
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "False"
        assert story.status(key)["operation"]["action"] == "RestartJob"
        story.restart()
        await later(story, key)
        await later(story, key)
        assert story.graph.restarts == [(), ()]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_whose_restart_is_never_answered_is_restarted_twice_and_no_more(
        self, story: ReconcilerHarness
    ) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", LOST, is_done=True, times=9)
        await story.run(key)
        assert story.status(key)["operation"]["tries"] == 1
        story.restart()
        for _ in range(6):
            await later(story, key)
        assert story.graph.restarts == [(), ()]
        assert story.told.reasons.count("RestartUnanswered") == 1
        assert story.condition(key, "Ready")[0] == "True"
        assert "operation" not in story.status(key)
        assert "scopeInForce" not in story.status(key)["application"]

    async def test_whose_restart_surely_did_not_happen_is_tried_until_it_does(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", DOWN, times=4)
        for _ in range(4):
            await later(story, key)
        assert "tries" not in story.status(key)["operation"]
        await later(story, key)
        assert story.graph.restarts == [()]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_that_changes_again_after_a_lost_answer_has_its_own_two_tries(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", LOST, is_done=True)
        await story.run(key)
        story.edit(key, desired=desired(application=self.ASSIGNED))
        story.graph.fail("restart_job", LOST, is_done=True)
        await later(story, key)
        assert story.status(key)["operation"]["tries"] == 1

    async def test_of_a_paused_job_waits_for_its_next_start(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.ASSIGNED)
        story.edit(key, desired=desired(application=self.ASSIGNED, schedule_state=ScheduleState.PAUSED))
        await story.run(key)
        story.edit(key, desired=desired(application=self.ALL, schedule_state=ScheduleState.PAUSED))
        await later(story, key)
        await later(story, key)
        assert story.graph.restarts == []
        assert story.condition(key, "Ready") == ("True", "Paused")
        story.edit(key, desired=desired(application=self.ALL, schedule_state=ScheduleState.ACTIVE))
        await later(story, key)
        assert story.graph.writes[-2:] == ["start_job", "restart_job"]

    async def test_that_goes_back_to_the_one_in_force_needs_no_restart(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.ASSIGNED)
        resting = desired(application=self.ASSIGNED, schedule_state=ScheduleState.PAUSED)
        for wish in (resting, replace(resting, application=self.ALL), resting, desired(application=self.ASSIGNED)):
            story.edit(key, desired=wish)
            await later(story, key)
        assert story.graph.writes[-1] == "start_job"
        assert story.graph.restarts == []
        assert "operation" not in story.status(key)

    async def test_that_somebody_changes_in_graph_is_restarted_for_when_put_right(
        self, story: ReconcilerHarness
    ) -> None:
        key = await settled(story, self.ASSIGNED)
        story.graph.secrets["SyncAll"] = "true"
        await later(story, key, HOUR)
        assert story.graph.restarts == [()]

    async def test_of_a_quarantined_job_waits_until_it_is_well(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        job_id = story.server.stored[key].held_job_id or ""
        story.graph.add(quarantined_job(job_id))
        await story.run(key)
        assert story.graph.restarts == []
        assert "would hide that, and waits" in story.message(key, "Stalled")
        story.graph.add(remote_job(job_id))
        await later(story, key)
        assert story.graph.restarts == [()]


class TestRemoval:
    async def test_of_an_entry_takes_it_out_of_graph(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await story.run(key)
        assert story.graph.put == [{"SecretToken": ""}]
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.told.reasons == ["SecretsRemoved"]

    async def test_of_what_graph_keeps_is_told_once_and_given_up(self, story: ReconcilerHarness) -> None:
        key = await settled(story, application("BaseAddress=https://scim", 'Domain={"domain":"x"}', "UserName=u"))
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        story.graph.fail("put_secrets", refused(), times=2)
        await story.run(key)
        await later(story, key)
        assert story.graph.put == [{"UserName": ""}]
        assert story.told.reasons == ["SecretsRemoved", "SecretNotRemovable"]
        assert "Graph does not remove Domain" in story.told.events[1].message
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_what_graph_keeps_without_a_word_is_tried_twice_and_told(self, story: ReconcilerHarness) -> None:
        key = await settled(story, application("BaseAddress=https://scim", 'Domain={"domain":"x"}', "UserName=u"))
        story.graph.store = lambda entries: {name: value for name, value in entries.items() if name != "Domain"}
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await story.run(key)
        assert [event.message for event in story.told.events] == ["Removed UserName from Graph."]
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await story.run_until(key, minutes(20))
        assert story.graph.put == [{"Domain": "", "UserName": ""}, {"Domain": ""}]
        assert story.told.reasons == ["SecretsRemoved", "SecretNotRemovable"]
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_that_a_stale_read_does_not_show_is_looked_at_again(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        stale = {"SecretToken": "*", "BaseAddress": "https://scim"}
        shown = iter([stale, stale, stale])
        story.graph.show = lambda secrets: next(shown, None) or secrets
        await story.run(key)
        assert story.told.reasons == []
        await story.run_until(key, minutes(2))
        assert story.graph.put == [{"SecretToken": ""}]
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.told.reasons == ["SecretsRemoved"]

    async def test_of_the_application_leaves_all_as_it_is(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.graph.writes == []
        assert "application" not in story.status(key)
        assert story.condition(key, "CredentialsValid") == ("", "")

    async def test_of_the_application_gives_up_what_is_known_of_it(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.edit(key, desired=desired())
        await story.run(key)
        story.edit(key, desired=desired(application=CREDENTIALS))
        await story.run(key)
        assert story.graph.put == [{"SecretToken": "s3cret"}]


class TestComingBack:
    """A resource that is deleted with Retain and applied again, within one process' life."""

    async def come_back(self, story: ReconcilerHarness) -> ObjectKey:
        key = await settled(story, deletion_policy=DeletionPolicy.RETAIN)
        story.edit(key, is_deleting=True)
        await story.run(key)
        return story.apply(resource(desired(application=CREDENTIALS), finalizers=(), uid="another"))

    async def test_sends_nothing_that_is_equal(self, story: ReconcilerHarness) -> None:
        key = await self.come_back(story)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "list_secrets"]
        assert story.status(key)["application"]["keys"] == ["BaseAddress", "SecretToken"]
        assert story.condition(key, "CredentialsValid") == ("True", "Validated")
        await later(story, key)
        assert story.graph.calls == ["list_jobs", "list_secrets", "list_jobs"]

    async def test_sends_what_has_changed(self, story: ReconcilerHarness) -> None:
        key = await self.come_back(story)
        story.secrets.put(SECRET, token="other")
        await story.run(key)
        assert story.graph.put == [{"SecretToken": "other"}]

    async def test_after_a_restart_sends_what_graph_does_not_show(self, story: ReconcilerHarness) -> None:
        key = await self.come_back(story)
        story.restart()
        await story.run(key)
        assert story.graph.put == [{"SecretToken": "s3cret"}]


class TestDeletion:
    REMOVE = application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All", onDelete="Remove")

    @pytest.mark.parametrize("policy", [None, DeletionPolicy.RETAIN, DeletionPolicy.PAUSE])
    async def test_removes_our_credentials_first_if_asked(
        self, story: ReconcilerHarness, policy: DeletionPolicy | None
    ) -> None:
        key = await settled(story, self.REMOVE, deletion_policy=policy)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.put == [{"BaseAddress": "", "SecretToken": ""}]
        assert story.graph.secrets == {"SyncAll": "true"}
        assert story.graph.writes[0] == "put_secrets"
        assert key not in story.server.stored

    async def test_keeps_them_if_not(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.writes == ["delete_job"]

    async def test_leaves_them_to_another_resource_that_carries_them_now(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        story.apply(resource(desired(application=CREDENTIALS), name="heir", created_at=NOW))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.writes == ["delete_job"]

    async def test_goes_on_where_graph_keeps_one(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        story.edit(key, is_deleting=True)
        story.graph.fail("put_secrets", refused(), times=3)
        await story.run(key)
        assert "SecretNotRemovable" in story.told.reasons
        assert key not in story.server.stored

    async def test_goes_on_where_the_service_principal_has_gone(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        story.clock.move(HOUR)
        story.graph.has_principal = False
        answer = GraphAnswer(404, "", "", "")
        story.graph.fail("list_secrets", PossiblyReplicating(refused(status=404), answer=answer))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored

    async def test_waits_for_a_person_if_it_took_a_foreign_secret_along(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        story.graph.secrets["UserName"] = "somebody"
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.edit(key, is_deleting=True)
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
        assert "UserName vanished" in story.message(key, "Stalled")
        assert "entrasync.io/abandon" in story.message(key, "Stalled")
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        await later(story, key)
        assert key not in story.server.stored

    async def test_does_not_lift_the_brake_that_nobody_has_looked_at(self, story: ReconcilerHarness) -> None:
        key = await TestForeignSecrets().lose(story)
        story.edit(key, desired=desired(application=CREDENTIALS, deletion_policy=DeletionPolicy.RETAIN))
        story.edit(key, is_deleting=True)
        await later(story, key)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "entrasync.io/abandon" in story.message(key, "Stalled")
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        await later(story, key)
        assert key not in story.server.stored

    async def test_removes_once_however_often_the_job_cannot_be_deleted(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        story.edit(key, is_deleting=True)
        story.graph.fail("delete_job", DOWN, times=5)
        for _ in range(5):
            await later(story, key)
        assert len(story.graph.put) == 1
        assert story.told.reasons.count("SecretsRemoved") == 1
        await later(story, key)
        assert key not in story.server.stored

    async def test_tells_what_graph_keeps_without_a_word_and_goes_on(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        story.graph.store = lambda entries: {name: value for name, value in entries.items() if name != "BaseAddress"}
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await later(story, key)
        assert "Graph does not remove BaseAddress" in [event.message.partition(":")[0] for event in story.told.events]
        assert key not in story.server.stored

    async def test_is_held_up_by_the_loss_of_another_resource(self, story: ReconcilerHarness) -> None:
        key = await settled(story, self.REMOVE)
        carrier = holder(name="carrier", status={"conditions": [{"type": "ForeignSecretLost", "status": "True"}]})
        story.apply(carrier)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "identity/carrier says ForeignSecretLost" in story.message(key, "Stalled")
        assert story.graph.put == []
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {ABANDON_ANNOTATION: "true"})
        await story.run(key)
        assert key not in story.server.stored


class TestASecondResource:
    async def test_is_mirrored_and_sends_nothing(self, story: ReconcilerHarness) -> None:
        await settled(story)
        story.graph.add(remote_job("scim.second", template="other"))
        second = story.apply(resource(desired(application=CREDENTIALS, template_id="other"), name="x", created_at=NOW))
        await later(story, second)
        assert story.condition(second, "Stalled") == ("True", "Conflict")
        assert story.status(second)["synchronizationStatus"]["code"] == "Active"
        assert story.graph.writes == []

    async def test_of_the_same_second_yields_to_who_has_saved_already(self, story: ReconcilerHarness) -> None:
        key = await settled(story)
        twin = resource(desired(application=CREDENTIALS, template_id="other"), name="a-twin")
        second = story.apply(replace(twin, created_at=story.server.stored[key].created_at))
        story.graph.add(remote_job("scim.second", template="other"))
        await later(story, second)
        assert story.condition(second, "Stalled") == ("True", "Conflict")
        await later(story, key)
        assert story.condition(key, "Ready")[0] == "True"


class TestHandingOver:
    """An older resource takes up `application` of the same service principal, and gives it up again."""

    THEIRS = application("BaseAddress=https://scim", "SecretToken<other.token")

    async def hand_over(self, story: ReconcilerHarness, *, is_seen: bool = True) -> tuple[ObjectKey, ObjectKey]:
        story.secrets.put(ObjectKey("identity", "other"), token="theirs")
        story.graph.templates = ("scim", "other")
        ours = story.apply(resource(desired(application=CREDENTIALS), name="ours", finalizers=(), created_at=NOW))
        await story.run(ours)
        wish = desired(template_id="other", deletion_policy=DeletionPolicy.RETAIN)
        older = story.apply(resource(wish, name="older", finalizers=()))
        await story.run(older)
        story.edit(older, desired=replace(wish, application=self.THEIRS))
        await later(story, older)
        assert story.graph.secrets["SecretToken"] == "theirs"
        if is_seen:
            await later(story, ours)
            assert story.condition(ours, "Stalled") == ("True", "Conflict")
            assert story.condition(ours, "CredentialsValid") == ("", "")
        return ours, older

    async def test_saves_ours_again_once_the_other_gives_it_up(self, story: ReconcilerHarness) -> None:
        ours, older = await self.hand_over(story)
        story.edit(older, desired=desired(template_id="other"))
        await later(story, older)
        await later(story, ours)
        assert story.graph.secrets["SecretToken"] == "s3cret"
        assert story.condition(ours, "Ready")[0] == "True"

    async def test_saves_ours_again_after_a_restart_too(self, story: ReconcilerHarness) -> None:
        ours, older = await self.hand_over(story)
        story.edit(older, is_deleting=True)
        await story.run(older)
        story.restart()
        await later(story, ours)
        assert story.graph.secrets["SecretToken"] == "s3cret"
        assert story.condition(ours, "Ready")[0] == "True"

    async def test_that_is_over_before_our_next_pass_is_put_right_within_the_hour(
        self, story: ReconcilerHarness
    ) -> None:
        ours, older = await self.hand_over(story, is_seen=False)
        story.edit(older, desired=desired(template_id="other"))
        await later(story, older)
        await later(story, ours, HOUR)
        assert story.graph.secrets["SecretToken"] == "s3cret"


class TestBeta:
    async def test_is_told_once_that_the_calls_will_go(self, story: ReconcilerHarness) -> None:
        story.graph.is_losing_secrets = True
        key = fresh(story)
        await story.run(key)
        story.secrets.put(SECRET, token="n3w")
        await later(story, key)
        assert len(story.graph.put) == 2
        story.restart()
        story.edit(key, desired=desired(application=CREDENTIALS, poll_interval=minutes(7)))
        story.secrets.put(SECRET, token="n3wer")
        await later(story, key)
        assert len(story.graph.put) == 3
        [event] = [event for event in story.told.events if event.reason == "SecretsDeprecated"]
        assert "2027-07-06" in event.message
        assert "v1.0" in event.message
