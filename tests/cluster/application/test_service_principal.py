"""Other settings of the service principal: scope, mails, deletion protection, and their drift."""

import json
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until

ALL, ASSIGNED = {"provisioningScope": "All"}, {"provisioningScope": "AssignedOnly"}
DEFAULT_SCOPE = ("Escrows", "QuarantineState", "Watermark")


@pytest.fixture
def principal(environment: OperatorEnvironment) -> str:
    return environment.simulator.create_service_principal().id


def adopt(environment: OperatorEnvironment, principal: str, **spec: Any) -> tuple[str, str]:
    """Have a running job of the portal adopted; return resource and job."""
    job = environment.simulator.create_job(principal, started=True).id
    return environment.apply_job(principal, **spec), job


def settings_in(environment: OperatorEnvironment, principal: str) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(environment.simulator.secrets(principal)["SyncNotificationSettings"])
    return settings


class TestFields:
    @pytest.mark.parametrize(
        ("application", "stored"),
        [
            (ALL, {"SyncAll": "true"}),
            (ASSIGNED, {"SyncAll": "false"}),
            ({"outOfScopeDeletions": "Skip"}, {"SkipOutOfScopeDeletions": "True"}),
            ({"outOfScopeDeletions": "Perform"}, {"SkipOutOfScopeDeletions": "False"}),
        ],
    )
    def test_each_field_is_stored_under_graphs_name(
        self, environment: OperatorEnvironment, principal: str, application: dict[str, str], stored: dict[str, str]
    ) -> None:
        found = environment.wait_ready(environment.apply_job(principal, application=application))
        assert environment.simulator.secrets(principal) == stored
        assert not condition(found, "CredentialsValid")

    def test_notifications_are_stored_with_their_recipients(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        recipients = ["iam@example.com", "ops@example.com"]
        name = environment.apply_job(principal, application={"notifications": {"recipients": recipients}})
        environment.wait_ready(name)
        assert settings_in(environment, principal) == {"Enabled": True, "Recipients": "iam@example.com,ops@example.com"}
        environment.change_job(name, application={"notifications": {"recipients": []}})
        environment.wait_ready(name)
        assert settings_in(environment, principal) == {"Enabled": False, "Recipients": ""}

    def test_accidental_deletions_are_stored_with_their_threshold(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        environment.wait_ready(
            environment.apply_job(principal, application={"accidentalDeletions": {"threshold": 500}})
        )
        assert settings_in(environment, principal) == {"DeleteThresholdEnabled": True, "DeleteThresholdValue": 500}

    def test_a_field_keeps_the_members_of_others_in_the_same_value(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        before = {"Enabled": True, "Recipients": "a@b.c", "HumanResourcesLookaheadQueryEnabled": True, "New": [1]}
        environment.simulator.set_secrets(principal, {"SyncNotificationSettings": json.dumps(before)})
        name = environment.apply_job(principal, application={"accidentalDeletions": {"threshold": 7}})
        environment.wait_ready(name)
        after = before | {"DeleteThresholdEnabled": True, "DeleteThresholdValue": 7}
        assert settings_in(environment, principal) == after
        environment.change_job(name, application={"notifications": {"recipients": ["x@y.z"]}})
        environment.wait_ready(name)
        assert settings_in(environment, principal) == after | {"Recipients": "x@y.z"}

    def test_a_field_that_graph_refuses_is_reported_in_graphs_words(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        error = {"code": "InvalidNotificationSettings", "message": "The threshold is beyond what this tenant may have."}
        environment.simulator.fault(
            "answer", operation="putSecrets", service_principal=principal, status=400, times=1, **error
        )
        name = environment.apply_job(principal, application={"accidentalDeletions": {"threshold": 500}})
        message = environment.wait_stalled(name, "RequestRefused")
        assert "InvalidNotificationSettings" in message
        assert "beyond what this tenant may have" in message
        assert environment.wait_ready(name)


class TestMaskedValues:
    def test_each_value_is_sent_once_to_a_graph_that_masks_all_of_them(
        self, own_environment: OperatorEnvironment
    ) -> None:
        environment = own_environment
        environment.simulator.switch(secrets_masked="all")
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal, application=ALL | {"accidentalDeletions": {"threshold": 5}})
        environment.wait_ready(name)
        environment.wait_polls(principal)
        assert environment.calls(principal).count("putSecrets") == 1
        assert environment.wait_ready(name)

    def test_masked_notification_settings_of_others_are_kept(self, own_environment: OperatorEnvironment) -> None:
        environment = own_environment
        principal = environment.simulator.create_service_principal().id
        environment.simulator.set_secrets(principal, {"SyncNotificationSettings": '{"Recipients":"a@b.c"}'})
        environment.simulator.switch(secrets_masked="all")
        name = environment.apply_job(principal, application={"accidentalDeletions": {"threshold": 5}})
        assert "SyncNotificationSettings" in environment.wait_stalled(name, "SettingsUnreadable")
        environment.simulator.switch(secrets_masked="sensitive")
        environment.wait_ready(name)
        assert settings_in(environment, principal)["Recipients"] == "a@b.c"


class TestDrift:
    def test_drift_is_corrected_within_the_hour_and_reported(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        name = environment.apply_job(principal, schedule={"state": "Paused"}, application=ALL)
        environment.wait_ready(name)
        environment.simulator.set_secrets(principal, {"SyncAll": "false"})
        reported = environment.wait_event(name, "DriftCorrected")
        assert "SyncAll of service principal" in reported["message"]
        assert environment.simulator.secrets(principal) == {"SyncAll": "true"}
        found = environment.wait(name, lambda found: "lastDrift" in found["status"], "the drift is remembered")
        assert found["status"]["lastDrift"]["differences"] == [{"field": "application.provisioningScope"}]

    def test_drift_of_an_observed_resource_is_shown_and_not_corrected(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        name, _ = adopt(environment, principal, managementPolicy="Observe", application=ALL)
        found = environment.wait_condition(name, "Drifted")
        assert "save SyncAll of the application" in condition(found, "Drifted")["message"]
        environment.wait_polls(principal)
        assert environment.writes(principal) == []
        assert environment.calls(principal).count("listSecrets") == 1


class TestNewScope:
    def test_a_new_scope_of_a_new_job_needs_no_restart(self, environment: OperatorEnvironment, principal: str) -> None:
        found = environment.wait_ready(environment.apply_job(principal, application=ALL))
        environment.wait_polls(principal)
        assert "restartJob" not in environment.calls(principal)
        assert found["status"]["application"]["scopeInForce"] == "All"

    def test_a_new_scope_of_a_running_job_restarts_it_once(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        name, job = adopt(environment, principal, application=ASSIGNED)
        until(lambda: len(environment.simulator.job(job).restarts) == 1, what="it is restarted")
        environment.wait_ready(name)
        environment.change_job(name, application=ALL)
        found = environment.wait_ready(name)
        environment.wait_polls(principal)
        assert [tuple(sorted(each.scope)) for each in environment.simulator.job(job).restarts] == [DEFAULT_SCOPE] * 2
        assert found["status"]["application"]["scopeInForce"] == "All"
        assert "operation" not in found["status"]
        environment.wait_events(name, "JobRestarted", times=2)

    def test_a_scope_that_is_in_force_already_restarts_nothing(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        environment.simulator.set_secrets(principal, {"SyncAll": "TRUE"})
        name, _ = adopt(environment, principal, application=ALL)
        environment.wait_ready(name)
        environment.wait_polls(principal)
        assert environment.writes(principal) == []

    @pytest.mark.parametrize("point", ["before", "after"])
    def test_a_new_scope_comes_into_force_although_the_answer_is_lost(
        self, environment: OperatorEnvironment, principal: str, point: str
    ) -> None:
        environment.simulator.fault("close", operation="restartJob", service_principal=principal, point=point, times=1)
        name, job = adopt(environment, principal, application=ALL)
        environment.wait_ready(name)
        environment.wait_polls(principal)
        assert len(environment.simulator.job(job).restarts) == (1 if point == "before" else 2)
        assert "operation" not in environment.job(name)["status"]

    def test_a_new_scope_waits_with_a_paused_job_for_its_next_start(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        name, job = adopt(environment, principal, schedule={"state": "Paused"})
        environment.wait_ready(name)
        environment.change_job(name, application=ALL)
        found = environment.wait_ready(name)
        assert found["status"]["operation"]["action"] == "RestartJob"
        environment.wait_polls(principal)
        assert environment.simulator.job(job).restarts == []
        environment.change_job(name, schedule={"state": "Active"})
        until(lambda: len(environment.simulator.job(job).restarts) == 1, what="it is restarted")
        assert "operation" not in environment.wait_ready(name)["status"]

    def test_a_new_scope_waits_for_the_end_of_a_quarantine_and_reports_it(
        self, environment: OperatorEnvironment, principal: str
    ) -> None:
        name, job = adopt(environment, principal)
        environment.wait_ready(name)
        environment.simulator.quarantine(job, "EncounteredQuarantineException")
        environment.wait_condition(name, "Quarantined")
        environment.change_job(name, application=ALL)
        found = environment.wait(
            name, lambda found: "waits" in condition(found, "Ready").get("message", ""), "it says that it waits"
        )
        assert "The restart that a new provisioning scope needs" in condition(found, "Ready")["message"]
        assert environment.simulator.job(job).restarts == []
        environment.simulator.act(job, "start")
        until(lambda: len(environment.simulator.job(job).restarts) == 1, what="it is restarted")
