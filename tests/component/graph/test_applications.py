"""App registrations: what is asked of Graph for their client secrets, and what is known of their ends then."""

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.connection.credential_expiry import CredentialExpiry, ListedSecret
from entrasync.core.decision.errors import PossiblyReplicating, Transient
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.secret_expiry import SecretExpiry
from tests.support.scripted_client import APP, DENIED, GONE, ScriptedClient
from tests.support.scripted_graph import Reply
from tests.support.simulated_graph import SimulatedGraph, reach_simulator
from tests.support.simulator_client import SimulatorClient
from tests.support.still_clock import StillClock

PATH = f"/v1.0/applications(appId='{APP}')?$select=passwordCredentials"
END = datetime(2031, 5, 1, 12, tzinfo=UTC)


def listing(*entries: Any) -> Reply:
    return Reply(body={"passwordCredentials": list(entries)})


class TestListClientSecrets:
    async def test_reads_hints_and_ends(self, scripted: ScriptedClient) -> None:
        first = {"hint": "a1b", "endDateTime": "2031-05-01T12:00:00Z", "keyId": APP, "secretText": None}
        scripted.graph.reply_with(listing(first, {"hint": None, "endDateTime": None}, {}))
        found = await scripted.client.list_client_secrets(APP)
        assert found == (ListedSecret("a1b", END), ListedSecret("", None), ListedSecret("", None))
        assert scripted.graph.requests[0].path == PATH

    async def test_gives_way_to_other_calls(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(listing())
        await scripted.client.list_client_secrets(APP)
        assert scripted.graph.requests[0].headers["x-ms-throttle-priority"] == "Low"

    async def test_returns_none_only_on_a_404(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(GONE, DENIED)
        assert await scripted.client.list_client_secrets(APP) is None
        with pytest.raises(PossiblyReplicating):
            await scripted.client.list_client_secrets(APP)

    @pytest.mark.parametrize(
        "body", [{}, {"passwordCredentials": None}, {"passwordCredentials": {}}, {"passwordCredentials": ["a1b"]}]
    )
    async def test_fails_when_the_response_has_no_such_list(
        self, scripted: ScriptedClient, body: dict[str, Any]
    ) -> None:
        scripted.graph.reply_with(Reply(body=body))
        with pytest.raises(Transient) as caught:
            await scripted.client.list_client_secrets(APP)
        assert "a1b" not in caught.value.message

    async def test_names_the_least_permission_that_allows_it(self, scripted: ScriptedClient) -> None:
        scripted.graph.roles = ("Synchronization.ReadWrite.All",)
        scripted.graph.reply_with(DENIED)
        with pytest.raises(PossiblyReplicating) as caught:
            await scripted.client.list_client_secrets(APP)
        assert caught.value.reason is Reason.PERMISSION_MISSING
        assert "the Graph application permission Application.Read.All or" in caught.value.message


@dataclass
class SimulatedApp:
    """An app of a running simulator that has logged in by its client secret."""

    graph: SimulatedGraph
    tokens: TokenSource
    expiry: SecretExpiry

    async def change(self, **document: Any) -> None:
        """Change the app registration."""
        await self.graph.do("PATCH", "applications", self.graph.app | document)

    async def set_end(self, secret: str, end: datetime) -> None:
        """Set when a client secret ends."""
        await self.change(secret_ends={secret: end.isoformat()})

    @property
    def secret(self) -> str:
        """The client secret in use."""
        return str(self.graph.facts["client_secret"])


@pytest.fixture
async def app(simulator: SimulatorClient) -> AsyncIterator[SimulatedApp]:
    async with reach_simulator(simulator.directory) as graph:
        tokens = graph.tokens()
        client = GraphClient(tokens, TenantLimiter(StillClock()))
        await tokens.log_in()
        yield SimulatedApp(graph, tokens, SecretExpiry(client, graph.app["client_id"], lambda: tokens))
        await client.aclose()


class TestSecretExpiry:
    async def test_is_that_of_the_secret_that_the_app_has_logged_in_by(
        self, app: SimulatedApp, caplog: pytest.LogCaptureFixture
    ) -> None:
        now = datetime.now(UTC)
        other = f"zz9~{app.secret}"
        await app.change(add={"secrets": [other]})
        await app.set_end(app.secret, END)
        await app.set_end(other, END + timedelta(days=1))
        with caplog.at_level(logging.DEBUG):
            assert await app.expiry.look(now)
        assert app.expiry.known == CredentialExpiry(END)
        [call] = await app.graph.calls("getApplication")
        assert (call["status"], call["headers"]["x-ms-throttle-priority"]) == (200, "Low")
        assert app.secret not in caplog.text
        assert app.secret[:3] not in json.dumps(call)

    async def test_is_not_known_while_another_secret_begins_alike(self, app: SimulatedApp) -> None:
        await app.change(add={"secrets": [f"{app.secret[:3]}~another"]})
        await app.set_end(app.secret, END)
        await app.expiry.look(datetime.now(UTC))
        assert app.expiry.known == CredentialExpiry(None)

    async def test_costs_one_call_and_no_login(self, app: SimulatedApp) -> None:
        now, logins = datetime.now(UTC), len(await app.graph.calls("token"))
        for minutes in range(0, 60 * 23, 10):
            await app.expiry.look(now + timedelta(minutes=minutes))
        assert len(await app.graph.calls("getApplication")) == 1
        assert len(await app.graph.calls("token")) == logins

    async def test_stays_when_graph_has_a_fault(self, app: SimulatedApp) -> None:
        now = datetime.now(UTC)
        await app.set_end(app.secret, END)
        await app.expiry.look(now)
        await app.graph.do("POST", "faults", {"action": "answer", "status": 503, "times": None})
        assert not await app.expiry.look(now + timedelta(days=1))
        assert app.expiry.known == CredentialExpiry(END)
