"""A GraphConnection that works: its status, its Secret and its client."""

from entrasync.reconcile.engine.outcome import Outcome
from tests.support.connection_harness import (
    CLIENT,
    KEY,
    POLL,
    SECRET,
    ConnectionHarness,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT, minutes


class TestWorkingConnection:
    async def test_a_working_connection_shows_its_roles_missing_permissions_and_source(
        self, harness: ConnectionHarness
    ) -> None:
        assert await harness.run(connection()) == Outcome(POLL)
        assert harness.condition()[:2] == ("True", "Connected")
        assert f"Logged in to tenant {TENANT} as app {CLIENT}." in harness.condition()[2]
        assert "Permissions are missing for: looking up apps" in harness.condition()[2]
        assert harness.status["roles"] == ["Synchronization.ReadWrite.All"]
        [missing] = harness.status["missingPermissions"]
        assert missing == {"feature": "looking up apps", "anyOf": ["Application.Read.All"]}
        stored = harness.secrets.stored[SECRET]
        source = {"kind": "Secret", "name": "entra", "uid": stored.uid, "resourceVersion": stored.resource_version}
        assert harness.status["source"] == source
        assert harness.status["observedGeneration"] == 1
        assert harness.recorded.reasons == ["Connected"]

    async def test_a_working_connection_writes_nothing_and_does_not_log_in_while_nothing_changes(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        for _ in range(10):
            await harness.poll()
        assert len(harness.server.writes) == 1
        assert harness.entra.logins == ["right"]
        assert harness.recorded.reasons == ["Connected"]

    async def test_a_working_connection_reads_its_secret_at_each_poll(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        await harness.poll()
        assert harness.secrets.reads == [SECRET, SECRET]

    async def test_a_working_connection_writes_nothing_after_a_restart(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.restart()
        await harness.run()
        assert len(harness.server.writes) == 1

    async def test_a_working_connection_does_not_log_in_for_another_version_of_the_same_secret(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="right")
        await harness.poll()
        assert harness.entra.logins == ["right"]
        assert harness.status["source"]["resourceVersion"] == harness.secrets.stored[SECRET].resource_version

    async def test_a_working_connection_logs_in_at_once_on_request(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        await harness.run(connection(annotations={"entrasync.io/requested-at": "now"}))
        await harness.poll()
        assert harness.entra.logins == ["right", "right"]

    async def test_a_working_connection_accepts_a_rotated_secret(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        before = harness.connections.get(KEY)
        harness.entra.good = {"rotated"}
        harness.secrets.put(SECRET, secret="rotated")
        await harness.poll()
        assert harness.condition()[0] == "True"
        assert harness.entra.logins == ["right", "rotated"]
        assert harness.connections.get(KEY) == before, "jobs go on by the same client"

    async def test_a_working_connection_gets_another_client_for_another_api_version(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        await harness.run(connection(client_secret_spec(apiVersion="beta"), generation=2))
        assert len(harness.entra.opened) == 2
        [first, second] = harness.entra.opened
        assert harness.connections.find(job_by_connection()).api is second.api
        assert not first.is_closed, "passes under way may still use it"
        await harness.poll(minutes(6))
        assert first.is_closed
