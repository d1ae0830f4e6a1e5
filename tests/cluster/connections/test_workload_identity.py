"""Logins with the token of a ServiceAccount, for which the owner of the namespace lets the operator ask."""

import pytest

from control_plane.commands import ISSUER
from local_stack.cluster import ACCOUNT, ACCOUNT_USER
from tests.cluster.connections.conftest import SharedOperator
from tests.support.operator_environment import condition
from tests.support.teams import Team


@pytest.fixture(autouse=True)
def _issuer(shared_operator: SharedOperator) -> None:
    """Entra knows the cluster's key, as it would read it from the OpenID configuration."""
    public, _ = shared_operator.environment.cluster.plane.certificates.token_key
    shared_operator.environment.simulator.set_issuer(ISSUER, public_keys=[public.read_text()])


def apply(team: Team, account: str = "sync") -> None:
    proof = {"clientId": team.client, "serviceAccountRef": {"name": account}}
    team.apply_connection(clientSecret=None, workloadIdentity=proof)


class TestWorkloadIdentity:
    def test_a_workload_identity_logs_in_without_any_stored_secret(self, team: Team) -> None:
        environment, simulator = team.environment, team.environment.simulator
        subject = team.apply_service_account()
        team.let_operator_ask_for_tokens()
        simulator.add_federated_credential(ISSUER, subject, client_id=team.client, tenant_id=team.tenant)
        apply(team)
        found = team.wait_connected()
        assert found["status"]["source"] == {"kind": "ServiceAccount", "name": "sync"}
        environment.wait_ready(environment.apply_job(team.make_principal()))
        asked = [
            request
            for request in environment.cluster.plane.audit_log.requests()
            if (request.user, request.namespace, request.subresource) == (ACCOUNT_USER, team.namespace, "token")
        ]
        assert {request.name for request in asked} == {"sync"}

    def test_a_workload_identity_waits_for_the_right_that_the_owner_of_the_namespace_grants(self, team: Team) -> None:
        subject = team.apply_service_account()
        team.environment.simulator.add_federated_credential(
            ISSUER, subject, client_id=team.client, tenant_id=team.tenant
        )
        apply(team)
        message = team.wait_broken("TokenRequestDenied")
        assert f"may not ask for a token of ServiceAccount {team.namespace}/sync" in message
        assert (
            "a Role with the verb create on serviceaccounts/token, resourceNames [sync], and a RoleBinding" in message
        )
        assert ACCOUNT_USER in message
        team.let_operator_ask_for_tokens()
        team.ask()
        team.wait_connected()

    def test_a_workload_identity_that_entra_does_not_trust_reports_what_to_register(self, team: Team) -> None:
        subject = team.apply_service_account()
        team.let_operator_ask_for_tokens()
        apply(team)
        message = team.wait_broken("CredentialRefused")
        assert f"issuer {ISSUER}, subject {subject}, audience api://AzureADTokenExchange" in message

    def test_a_workload_identity_of_a_missing_service_account_reports_it(self, team: Team) -> None:
        team.let_operator_ask_for_tokens("nobody")
        apply(team, "nobody")
        assert f"There is no ServiceAccount {team.namespace}/nobody" in team.wait_broken("TokenRequestDenied")

    def test_a_workload_identity_never_uses_the_operators_own_token(self, team: Team) -> None:
        """An app that trusts the operator does not accept a namespace whose ServiceAccount has the same name."""
        simulator = team.environment.simulator
        simulator.add_federated_credential(ISSUER, ACCOUNT_USER, client_id=team.client, tenant_id=team.tenant)
        subject = team.apply_service_account(ACCOUNT)
        team.let_operator_ask_for_tokens(ACCOUNT)
        apply(team, ACCOUNT)
        message = team.wait_broken("CredentialRefused")
        assert f"subject {subject}" in message
        assert condition(team.connection(), "Ready")["status"] == "False"
