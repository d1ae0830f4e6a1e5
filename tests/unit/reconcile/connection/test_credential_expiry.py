"""What the status of a GraphConnection tells of the end of its credential."""

from datetime import timedelta

import pytest

from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.primitives.times import write_time
from tests.support.connection_harness import (
    KEY,
    SECRET,
    ConnectionHarness,
    FakeAccess,
    client_secret_spec,
    connection,
)
from tests.support.facts import NOW, TENANT

END, OTHER_END = NOW + timedelta(days=30), NOW + timedelta(days=90)


def access_of(harness: ConnectionHarness) -> FakeAccess:
    return harness.entra.opened[-1]


async def look(harness: ConnectionHarness, tells: CredentialExpiry | None = None) -> None:
    """Look up the ends of credentials, and make the pass that this asks for, if it does."""
    access_of(harness).graph_tells = tells
    await harness.logins.look_up_expiries(harness.clock.now())
    if len(harness.dependents.connection_queue):
        await harness.dependents.connection_queue.take()
        harness.dependents.connection_queue.finish(KEY)
        await harness.run()


def shown(harness: ConnectionHarness) -> object:
    return harness.status.get("credentialExpiresAt")


@pytest.fixture
async def connected(harness: ConnectionHarness) -> ConnectionHarness:
    """A connection that works, and of whose client secret Graph has told the end."""
    await harness.run(connection())
    await look(harness, CredentialExpiry(END))
    return harness


class TestCredentialExpiry:
    async def test_is_absent_until_it_has_been_told(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        assert harness.condition()[0] == "True"
        assert "credentialExpiresAt" not in harness.status

    async def test_is_shown_at_once_if_it_is_known_by_the_login(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        access_of(harness).credential_expiry = CredentialExpiry(END)
        await harness.poll()
        assert shown(harness) == write_time(END)

    async def test_is_shown_as_soon_as_graph_has_told_it(self, connected: ConnectionHarness) -> None:
        assert shown(connected) == write_time(END)
        assert connected.condition()[:2] == ("True", "Connected")
        assert connected.recorded.reasons == ["Connected"]

    async def test_is_written_once(self, connected: ConnectionHarness) -> None:
        before = len(connected.server.writes)
        for _ in range(5):
            await connected.poll()
            await look(connected, CredentialExpiry(END))
        assert len(connected.server.writes) == before

    async def test_is_removed_when_it_is_not_known_any_more(self, connected: ConnectionHarness) -> None:
        await look(connected, CredentialExpiry(None))
        assert "credentialExpiresAt" not in connected.status

    async def test_is_kept_over_a_restart_of_the_operator_until_graph_has_told_it_anew(
        self, connected: ConnectionHarness
    ) -> None:
        before = len(connected.server.writes)
        connected.restart()
        await connected.run()
        assert (shown(connected), len(connected.server.writes)) == (write_time(END), before)
        await look(connected, CredentialExpiry(OTHER_END))
        assert shown(connected) == write_time(OTHER_END)

    async def test_of_another_version_of_the_secret_is_not_that_of_the_one_before(
        self, connected: ConnectionHarness
    ) -> None:
        connected.restart()
        connected.secrets.put(SECRET, secret="right")
        await connected.run()
        assert "credentialExpiresAt" not in connected.status

    async def test_of_another_app_is_not_that_of_the_one_before(self, connected: ConnectionHarness) -> None:
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        await connected.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        assert connected.condition()[0] == "True"
        assert "credentialExpiresAt" not in connected.status

    async def test_of_another_app_is_not_that_of_the_one_before_even_if_its_login_is_refused(
        self, connected: ConnectionHarness
    ) -> None:
        connected.entra.good.clear()
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        await connected.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        assert connected.condition()[0] == "False"
        assert "credentialExpiresAt" not in connected.status

    async def test_is_still_shown_when_the_credential_is_refused_because_it_has_ended(
        self, connected: ConnectionHarness
    ) -> None:
        connected.entra.good.clear()
        access_of(connected).has_token = False
        await connected.poll()
        assert connected.condition()[0] == "False"
        assert shown(connected) == write_time(END)
