"""Credentials of the target app: validated, saved once, and kept in step with their Secret."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from control_plane.audit import Request
from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator
from tests.support.polling import until
from tests.support.teams import Team

RARELY: dict[str, Any] = {"schedule": {"state": "Paused"}, "pollInterval": "24h"}
"""A time in which no poll is due: the next one is minutes away."""


@pytest.fixture(params=[False, True], ids=["merging", "replacing"], autouse=True)
def graph(request: pytest.FixtureRequest, environment: OperatorEnvironment) -> Iterator[None]:
    """Whether a PUT of secrets merges or replaces, which nobody knows for sure (graph-facts 5.3)."""
    environment.simulator.switch(secrets_put_replaces=request.param)
    yield
    environment.simulator.switch(secrets_put_replaces=False)


class TestNewCredentials:
    def test_new_credentials_are_validated_and_saved_before_the_job_is_started(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        found = environment.wait_ready(name)
        assert environment.calls(app.principal)[:8] == [
            "listJobs",
            "createJob",
            "listSecrets",
            "validateCredentials",
            "putSecrets",
            "listSecrets",
            "startJob",
            "listJobs",
        ]
        assert app.tries == [{"BaseAddress": URL, "SecretToken": app.token}]
        assert app.stored == {"BaseAddress": URL, "SecretToken": app.token}
        reported = condition(found, "CredentialsValid")
        assert (reported["status"], reported["reason"]) == ("True", "Validated")
        assert environment.wait_event(name, "SecretsSaved")["message"].startswith("Saved BaseAddress, SecretToken of")

    def test_the_status_records_the_names_and_versions_of_saved_credentials(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        found = environment.wait_ready(app.apply())
        secret = environment.cluster.get("v1", "secrets", app.secret, environment.namespace)["metadata"]
        record = found["status"]["application"]
        assert record["keys"] == ["BaseAddress", "SecretToken"]
        assert record["sources"] == [
            {"name": app.secret, "uid": secret["uid"], "resourceVersion": secret["resourceVersion"]}
        ]
        assert record["validated"] is True
        assert record["generation"] == 1

    def test_new_credentials_are_saved_without_validation_where_the_spec_says_never(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_target_app(app.principal, available=False)
        # If it ran, its first run would fail at once and it would not stay Ready.
        found = environment.wait_ready(app.apply(credentials={"validation": "Never"}, schedule={"state": "Paused"}))
        assert app.tries == []
        assert app.stored["SecretToken"] == app.token
        reported = condition(found, "CredentialsValid")
        assert (reported["status"], reported["reason"]) == ("Unknown", "NotValidated")
        assert "validation is Never" in reported["message"]

    def test_new_credentials_leave_the_secrets_of_others_in_graph(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_secrets(app.principal, {"UserName": "somebody", "Domain": '{"domain":"x"}'})
        environment.wait_ready(app.apply())
        others = {"UserName": "somebody", "Domain": '{"domain":"x"}'}
        assert app.stored == app.saves[0] == {"BaseAddress": URL, "SecretToken": app.token} | others
        assert len(app.saves) == 1

    def test_credentials_that_graph_already_shows_are_not_sent(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_secrets(app.principal, {"BaseAddress": URL})
        environment.wait_ready(app.apply())
        assert app.saves == [{"BaseAddress": URL, "SecretToken": app.token}]

    def test_saved_credentials_cost_an_idle_poll_no_call_and_no_write(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply(schedule={"state": "Paused"})
        environment.wait_ready(name)
        calls, position = len(environment.calls(app.principal)), environment.cluster.plane.audit_log.position()
        environment.wait_polls(app.principal)
        assert set(environment.calls(app.principal)[calls:]) == {"listJobs"}
        assert [write for write in environment.cluster.plane.audit_log.writes(position) if _is_ours(write, name)] == []


def _is_ours(write: Request, name: str) -> bool:
    return write.name == name and "entra-sync-operator" in write.user_agent


class TestMissingSecret:
    def test_a_missing_secret_is_named_in_the_status_while_the_mirror_goes_on(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.cluster.delete("v1", "secrets", app.secret, environment.namespace)
        name = app.apply()
        message = environment.wait_stalled(name, "SecretUnreadable")
        assert f"There is no Secret {environment.namespace}/{app.secret}" in message
        assert "SecretToken of spec.application.credentials needs it" in message
        [job] = environment.simulator.jobs(app.principal)
        assert job.starts == 0
        assert app.saves == []
        environment.simulator.act(job.id, "start")
        environment.wait(
            name, lambda found: found["status"]["job"]["schedule"]["state"] == "Active", "the start is mirrored"
        )
        assert environment.writes(app.principal) == ["createJob"]

    def test_a_secret_without_the_label_is_found_at_the_next_poll_after_its_creation(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.cluster.delete("v1", "secrets", app.secret, environment.namespace)
        name = app.apply()
        environment.wait_stalled(name, "SecretUnreadable")
        app.rotate()
        environment.wait_ready(name)
        assert app.stored["SecretToken"] == app.token

    def test_a_labelled_secret_is_found_at_once_after_its_creation(self, environment: OperatorEnvironment) -> None:
        app = ScimApp.register(environment)
        environment.cluster.delete("v1", "secrets", app.secret, environment.namespace)
        name = app.apply(**RARELY)
        environment.wait_stalled(name, "SecretUnreadable")
        environment.apply_secret(app.secret, {"token": app.token})
        until(lambda: app.stored.get("SecretToken") == app.token, what="the token is in Graph")
        assert environment.wait_ready(name)

    def test_a_secret_that_lacks_a_key_is_reported_with_the_key(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.apply_secret(app.secret, {"token": ""})
        message = environment.wait_stalled(app.apply(), "SecretUnreadable")
        assert f"Key token of Secret {environment.namespace}/{app.secret} is empty" in message
        entries = [{"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": app.secret, "key": "absent"}}}]
        other = environment.apply_job(
            environment.simulator.create_service_principal().id, application={"credentials": {"entries": entries}}
        )
        message = environment.wait_stalled(other, "SecretUnreadable")
        assert f"Secret {environment.namespace}/{app.secret} has no key absent" in message


class TestChangedSecret:
    def test_a_changed_secret_with_the_label_reaches_graph_within_seconds(
        self, environment: OperatorEnvironment
    ) -> None:
        app = ScimApp.register(environment)
        name = app.apply(**RARELY)
        environment.wait_ready(name)
        app.rotate()
        until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph")
        assert app.tries[-1] == {"BaseAddress": URL, "SecretToken": app.token}
        assert app.saves[1:] == [{"BaseAddress": URL, "SecretToken": app.token}]

    def test_a_changed_secret_with_an_equal_value_is_recorded_and_not_sent(
        self, environment: OperatorEnvironment
    ) -> None:
        app = ScimApp.register(environment)
        name = app.apply(**RARELY)
        before = environment.wait_ready(name)["status"]["application"]["sources"]
        environment.apply_secret(app.secret, {"token": app.token, "touched": "yes"})
        environment.wait(
            name, lambda found: found["status"]["application"]["sources"] != before, "its version is noted"
        )
        assert len(app.saves) == 1
        assert len(app.tries) == 1

    def test_a_changed_secret_after_a_restart_of_the_operator_costs_one_save(
        self, environment: OperatorEnvironment
    ) -> None:
        with open_second_operator(environment) as second:
            app = ScimApp.register(second)
            name = app.apply()
            before = second.wait_ready(name)["status"]["application"]["sources"]
            assert second.operator is not None
            assert second.operator.stop() == 0
            second.apply_secret(app.secret, {"token": app.token, "touched": "yes"})
            second.start_operator()
            second.wait(name, lambda found: found["status"]["application"]["sources"] != before, "its version is noted")
            second.wait_polls(app.principal)
            assert app.saves[1:] == [{"BaseAddress": URL, "SecretToken": app.token}]

    def test_an_unchanged_secret_costs_a_restarted_operator_nothing(self, environment: OperatorEnvironment) -> None:
        with open_second_operator(environment) as second:
            app = ScimApp.register(second)
            second.wait_ready(app.apply(schedule={"state": "Paused"}))
            assert second.operator is not None
            assert second.operator.stop() == 0
            calls = len(second.calls(app.principal))
            second.start_operator()
            second.wait_polls(app.principal)
            assert set(second.calls(app.principal)[calls:]) == {"listJobs"}


class TestRefusedCredentials:
    def test_refused_credentials_are_reported_in_graphs_words_and_not_saved(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        environment.wait_ready(name)
        good = app.token
        environment.simulator.set_target_app(app.principal, accepts={"SecretToken": [good]})
        app.rotate()
        message = environment.wait_stalled(name, "ValidationFailed")
        assert "None of them was saved" in message
        reported = condition(environment.wait_condition(name, "CredentialsValid", "False"), "CredentialsValid")
        assert reported["reason"] == "ValidationFailed"
        assert "InvalidCredentials" in reported["message"]
        assert app.stored["SecretToken"] == good
        assert environment.simulator.jobs(app.principal)[0].schedule_state == "Active"
        environment.wait_events(name, "ValidationFailed", times=1)

    def test_refused_credentials_are_validated_again_slowly(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_target_app(app.principal, accepts={"SecretToken": ["another"]})
        name = app.apply()
        environment.wait_stalled(name, "ValidationFailed")
        until(lambda: len(app.tries) >= 3, what="they are tried again")
        tried = [each.time for each in environment.simulator.credential_validations(app.principal)]
        # A pass counts from its begin, so a slow call before the first of two tries shortens their distance.
        assert all(after - before >= timedelta(minutes=15) / 2 for before, after in pairwise(tried))

    def test_refused_credentials_keep_a_new_job_from_being_started_until_they_are_corrected(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        good = app.new_token()
        environment.simulator.set_target_app(app.principal, accepts={"SecretToken": [good]})
        name = app.apply()
        environment.wait_stalled(name, "ValidationFailed")
        assert environment.writes(app.principal) == ["createJob", "validateCredentials"]
        app.rotate(good)
        environment.wait_ready(name)
        assert app.stored["SecretToken"] == good
        assert environment.simulator.jobs(app.principal)[0].starts == 1

    def test_refused_credentials_are_validated_at_once_when_the_spec_changes(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_target_app(app.principal, accepts={"BaseAddress": ["https://right"]})
        name = app.apply()
        environment.wait_stalled(name, "ValidationFailed")
        entries = [{"key": "BaseAddress", "value": "https://right"}, app.entries[1]]
        environment.change_job(name, application={"credentials": {"entries": entries}})
        environment.wait_ready(name)
        assert app.stored["BaseAddress"] == "https://right"

    def test_credentials_that_could_not_be_validated_are_validated_again(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_target_app(app.principal, available=False)
        name = app.apply()
        found = environment.wait_condition(name, "Reconciling", reason="ValidationUnavailable")
        assert "CredentialValidationUnavailable" in condition(found, "Ready")["message"]
        assert app.saves == []
        environment.simulator.set_target_app(app.principal, available=True)
        environment.wait_ready(name)
        assert app.stored["SecretToken"] == app.token


class TestRemovedEntry:
    def test_an_entry_removed_from_the_spec_is_removed_from_graph(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        environment.wait_ready(name)
        environment.change_job(name, application={"credentials": {"entries": app.entries[:1]}})
        found = environment.wait_ready(name)
        assert app.stored == {"BaseAddress": URL}
        assert found["status"]["application"]["keys"] == ["BaseAddress"]
        environment.wait_event(name, "SecretsRemoved")

    def test_an_entry_that_graph_does_not_remove_is_reported_once(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        environment.wait_ready(name)
        fault = environment.simulator.fault(
            "answer", operation="putSecrets", service_principal=app.principal, status=400, code="BadRequest"
        )
        environment.change_job(name, application={"credentials": {"entries": app.entries[:1]}})
        environment.wait_ready(name)
        reported = environment.wait_event(name, "SecretNotRemovable")
        assert "Graph does not remove SecretToken" in reported["message"]
        fault.remove()
        sent = environment.writes(app.principal).count("putSecrets")
        environment.wait_polls(app.principal)
        assert environment.writes(app.principal).count("putSecrets") == sent

    def test_a_removed_application_block_leaves_all_secrets_in_graph(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        environment.wait_ready(name)
        environment.change_job(name, application=None)
        environment.wait(name, lambda found: "application" not in found["status"], "it is forgotten")
        assert app.stored == {"BaseAddress": URL, "SecretToken": app.token}


class TestDeletedResource:
    def test_a_deleted_resource_leaves_its_credentials_in_graph(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        environment.wait_ready(name)
        environment.delete_job(name)
        environment.wait_gone(name)
        assert app.stored == {"BaseAddress": URL, "SecretToken": app.token}

    def test_a_deleted_resource_removes_its_credentials_before_its_job_if_the_spec_says_so(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        environment.simulator.set_secrets(app.principal, {"UserName": "somebody"})
        name = app.apply(credentials={"onDelete": "Remove"}, application={"provisioningScope": "All"})
        environment.wait_ready(name)
        environment.delete_job(name)
        environment.wait_gone(name)
        assert app.stored == {"UserName": "somebody", "SyncAll": "true"}
        assert environment.writes(app.principal)[-2:] == ["putSecrets", "deleteJob"]


class TestSecondResource:
    def test_a_second_resource_on_a_service_principal_reports_a_conflict_and_sends_nothing(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        first = app.apply()
        environment.wait_ready(first)
        job = environment.simulator.create_job(app.principal).id
        both = app.application(provisioningScope="All")
        second = environment.apply_job(app.principal, application=both, jobId=job)
        message = environment.wait_stalled(second, "Conflict")
        assert f"SynchronizationJob {environment.namespace}/{first} carries spec.application" in message
        assert "SyncAll" not in app.stored
        found = environment.job(second)
        assert found["status"]["job"]["id"] == job
        environment.change_job(first, application=None)
        environment.wait_ready(second)
        assert app.stored["SyncAll"] == "true"

    def test_a_second_resource_in_another_namespace_reports_a_conflict_too(
        self, app: ScimApp, environment: OperatorEnvironment, other_namespace: OperatorEnvironment
    ) -> None:
        first = app.apply()
        environment.wait_ready(first)
        job = environment.simulator.create_job(app.principal).id
        second = other_namespace.apply_job(app.principal, application={"provisioningScope": "All"}, jobId=job)
        message = other_namespace.wait_stalled(second, "Conflict")
        assert f"SynchronizationJob {environment.namespace}/{first} carries spec.application" in message


class TestBeta:
    def test_the_coming_end_of_betas_calls_for_secrets_is_reported_once(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        team = Team.register(environment)
        team.connect(f"beta-{app.secret}", apiVersion="beta")
        name = app.apply(connectionRef={"name": f"beta-{app.secret}"})
        environment.wait_ready(name)
        reported = environment.wait_event(name, "SecretsDeprecated")
        assert "2027-07-06" in reported["message"]
        assert "apiVersion v1.0" in reported["message"]
        app.rotate()
        until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph")
        environment.wait_events(name, "SecretsDeprecated", times=1)
