"""No value of a secret is shown anywhere, however a save ends and whatever an error quotes."""

import json
import uuid
from collections.abc import Iterator

import pytest

from tests.cluster.application.scim import ScimApp
from tests.support.certificates import certificate_pem, key_pem, make_certificate
from tests.support.cluster import Object
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, condition
from tests.support.polling import until
from tests.support.secret_forms import forms_of
from tests.support.teams import Team


class TestLeakSearch:
    """The search finds secrets. Otherwise it would prove nothing when it finds none."""

    @pytest.mark.parametrize("form", ["as it is", "in Base64", "its end"])
    def test_the_search_finds_a_secret_in_an_event(
        self, app: ScimApp, environment: OperatorEnvironment, form: str
    ) -> None:
        event = environment.cluster.create(
            "events", leaking_event(environment, forms_of(app.token)[form]), environment.namespace
        )
        found = find_leaks(environment)
        environment.cluster.delete("v1", "events", event["metadata"]["name"], environment.namespace)
        assert found
        assert all(where.endswith("is in an Event") for where in found)

    def test_the_search_finds_a_key_in_a_log(self, environment: OperatorEnvironment) -> None:
        log = environment.log.with_name("leaking.log")
        log.write_text(key_pem())
        found = find_leaks(environment)
        log.unlink()
        assert "a private key is in the log leaking.log" in found

    def test_the_search_finds_a_secret_in_an_annotation_of_a_job(
        self, app: ScimApp, environment: OperatorEnvironment
    ) -> None:
        name = app.apply()
        environment.annotate(name, note=app.token)
        found = find_leaks(environment)
        environment.annotate(name, note=None)
        assert any(where.endswith("is in a SynchronizationJob") for where in found)


def leaking_event(environment: OperatorEnvironment, message: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "leak-"},
        "involvedObject": {"kind": "Namespace", "namespace": environment.namespace, "name": environment.namespace},
        "message": message,
    }


def test_a_successful_save_shows_no_secret(app: ScimApp, environment: OperatorEnvironment) -> None:
    environment.wait_ready(app.apply())
    app.rotate()
    until(lambda: app.stored["SecretToken"] == app.token, what="the token is in Graph")
    assert find_leaks(environment) == []


def test_a_refused_validation_that_quotes_the_value_shows_no_secret(
    app: ScimApp, environment: OperatorEnvironment
) -> None:
    words = f"The token '{app.token}' was refused"
    environment.simulator.fault(
        "answer",
        operation="validateCredentials",
        service_principal=app.principal,
        status=400,
        code="InvalidCredentials",
        message=words,
    )
    name = app.apply()
    message = environment.wait_stalled(name, "ValidationFailed")
    assert "The token" in message
    assert find_leaks(environment) == []


def test_a_refused_save_that_quotes_the_value_shows_no_secret(app: ScimApp, environment: OperatorEnvironment) -> None:
    environment.simulator.fault(
        "answer",
        operation="putSecrets",
        service_principal=app.principal,
        status=400,
        code=app.token,
        message=json.dumps({"error": {"code": "Bad", "message": f"value {app.token} is bad"}}),
    )
    environment.wait_stalled(app.apply(), "RequestRefused")
    assert find_leaks(environment) == []


def test_a_failed_answer_that_quotes_the_value_shows_no_secret(app: ScimApp, environment: OperatorEnvironment) -> None:
    environment.simulator.fault(
        "answer",
        operation="putSecrets",
        service_principal=app.principal,
        status=500,
        code="InternalError",
        message=f"could not store {app.token}",
        times=3,
    )
    environment.wait_ready(app.apply())
    assert find_leaks(environment) == []


def test_a_value_that_is_not_text_shows_no_secret(app: ScimApp, environment: OperatorEnvironment) -> None:
    manifest = environment.cluster.get("v1", "secrets", app.secret, environment.namespace)
    data = {"token": "gWNhbmFyeX7/"}  # 0x81 canary~ 0xff
    environment.cluster.patch(
        "v1", "secrets", manifest["metadata"]["name"], environment.namespace, merge={"data": data}
    )
    message = environment.wait_stalled(app.apply(), "SecretUnreadable")
    assert "is not text (UTF-8)" in message
    assert find_leaks(environment, "canary~\\xff") == []
    assert find_leaks(environment, "\\x81canary") == []


