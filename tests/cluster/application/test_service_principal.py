"""What else belongs to the service principal: scope, mails, protection, and drift of it all."""

import json
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until

ALL, ASSIGNED = {"provisioningScope": "All"}, {"provisioningScope": "AssignedOnly"}
DEFAULT_SCOPE = ("Escrows", "QuarantineState", "Watermark")


@pytest.fixture
def principal(place: OperatorEnvironment) -> str:
    return place.world.create_service_principal().id


def adopt(place: OperatorEnvironment, principal: str, **spec: Any) -> tuple[str, str]:
    """Have a job of the portal adopted that runs; returns resource and job."""
    job = place.world.create_job(principal, started=True).id
    return place.apply_job(principal, **spec), job


def settings_in(place: OperatorEnvironment, principal: str) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(place.world.secrets(principal)["SyncNotificationSettings"])
    return settings


class TestEachField:
    @pytest.mark.parametrize(
        ("application", "stored"),
        [
            (ALL, {"SyncAll": "true"}),
            (ASSIGNED, {"SyncAll": "false"}),
            ({"outOfScopeDeletions": "Skip"}, {"SkipOutOfScopeDeletions": "True"}),
            ({"outOfScopeDeletions": "Perform"}, {"SkipOutOfScopeDeletions": "False"}),
        ],
    )
    def test_is_stored_in_graphs_words(
        self, place: OperatorEnvironment, principal: str, application: dict[str, str], stored: dict[str, str]
    ) -> None:
        found = place.wait_ready(place.apply_job(principal, application=application))
        assert place.world.secrets(principal) == stored
        assert not condition(found, "CredentialsValid")

    def test_notifications_name_their_recipients(self, place: OperatorEnvironment, principal: str) -> None:
        recipients = ["iam@example.com", "ops@example.com"]
        name = place.apply_job(principal, application={"notifications": {"recipients": recipients}})
        place.wait_ready(name)
        assert settings_in(place, principal) == {"Enabled": True, "Recipients": "iam@example.com,ops@example.com"}
        place.change_job(name, application={"notifications": {"recipients": []}})
        place.wait_ready(name)
        assert settings_in(place, principal) == {"Enabled": False, "Recipients": ""}

    def test_accidental_deletions_have_a_threshold(self, place: OperatorEnvironment, principal: str) -> None:
        place.wait_ready(place.apply_job(principal, application={"accidentalDeletions": {"threshold": 500}}))
        assert settings_in(place, principal) == {"DeleteThresholdEnabled": True, "DeleteThresholdValue": 500}

    def test_keeps_what_is_not_its_own_in_the_same_value(self, place: OperatorEnvironment, principal: str) -> None:
        before = {"Enabled": True, "Recipients": "a@b.c", "HumanResourcesLookaheadQueryEnabled": True, "New": [1]}
        place.world.set_secrets(principal, {"SyncNotificationSettings": json.dumps(before)})
        name = place.apply_job(principal, application={"accidentalDeletions": {"threshold": 7}})
        place.wait_ready(name)
        after = before | {"DeleteThresholdEnabled": True, "DeleteThresholdValue": 7}
        assert settings_in(place, principal) == after
        place.change_job(name, application={"notifications": {"recipients": ["x@y.z"]}})
        place.wait_ready(name)
        assert settings_in(place, principal) == after | {"Recipients": "x@y.z"}

    def test_that_graph_refuses_is_told_in_its_words(self, place: OperatorEnvironment, principal: str) -> None:
        error = {"code": "InvalidNotificationSettings", "message": "The threshold is beyond what this tenant may have."}
        place.world.fault("answer", operation="putSecrets", service_principal=principal, status=400, times=1, **error)
        name = place.apply_job(principal, application={"accidentalDeletions": {"threshold": 500}})
        message = place.wait_stalled(name, "RequestRefused")
        assert "InvalidNotificationSettings" in message
        assert "beyond what this tenant may have" in message
        assert place.wait_ready(name)


class TestAGraphThatMasksAll:
    def test_is_told_each_value_once(self, own_place: OperatorEnvironment) -> None:
        place = own_place
        place.world.switch(secrets_masked="all")
        principal = place.world.create_service_principal().id
        name = place.apply_job(principal, application=ALL | {"accidentalDeletions": {"threshold": 5}})
        place.wait_ready(name)
        place.wait_polls(principal)
        assert place.calls(principal).count("putSecrets") == 1
        assert place.wait_ready(name)

    def test_keeps_what_others_have_put_into_the_mails(self, own_place: OperatorEnvironment) -> None:
        place = own_place
        principal = place.world.create_service_principal().id
        place.world.set_secrets(principal, {"SyncNotificationSettings": '{"Recipients":"a@b.c"}'})
        place.world.switch(secrets_masked="all")
        name = place.apply_job(principal, application={"accidentalDeletions": {"threshold": 5}})
        assert "SyncNotificationSettings" in place.wait_stalled(name, "SettingsUnreadable")
        place.world.switch(secrets_masked="sensitive")
        place.wait_ready(name)
        assert settings_in(place, principal)["Recipients"] == "a@b.c"


