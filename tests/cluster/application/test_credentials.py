"""Credentials of the target app: tried, saved once, kept in step with their Secret."""

from itertools import pairwise
from typing import Any

from control_plane.audit import Request
from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, condition, open_branch
from tests.support.polling import until
from tests.support.teams import Team

RARELY: dict[str, Any] = {"schedule": {"state": "Paused"}, "pollInterval": "24h"}
"""Nothing happens that the operator looks at by itself: at the pace of the world the next poll is minutes away."""


class TestNewCredentials:
    def test_are_tried_and_saved_before_the_job_is_started(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        found = place.wait_ready(name)
        assert place.calls(app.principal)[:8] == [
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
        told = condition(found, "CredentialsValid")
        assert (told["status"], told["reason"]) == ("True", "Validated")
        assert place.wait_event(name, "SecretsSaved")["message"].startswith("Saved BaseAddress, SecretToken of")

    def test_leave_names_and_versions_in_the_status(self, app: ScimApp, place: OperatorEnvironment) -> None:
        found = place.wait_ready(app.apply())
        secret = place.cluster.get("v1", "secrets", app.secret, place.namespace)["metadata"]
        record = found["status"]["application"]
        assert record["keys"] == ["BaseAddress", "SecretToken"]
        assert record["sources"] == [
            {"name": app.secret, "uid": secret["uid"], "resourceVersion": secret["resourceVersion"]}
        ]
        assert record["validated"] is True
        assert record["generation"] == 1

    def test_are_saved_untried_where_validation_is_never(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.world.set_target_app(app.principal, available=False)
        # Started, its first run would fail in no time, and it would be Ready no longer than that.
        found = place.wait_ready(app.apply(credentials={"validation": "Never"}, schedule={"state": "Paused"}))
        assert app.tries == []
        assert app.stored["SecretToken"] == app.token
        told = condition(found, "CredentialsValid")
        assert (told["status"], told["reason"]) == ("Unknown", "NotValidated")
        assert "validation is Never" in told["message"]

    def test_leave_what_somebody_else_stored(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.world.set_secrets(app.principal, {"UserName": "somebody", "Domain": '{"domain":"x"}'})
        place.wait_ready(app.apply())
        assert app.stored["UserName"] == "somebody"
        assert [set(save) for save in app.saves] == [{"BaseAddress", "SecretToken"}]

    def test_that_graph_shows_as_wanted_are_not_sent(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.world.set_secrets(app.principal, {"BaseAddress": URL})
        place.wait_ready(app.apply())
        assert app.saves == [{"SecretToken": app.token}]

    def test_cost_an_idle_poll_no_call_and_no_write(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply(schedule={"state": "Paused"})
        place.wait_ready(name)
        calls, position = len(place.calls(app.principal)), place.cluster.plane.audit_log.position()
        place.wait_polls(app.principal)
        assert set(place.calls(app.principal)[calls:]) == {"listJobs"}
        assert [write for write in place.cluster.plane.audit_log.writes(position) if _is_ours(write, name)] == []


def _is_ours(write: Request, name: str) -> bool:
    return write.name == name and "entra-sync-operator" in write.user_agent


class TestAMissingSecret:
    def test_is_named_and_nothing_is_sent_while_the_mirror_goes_on(
        self, app: ScimApp, place: OperatorEnvironment
    ) -> None:
        place.cluster.delete("v1", "secrets", app.secret, place.namespace)
        name = app.apply()
        message = place.wait_stalled(name, "SecretUnreadable")
        assert f"There is no Secret {place.namespace}/{app.secret}" in message
        assert "takes SecretToken from it" in message
        [job] = place.world.jobs(app.principal)
        assert job.starts == 0
        assert app.saves == []
        place.world.act(job.id, "start")
        place.wait(name, lambda found: found["status"]["job"]["schedule"]["state"] == "Active", "the start is mirrored")
        assert place.writes(app.principal) == ["createJob"]

    def test_that_comes_is_seen_at_the_next_poll(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.cluster.delete("v1", "secrets", app.secret, place.namespace)
        name = app.apply()
        place.wait_stalled(name, "SecretUnreadable")
        app.rotate()
        place.wait_ready(name)
        assert app.stored["SecretToken"] == app.token

    def test_that_comes_labelled_is_seen_at_once(self, place: OperatorEnvironment) -> None:
        app = ScimApp.register(place)
        place.cluster.delete("v1", "secrets", app.secret, place.namespace)
        name = app.apply(**RARELY)
        place.wait_stalled(name, "SecretUnreadable")
        place.apply_secret(app.secret, {"token": app.token}, is_watched=True)
        until(lambda: app.stored.get("SecretToken") == app.token, what="the token is in Graph", within_seconds=10)
        assert place.wait_ready(name)

    def test_that_lacks_the_key_says_which(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.apply_secret(app.secret, {"token": ""})
        message = place.wait_stalled(app.apply(), "SecretUnreadable")
        assert f"Key token of Secret {place.namespace}/{app.secret} is empty" in message
        entries = [{"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": app.secret, "key": "absent"}}}]
        other = place.apply_job(
            place.world.create_service_principal().id, application={"credentials": {"entries": entries}}
        )
        message = place.wait_stalled(other, "SecretUnreadable")
        assert f"Secret {place.namespace}/{app.secret} has no key absent" in message


class TestAChangedSecret:
    def test_that_is_labelled_reaches_graph_within_seconds(self, place: OperatorEnvironment) -> None:
        app = ScimApp.register(place, is_watched=True)
        name = app.apply(**RARELY)
        place.wait_ready(name)
        app.rotate()
        until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph", within_seconds=10)
        assert app.tries[-1] == {"BaseAddress": URL, "SecretToken": app.token}
        assert app.saves[1:] == [{"SecretToken": app.token}]

    def test_without_the_label_reaches_graph_at_the_next_poll(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        before = place.wait_ready(name)["status"]["application"]["sources"]
        app.rotate()
        until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph")
        place.wait(name, lambda found: found["status"]["application"]["sources"] != before, "its version is noted")

    def test_with_an_equal_value_is_noted_and_not_sent(self, place: OperatorEnvironment) -> None:
        app = ScimApp.register(place, is_watched=True)
        name = app.apply(**RARELY)
        before = place.wait_ready(name)["status"]["application"]["sources"]
        place.apply_secret(app.secret, {"token": app.token, "touched": "yes"})
        place.wait(name, lambda found: found["status"]["application"]["sources"] != before, "its version is noted")
        assert len(app.saves) == 1
        assert len(app.tries) == 1

    def test_after_a_restart_of_the_operator_costs_one_save(self, place: OperatorEnvironment) -> None:
        with open_branch(place) as branch:
            app = ScimApp.register(branch)
            name = app.apply()
            before = branch.wait_ready(name)["status"]["application"]["sources"]
            assert branch.operator is not None
            assert branch.operator.stop() == 0
            branch.apply_secret(app.secret, {"token": app.token, "touched": "yes"})
            branch.start_operator()
            branch.wait(name, lambda found: found["status"]["application"]["sources"] != before, "its version is noted")
            branch.wait_polls(app.principal)
            assert app.saves[1:] == [{"SecretToken": app.token}]

    def test_that_has_not_changed_costs_a_restarted_operator_nothing(self, place: OperatorEnvironment) -> None:
        with open_branch(place) as branch:
            app = ScimApp.register(branch)
            branch.wait_ready(app.apply(schedule={"state": "Paused"}))
            assert branch.operator is not None
            assert branch.operator.stop() == 0
            calls = len(branch.calls(app.principal))
            branch.start_operator()
            branch.wait_polls(app.principal)
            assert set(branch.calls(app.principal)[calls:]) == {"listJobs"}


class TestRefusedCredentials:
    def test_leave_what_graph_has_and_say_so_in_its_words(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        place.wait_ready(name)
        good = app.token
        place.world.set_target_app(app.principal, accepts={"SecretToken": [good]})
        app.rotate()
        message = place.wait_stalled(name, "ValidationFailed")
        assert "None of them was saved" in message
        told = condition(place.wait_condition(name, "CredentialsValid", "False"), "CredentialsValid")
        assert told["reason"] == "ValidationFailed"
        assert "InvalidCredentials" in told["message"]
        assert app.stored["SecretToken"] == good
        assert place.world.jobs(app.principal)[0].schedule_state == "Active"
        place.wait_told(name, "ValidationFailed", times=1)

    def test_are_tried_again_slowly(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.world.set_target_app(app.principal, accepts={"SecretToken": ["another"]})
        name = app.apply()
        place.wait_stalled(name, "ValidationFailed")
        until(lambda: len(app.tries) >= 3, what="they are tried again")
        tried = [each.time for each in place.world.credential_validations(app.principal)]
        assert all((after - before).total_seconds() >= 15 * 60 for before, after in pairwise(tried))

    def test_keep_a_new_job_from_being_started_until_they_are_mended(
        self, app: ScimApp, place: OperatorEnvironment
    ) -> None:
        good = app.new_token()
        place.world.set_target_app(app.principal, accepts={"SecretToken": [good]})
        name = app.apply()
        place.wait_stalled(name, "ValidationFailed")
        assert place.writes(app.principal) == ["createJob", "validateCredentials"]
        app.rotate(good)
        place.wait_ready(name)
        assert app.stored["SecretToken"] == good
        assert place.world.jobs(app.principal)[0].starts == 1

    def test_are_tried_at_once_when_the_spec_changes(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.world.set_target_app(app.principal, accepts={"BaseAddress": ["https://right"]})
        name = app.apply()
        place.wait_stalled(name, "ValidationFailed")
        entries = [{"key": "BaseAddress", "value": "https://right"}, app.entries[1]]
        place.change_job(name, application={"credentials": {"entries": entries}})
        place.wait_ready(name)
        assert app.stored["BaseAddress"] == "https://right"

    def test_that_could_not_be_tried_are_tried_again_by_themselves(
        self, app: ScimApp, place: OperatorEnvironment
    ) -> None:
        place.world.set_target_app(app.principal, available=False)
        name = app.apply()
        found = place.wait_condition(name, "Reconciling", reason="ValidationUnavailable")
        assert "CredentialValidationUnavailable" in condition(found, "Ready")["message"]
        assert app.saves == []
        place.world.set_target_app(app.principal, available=True)
        place.wait_ready(name)
        assert app.stored["SecretToken"] == app.token


class TestAnEntryTakenOut:
    def test_is_removed_from_graph(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        place.wait_ready(name)
        place.change_job(name, application={"credentials": {"entries": app.entries[:1]}})
        found = place.wait_ready(name)
        assert app.stored == {"BaseAddress": URL}
        assert found["status"]["application"]["keys"] == ["BaseAddress"]
        place.wait_event(name, "SecretsRemoved")

    def test_that_graph_keeps_is_told_once_and_given_up(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        place.wait_ready(name)
        fault = place.world.fault(
            "answer", operation="putSecrets", service_principal=app.principal, status=400, code="BadRequest"
        )
        place.change_job(name, application={"credentials": {"entries": app.entries[:1]}})
        place.wait_ready(name)
        told = place.wait_event(name, "SecretNotRemovable")
        assert "Graph does not remove SecretToken" in told["message"]
        fault.remove()
        sent = place.writes(app.principal).count("putSecrets")
        place.wait_polls(app.principal)
        assert place.writes(app.principal).count("putSecrets") == sent

    def test_leaves_them_all_where_the_whole_block_goes(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        place.wait_ready(name)
        place.change_job(name, application=None)
        place.wait(name, lambda found: "application" not in found["status"], "it is forgotten")
        assert app.stored == {"BaseAddress": URL, "SecretToken": app.token}


class TestADeletedResource:
    def test_leaves_its_credentials(self, app: ScimApp, place: OperatorEnvironment) -> None:
        name = app.apply()
        place.wait_ready(name)
        place.delete_job(name)
        place.wait_gone(name)
        assert app.stored == {"BaseAddress": URL, "SecretToken": app.token}

    def test_takes_them_along_before_its_job_if_asked(self, app: ScimApp, place: OperatorEnvironment) -> None:
        place.world.set_secrets(app.principal, {"UserName": "somebody"})
        name = app.apply(credentials={"onDelete": "Remove"}, application={"provisioningScope": "All"})
        place.wait_ready(name)
        place.delete_job(name)
        place.wait_gone(name)
        assert app.stored == {"UserName": "somebody", "SyncAll": "true"}
        assert place.writes(app.principal)[-2:] == ["putSecrets", "deleteJob"]


class TestASecondResource:
    def test_for_the_same_service_principal_says_so_and_sends_nothing(
        self, app: ScimApp, place: OperatorEnvironment
    ) -> None:
        first = app.apply()
        place.wait_ready(first)
        job = place.world.create_job(app.principal).id
        second = place.apply_job(app.principal, application={"provisioningScope": "All"}, jobId=job)
        message = place.wait_stalled(second, "Conflict")
        assert f"SynchronizationJob {place.namespace}/{first} carries spec.application" in message
        assert "SyncAll" not in app.stored
        found = place.job(second)
        assert found["status"]["job"]["id"] == job
        place.change_job(first, application=None)
        place.wait_ready(second)
        assert app.stored["SyncAll"] == "true"

    def test_in_another_namespace_says_so_too(
        self, app: ScimApp, place: OperatorEnvironment, neighbours: OperatorEnvironment
    ) -> None:
        first = app.apply()
        place.wait_ready(first)
        job = place.world.create_job(app.principal).id
        second = neighbours.apply_job(app.principal, application={"provisioningScope": "All"}, jobId=job)
        message = neighbours.wait_stalled(second, "Conflict")
        assert f"SynchronizationJob {place.namespace}/{first} carries spec.application" in message


class TestBeta:
    def test_is_told_once_that_its_calls_will_go(self, app: ScimApp, place: OperatorEnvironment) -> None:
        team = Team.settle(place)
        team.connect("beta", apiVersion="beta")
        name = app.apply(connectionRef={"name": "beta"})
        place.wait_ready(name)
        told = place.wait_event(name, "SecretsDeprecated")
        assert "2027-07-06" in told["message"]
        assert "apiVersion v1.0" in told["message"]
        app.rotate()
        until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph")
        place.wait_told(name, "SecretsDeprecated", times=1)