class TestQuotedSecrets:
    """Entra and Graph repeat what they got in each refusal: as it came, stripped, URL-encoded and in Base64."""

    @pytest.fixture
    def quoting_environment(self, own_environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
        """Check at the end that no secret is shown anywhere."""
        own_environment.simulator.switch(quotes_secrets=True)
        yield own_environment
        assert find_leaks(own_environment) == []

    @pytest.fixture
    def team(self, quoting_environment: OperatorEnvironment) -> Team:
        return Team.register(quoting_environment)

    def test_a_refused_client_secret_is_shown_nowhere(self, team: Team) -> None:
        team.apply_secret(client_secret=with_special_characters())
        team.apply_connection("quoted")
        message = team.wait_broken("CredentialRefused", "quoted")
        assert "Got '*', '*" in message
        assert "AADSTS7000215" in message

    def test_a_refused_certificate_and_its_key_are_shown_nowhere(self, team: Team) -> None:
        team.apply_secret("tls", tls__crt=certificate_pem(make_certificate()), tls__key=key_pem())
        proof = {"clientId": team.client, "secretRef": {"name": "tls"}}
        team.apply_connection("quoted", clientSecret=None, clientCertificate=proof)
        message = team.wait_broken("CredentialRefused", "quoted")
        assert "Got '*" in message
        assert "AADSTS700027" in message

    def test_a_refused_token_of_a_service_account_is_shown_nowhere(self, team: Team) -> None:
        team.apply_service_account()
        proof = {"clientId": team.client, "serviceAccountRef": {"name": "sync"}}
        team.apply_connection("quoted", clientSecret=None, workloadIdentity=proof)
        message = team.wait_broken("CredentialRefused", "quoted")
        assert "Got '*" in message
        assert "AADSTS700211" in message

    def test_the_token_of_a_refused_call_is_shown_nowhere(self, quoting_environment: OperatorEnvironment) -> None:
        principal = quoting_environment.simulator.create_service_principal().id
        quoting_environment.simulator.fault(
            "answer", operation="listJobs", service_principal=principal, status=400, times=None
        )
        message = quoting_environment.wait_stalled(quoting_environment.apply_job(principal), "RequestRefused")
        assert "Got '*" in message

    def test_values_that_the_target_app_refuses_are_shown_nowhere(
        self, quoting_environment: OperatorEnvironment
    ) -> None:
        app = ScimApp.register(quoting_environment)
        app.rotate(with_special_characters())
        quoting_environment.simulator.set_target_app(app.principal, accepts={"SecretToken": ["another"]})
        message = quoting_environment.wait_stalled(app.apply(), "ValidationFailed")
        assert "Got '*" in message

    def test_values_that_graph_refuses_are_shown_nowhere(self, quoting_environment: OperatorEnvironment) -> None:
        app = ScimApp.register(quoting_environment)
        app.rotate(with_special_characters())
        quoting_environment.simulator.fault(
            "answer", operation="putSecrets", service_principal=app.principal, status=400, times=None
        )
        message = quoting_environment.wait_stalled(app.apply(), "RequestRefused")
        assert "Got '*" in message

    def test_a_token_that_a_quarantine_quotes_is_shown_nowhere(self, quoting_environment: OperatorEnvironment) -> None:
        app = ScimApp.register(quoting_environment)
        name = app.apply()
        job = quoting_environment.wait_ready(name)["status"]["job"]["id"]
        error = {"code": "InvalidCredentials", "message": f"401: bearer {app.token}", "tenant_actionable": True}
        quoting_environment.simulator.quarantine(job, "EncounteredQuarantineException", error)
        found = quoting_environment.wait_condition(name, "Quarantined")
        assert "401: bearer *" in condition(found, "Quarantined")["message"]


def with_special_characters() -> str:
    """Return a secret as `echo` and editors write it into a file, with characters that JSON and URLs escape."""
    return f'canary~{uuid.uuid4().hex}/+="{uuid.uuid4().hex}"\n'