class TestDrift:
    def test_is_put_right_within_the_hour_and_told(self, place: OperatorEnvironment, principal: str) -> None:
        name = place.apply_job(principal, schedule={"state": "Paused"}, application=ALL)
        place.wait_ready(name)
        place.world.set_secrets(principal, {"SyncAll": "false"})
        told = place.wait_event(name, "DriftCorrected", within_seconds=20)
        assert "SyncAll of service principal" in told["message"]
        assert place.world.secrets(principal) == {"SyncAll": "true"}
        found = place.wait(name, lambda found: "lastDrift" in found["status"], "the drift is remembered")
        assert found["status"]["lastDrift"]["differences"] == [{"field": "application.provisioningScope"}]

    def test_is_only_shown_to_an_observer(self, place: OperatorEnvironment, principal: str) -> None:
        name, _ = adopt(place, principal, managementPolicy="Observe", application=ALL)
        found = place.wait_condition(name, "Drifted")
        assert "save SyncAll of the application" in condition(found, "Drifted")["message"]
        place.wait_polls(principal)
        assert place.writes(principal) == []
        assert place.calls(principal).count("listSecrets") == 1


class TestANewScope:
    def test_of_a_new_job_needs_no_restart(self, place: OperatorEnvironment, principal: str) -> None:
        found = place.wait_ready(place.apply_job(principal, application=ALL))
        place.wait_polls(principal)
        assert "restartJob" not in place.calls(principal)
        assert found["status"]["application"]["scopeInForce"] == "All"

    def test_of_a_job_that_runs_brings_one_restart(self, place: OperatorEnvironment, principal: str) -> None:
        name, job = adopt(place, principal, application=ASSIGNED)
        until(lambda: len(place.world.job(job).restarts) == 1, what="it is restarted")
        place.wait_ready(name)
        place.change_job(name, application=ALL)
        found = place.wait_ready(name)
        place.wait_polls(principal)
        assert [tuple(sorted(each.scope)) for each in place.world.job(job).restarts] == [DEFAULT_SCOPE] * 2
        assert found["status"]["application"]["scopeInForce"] == "All"
        assert "operation" not in found["status"]
        place.wait_told(name, "JobRestarted", times=2)

    def test_that_was_in_force_already_brings_none(self, place: OperatorEnvironment, principal: str) -> None:
        place.world.set_secrets(principal, {"SyncAll": "TRUE"})
        name, _ = adopt(place, principal, application=ALL)
        place.wait_ready(name)
        place.wait_polls(principal)
        assert place.writes(principal) == []

    @pytest.mark.parametrize("point", ["before", "after"])
    def test_is_brought_into_force_though_the_answer_is_lost(
        self, place: OperatorEnvironment, principal: str, point: str
    ) -> None:
        place.world.fault("close", operation="restartJob", service_principal=principal, point=point, times=1)
        name, job = adopt(place, principal, application=ALL)
        place.wait_ready(name)
        place.wait_polls(principal)
        assert len(place.world.job(job).restarts) == (1 if point == "before" else 2)
        assert "operation" not in place.job(name)["status"]

    def test_waits_with_a_paused_job_for_its_next_start(self, place: OperatorEnvironment, principal: str) -> None:
        name, job = adopt(place, principal, schedule={"state": "Paused"})
        place.wait_ready(name)
        place.change_job(name, application=ALL)
        found = place.wait_ready(name)
        assert found["status"]["operation"]["action"] == "RestartJob"
        place.wait_polls(principal)
        assert place.world.job(job).restarts == []
        place.change_job(name, schedule={"state": "Active"})
        until(lambda: len(place.world.job(job).restarts) == 1, what="it is restarted")
        assert "operation" not in place.wait_ready(name)["status"]

    def test_waits_for_the_end_of_a_quarantine_and_says_so(self, place: OperatorEnvironment, principal: str) -> None:
        name, job = adopt(place, principal)
        place.wait_ready(name)
        place.world.quarantine(job, "EncounteredQuarantineException")
        place.wait_condition(name, "Quarantined")
        place.change_job(name, application=ALL)
        found = place.wait(
            name, lambda found: "waits" in condition(found, "Ready").get("message", ""), "it says that it waits"
        )
        assert "The restart that a new provisioning scope needs" in condition(found, "Ready")["message"]
        assert place.world.job(job).restarts == []
        place.world.act(job, "start")
        until(lambda: len(place.world.job(job).restarts) == 1, what="it is restarted")
