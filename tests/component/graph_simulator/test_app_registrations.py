"""Checks app registrations: what Graph shows of their client secrets, and that a secret that has ended is refused."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.graph_caller import GraphCaller, read_error
from tests.support.simulator_client import SimulatorClient

SECRET = "a1b~another-secret"


def address(client: str) -> str:
    return f"/applications(appId='{client}')"


class TestAppRegistration:
    def test_shows_the_first_characters_and_the_ends_of_its_secrets_and_no_values(
        self, caller: GraphCaller, simulator: SimulatorClient
    ) -> None:
        simulator.add_secret(SECRET)
        simulator.set_secret_end(SECRET, datetime(2031, 5, 1, tzinfo=UTC))
        known = simulator.connection
        answer = caller.get(address(known.client_id), params={"$select": "passwordCredentials"})
        first, second = answer.json()["passwordCredentials"]
        assert (first["hint"], first["endDateTime"]) == (known.client_secret[:3], None)
        assert (second["hint"], second["endDateTime"]) == ("a1b", "2031-05-01T00:00:00Z")
        assert first["keyId"] != second["keyId"]
        assert {first["secretText"], second["secretText"]} == {None}
        assert SECRET not in answer.text
        assert known.client_secret not in answer.text
        assert answer.json()["@odata.context"].endswith("#applications(passwordCredentials)/$entity")

    def test_without_a_selection_shows_its_ids_too(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        client = simulator.connection.client_id
        document = caller.get(address(client)).json()
        assert (document["appId"], document["displayName"]) == (client, "entra-sync-operator")

    def test_is_found_by_an_id_in_capital_letters(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        client = simulator.connection.client_id
        assert caller.get(address(client.upper())).json()["appId"] == client

    def test_that_does_not_exist_is_not_found(self, caller: GraphCaller) -> None:
        answer = caller.get(address("99999999-9999-4999-8999-999999999999"))
        assert read_error(answer)[:2] == (404, "Request_ResourceNotFound")

    @pytest.mark.parametrize("role", ["Synchronization.ReadWrite.All", "Directory.Read.All"])
    def test_is_refused_to_a_caller_without_the_permission(
        self, caller: GraphCaller, simulator: SimulatorClient, role: str
    ) -> None:
        simulator.set_application(roles=[role])
        answer = caller.sign_in().get(address(simulator.connection.client_id))
        assert read_error(answer)[:2] == (403, "Authorization_RequestDenied")


class TestEndOfASecret:
    def test_refuses_the_login_from_then_on(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        known, now = simulator.connection, datetime.now(UTC)
        simulator.set_secret_end(known.client_secret, now + timedelta(hours=1))
        assert caller.ask_token().status_code == 200
        simulator.set_secret_end(known.client_secret, now - timedelta(seconds=1))
        answer = caller.ask_token()
        assert (answer.status_code, answer.json()["error_codes"]) == (401, [7000222])

    def test_can_be_taken_back(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        secret = simulator.connection.client_secret
        simulator.set_secret_end(secret, datetime.now(UTC) - timedelta(seconds=1))
        simulator.set_secret_end(secret, None)
        assert caller.ask_token().status_code == 200
