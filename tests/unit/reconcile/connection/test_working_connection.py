"""A GraphConnection that works: its status, its Secret and its client."""

from entrasync.reconcile.engine.outcome import Outcome
from tests.support.connection_story import (
    CLIENT,
    KEY,
    POLL,
    SECRET,
    ConnectionStory,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT, minutes


class TestAConnectionThatWorks:
    async def test_says_so_with_roles_what_is_missing_and_where_its_credential_came_from(
        self, story: ConnectionStory
    ) -> None:
        assert await story.run(connection()) == Outcome(POLL)
        assert story.condition()[:2] == ("True", "Connected")
        assert f"Logged in to tenant {TENANT} as app {CLIENT}." in story.condition()[2]
        assert "Permissions are missing for: looking up apps" in story.condition()[2]
        assert story.status["roles"] == ["Synchronization.ReadWrite.All"]
        [missing] = story.status["missingPermissions"]
        assert missing == {"feature": "looking up apps", "anyOf": ["Application.Read.All"]}
        stored = story.secrets.stored[SECRET]
        source = {"kind": "Secret", "name": "entra", "uid": stored.uid, "resourceVersion": stored.resource_version}
        assert story.status["source"] == source
        assert story.status["observedGeneration"] == 1
        assert story.told.reasons == ["Connected"]

    async def test_writes_nothing_and_logs_in_no_more_while_nothing_changes(self, story: ConnectionStory) -> None:
        await story.run(connection())
        for _ in range(10):
            await story.poll()
        assert len(story.server.writes) == 1
        assert story.entra.logins == ["right"]
        assert story.told.reasons == ["Connected"]

    async def test_reads_its_secret_anew_at_each_poll(self, story: ConnectionStory) -> None:
        await story.run(connection())
        await story.poll()
        assert story.secrets.reads == [SECRET, SECRET]

    async def test_after_a_restart_writes_nothing(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.restart()
        await story.run()
        assert len(story.server.writes) == 1

    async def test_is_not_tried_again_for_another_version_of_the_same_secret(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="right")
        await story.poll()
        assert story.entra.logins == ["right"]
        assert story.status["source"]["resourceVersion"] == story.secrets.stored[SECRET].resource_version

    async def test_is_tried_at_once_when_somebody_asks_for_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        await story.run(connection(annotations={"entrasync.io/requested-at": "now"}))
        await story.poll()
        assert story.entra.logins == ["right", "right"]

    async def test_takes_a_rotated_secret(self, story: ConnectionStory) -> None:
        await story.run(connection())
        before = story.connections.get(KEY)
        story.entra.good = {"rotated"}
        story.secrets.put(SECRET, secret="rotated")
        await story.poll()
        assert story.condition()[0] == "True"
        assert story.entra.logins == ["right", "rotated"]
        assert story.connections.get(KEY) == before, "jobs go on by the same client"

    async def test_gets_another_client_in_another_place(self, story: ConnectionStory) -> None:
        await story.run(connection())
        await story.run(connection(client_secret_spec(apiVersion="beta"), generation=2))
        assert len(story.entra.opened) == 2
        [first, second] = story.entra.opened
        assert story.connections.find(job_by_connection()).api is second.api
        assert not first.is_closed, "passes under way may still use it"
        await story.poll(minutes(6))
        assert first.is_closed
