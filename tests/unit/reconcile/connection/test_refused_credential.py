"""Entra refuses a credential while a pass of a job uses it."""

import pytest

from entrasync.core.decision.errors import Disconnected, Transient
from entrasync.reconcile.connection.registry import Connection
from tests.support.connection_story import (
    KEY,
    SECRET,
    ConnectionStory,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT


class TestACredentialRefusedInTheMidstOfAPass:
    async def test_is_the_connections_fault_and_wakes_it_and_all_its_jobs(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.woken.clear()
        story.entra.good.clear()
        told = story.entra.opened[0].use()
        assert isinstance(told, Disconnected)
        assert told.message == (
            "GraphConnection identity/contoso is not ready (CredentialRefused): AADSTS7000215: Invalid client secret"
        )
        assert story.woken == [KEY]
        assert (await story.references.connection_queue.take()).key == KEY
        with pytest.raises(Disconnected) as error:
            story.connections.find(job_by_connection())
        assert error.value.message == told.message

    async def test_wakes_nobody_twice_when_the_connections_own_look_confirms_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.good.clear()
        story.entra.opened[0].use()
        story.entra.opened[0].use()
        story.woken.clear()
        await story.run()
        assert story.condition()[:2] == ("False", "CredentialRefused")
        assert story.woken == []

    async def test_is_over_when_entra_takes_it_again(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.good.clear()
        story.entra.opened[0].use()
        story.entra.good = {"right"}
        await story.run()
        assert story.connections.find(job_by_connection()).api is story.entra.opened[0].api
        assert len(story.server.writes) == 1

    async def test_is_told_of_the_connection_though_its_own_look_finds_entra_in_trouble(
        self, story: ConnectionStory
    ) -> None:
        await story.run(connection())
        story.entra.good.clear()
        story.entra.opened[0].use()
        story.entra.trouble = True
        assert (await story.run()).is_failure
        assert story.condition()[:2] == ("False", "CredentialRefused")

    async def test_by_an_access_that_was_replaced_says_nothing_of_the_new_one(self, story: ConnectionStory) -> None:
        await story.run(connection())
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        story.secrets.put(SECRET, secret="new")
        story.entra.good = {"new"}
        await story.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        story.woken.clear()
        assert isinstance(story.entra.opened[0].use(), Transient), (
            "the pass begins anew, and what it recorded is undone"
        )
        assert isinstance(story.connections.get(KEY), Connection)
        assert story.woken == []

    async def test_of_one_that_went_makes_nothing_anew(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.store.remove(KEY, "uid-1")
        await story.run()
        story.entra.good.clear()
        story.entra.opened[0].use()
        assert story.connections.get(KEY) is None
