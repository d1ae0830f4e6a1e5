"""Credentials that are wrong, missing or changed are reported on the connection and read without a restart."""

from collections.abc import Iterator

import pytest

from tests.cluster.connections.conftest import SharedOperator
from tests.support.certificates import certificate_pem, key_pem, make_certificate
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator
from tests.support.polling import until
from tests.support.teams import Team

SECONDS = 5.0
"""At once, on a busy machine. A poll comes after six minutes."""


class TestClientSecret:
    def test_a_wrong_client_secret_is_reported_in_entras_words_and_replaced_within_seconds(self, team: Team) -> None:
        team.apply_secret(client_secret="canary~that-is-wrong")
        team.apply_connection()
        message = team.wait_broken("CredentialRefused")
        assert f"Entra refused the client secret of app {team.client} in tenant {team.tenant}" in message
        assert "AADSTS7000215" in message
        assert f"Put the secret's value (not its id) into key client_secret of Secret {team.namespace}/entra" in message
        team.apply_secret()
        team.wait_connected(within_seconds=SECONDS)
        assert team.environment.wait_event("default", "CredentialRefused")["type"] == "Warning"
        assert team.environment.wait_event("default", "Connected")["type"] == "Normal"
        assert "canary~that-is-wrong" not in team.environment.log.read_text()

    def test_a_client_secret_that_is_created_later_is_used_within_seconds(self, team: Team) -> None:
        team.apply_connection()
        message = team.wait_broken("SecretUnreadable")
        assert f"There is no Secret {team.namespace}/entra. spec.clientSecret needs it" in message
        team.apply_secret()
        team.wait_connected(within_seconds=SECONDS)

    def test_a_client_secret_under_another_key_is_reported_with_the_existing_keys(self, team: Team) -> None:
        team.apply_secret(password="x")
        team.apply_connection()
        message = team.wait_broken("SecretUnreadable")
        assert f"Secret {team.namespace}/entra has no key client_secret. It has: password." in message

    def test_a_rotated_client_secret_is_used_while_its_jobs_go_on(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        team.apply_secret()
        before = team.wait_connected(team.apply_connection())["status"]["source"]["resourceVersion"]
        name = environment.apply_job(team.make_principal(), pollInterval="30s")
        environment.wait_ready(name)
        simulator.add_secret("canary~rotated", team.client, team.tenant)
        team.apply_secret(client_secret="canary~rotated")

        def has_moved_on(seen: Object) -> bool:
            return bool(seen["status"]["source"]["resourceVersion"] != before)

        team.wait("default", has_moved_on, "the new version is in use", SECONDS)
        simulator.remove_secret(team.secret, team.client, team.tenant)
        team.ask()
        environment.wait_polls(environment.job(name)["spec"]["servicePrincipal"]["objectId"], count=2)
        assert condition(team.connection(), "Ready")["status"] == "True"
        assert condition(environment.job(name), "Ready")["status"] == "True"

    def test_a_client_secret_that_entra_does_not_know_yet_does_not_disturb_its_jobs(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        team.apply_secret()
        team.wait_connected(team.apply_connection())
        principal = team.make_principal()
        name = environment.apply_job(principal, pollInterval="30s")
        environment.wait_ready(name)
        team.apply_secret(client_secret="canary~of-tomorrow")
        assert "Its jobs go on by what Entra took before" in team.wait_broken(
            "CredentialRefused", within_seconds=SECONDS
        )
        position = environment.cluster.plane.audit_log.position()
        environment.wait_polls(principal, count=2)
        assert condition(environment.job(name), "Ready")["status"] == "True"
        assert environment.cluster.plane.audit_log.writes(position, resource="graphconnections") == []
        simulator.add_secret("canary~of-tomorrow", team.client, team.tenant)
        team.wait_connected()


class TestCertificate:
    def test_a_certificate_of_a_tls_secret_logs_in_and_may_be_renewed(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        first, second = certificate_pem(make_certificate()), certificate_pem(make_certificate())
        simulator.add_certificate(first, team.client, team.tenant)
        team.apply_secret("entra-tls", tls__crt=first, tls__key=key_pem())
        proof = {"clientId": team.client, "secretRef": {"name": "entra-tls"}}
        found = team.wait_connected(team.apply_connection(clientSecret=None, clientCertificate=proof))
        assert found["status"]["source"]["name"] == "entra-tls"
        environment.wait_ready(environment.apply_job(team.make_principal()))
        simulator.remove_certificate(first, team.client, team.tenant)
        team.ask()
        message = team.wait_broken("CredentialRefused")
        assert f"Upload the certificate in key tls.crt of Secret {team.namespace}/entra-tls to the app" in message
        simulator.add_certificate(second, team.client, team.tenant)
        team.apply_secret("entra-tls", tls__crt=second, tls__key=key_pem())
        team.wait_connected(within_seconds=SECONDS)


@pytest.fixture(scope="module")
def second(shared_operator: SharedOperator) -> Iterator[OperatorEnvironment]:
    """Start an operator that polls every half second and uses all Secrets, for a namespace of its own."""
    flags = ("--poll-interval=30s", "--unlabelled-secrets=Allow")
    with open_second_operator(shared_operator.environment, flags=flags) as environment:
        yield environment


class TestSecretWithoutLabel:
    def test_a_secret_without_the_label_is_used_within_seconds_after_its_owner_labels_it(self, team: Team) -> None:
        team.apply_secret(is_labelled=False)
        team.apply_connection()
        message = team.wait_broken("SecretUnreadable")
        assert f"kubectl label secret entra --namespace {team.namespace} entrasync.io/watch=true" in message
        team.apply_secret()
        team.wait_connected(within_seconds=SECONDS)

    def test_a_secret_without_the_label_is_read_at_the_next_poll_where_the_install_allows_it(
        self, second: OperatorEnvironment
    ) -> None:
        team = Team.register(second)
        team.apply_secret(is_labelled=False, client_secret="wrong")
        team.apply_connection("unlabelled")
        team.wait_broken("CredentialRefused", "unlabelled")
        team.apply_secret(is_labelled=False)
        team.wait_connected("unlabelled")

    def test_an_unchanged_secret_causes_no_write_and_no_login(self, second: OperatorEnvironment) -> None:
        team = Team.register(second)
        team.apply_secret("quiet", client_secret=team.secret)
        proof = {"clientId": team.client, "secretRef": {"name": "quiet", "key": "client_secret"}}
        found = team.wait_connected(team.apply_connection("quiet", clientSecret=proof))
        position = second.cluster.plane.audit_log.position()

        def polls() -> list[object]:
            seen = second.cluster.plane.audit_log.requests(position)
            return [each for each in seen if (each.verb, each.resource, each.name) == ("get", "secrets", "quiet")]

        until(lambda: len(polls()) >= 5, what="five polls")
        assert team.connection("quiet")["metadata"]["resourceVersion"] == found["metadata"]["resourceVersion"]
