"""Which way into Graph a job takes: the connection it names, the default of its namespace, the install's own."""

from tests.cluster.connections.conftest import House
from tests.support.teams import Team
from tests.support.workplace import condition


class TestAConnection:
    def test_says_that_it_works_and_as_whom(self, team: Team) -> None:
        team.apply_secret()
        found = team.wait_connected(team.apply_connection())
        message = condition(found, "Ready")["message"]
        assert message == f"Logged in to tenant {team.tenant} as app {team.client}."
        assert condition(found, "Ready")["reason"] == "Connected"
        assert found["status"]["roles"] == ["Application.Read.All", "Synchronization.ReadWrite.All"]
        assert "missingPermissions" not in found["status"]
        secret = team.place.cluster.get("v1", "secrets", "entra", team.namespace)["metadata"]
        assert found["status"]["source"] == {
            "kind": "Secret",
            "name": "entra",
            "uid": secret["uid"],
            "resourceVersion": secret["resourceVersion"],
        }


class TestAJob:
    def test_takes_the_default_connection_of_its_namespace(self, house: House) -> None:
        team = house.move_in(tenant="0e0f6a5e-1111-4222-8333-444455556666")
        team.connect()
        found = team.place.wait_ready(team.place.apply_job(team.make_principal()))
        assert found["status"]["tenantId"] == team.tenant
