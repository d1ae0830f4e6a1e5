"""When Graph is asked when a client secret ends, and what is known of it then."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.connection.credential_expiry import CredentialExpiry, ListedSecret
from entrasync.core.decision.errors import Transient
from entrasync.graph import secret_expiry
from entrasync.graph.auth.credentials import SecretText
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.client import GraphClient
from entrasync.graph.secret_expiry import SecretExpiry
from tests.support.facts import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
END, OTHER_END = NOW + timedelta(days=30), NOW + timedelta(days=90)
SECRET, ROTATED = "a1b~in-use", "c2d~rotated"


@dataclass
class Login:
    """A `TokenSource` as a look sees it."""

    accepted_secret: SecretText | None = None
    roles: tuple[str, ...] = ("Application.Read.All",)
    has_token: bool = True

    def peek_token(self) -> AccessToken | None:
        return AccessToken("a token", "11-22", self.roles) if self.has_token else None


@dataclass
class Graph:
    """A `GraphClient` as a look sees it."""

    secrets: tuple[ListedSecret, ...] | None = (ListedSecret("a1b", END), ListedSecret("c2d", OTHER_END))
    error: Exception | None = None
    hangs: bool = False
    pause: timedelta = timedelta()
    asked_for: list[str] = field(default_factory=list)

    async def list_client_secrets(self, client_id: str) -> tuple[ListedSecret, ...] | None:
        self.asked_for.append(client_id)
        if self.hangs:
            await asyncio.Event().wait()
        if self.error is not None:
            raise self.error
        return self.secrets


class Looked:
    """The looks at one app."""

    def __init__(self) -> None:
        self.login, self.graph, self.now = Login(SecretText(SECRET)), Graph(), NOW
        source = cast("TokenSource", self.login)
        self.expiry = SecretExpiry(cast("GraphClient", self.graph), "an-app", lambda: source)

    async def look(self, after: timedelta = timedelta()) -> bool:
        self.now += after
        return await self.expiry.look(self.now)

    @property
    def count(self) -> int:
        return len(self.graph.asked_for)

    @property
    def end(self) -> datetime | None:
        return self.expiry.known.at if self.expiry.known else None


@pytest.fixture
def looked() -> Looked:
    return Looked()


class TestLook:
    async def test_asks_for_the_app_after_the_first_login_and_knows_the_end_then(self, looked: Looked) -> None:
        assert looked.expiry.known is None
        assert await looked.look()
        assert looked.graph.asked_for == ["an-app"]
        assert looked.end == END

    async def test_asks_once_a_day(self, looked: Looked) -> None:
        for _ in range(3 * 24):
            await looked.look(HOUR)
        assert looked.count == 3

    async def test_is_no_news_while_the_end_stays_the_same(self, looked: Looked) -> None:
        await looked.look()
        assert not await looked.look(DAY)

    async def test_asks_at_once_for_another_secret_that_was_accepted(self, looked: Looked) -> None:
        await looked.look()
        looked.login.accepted_secret = SecretText(ROTATED)
        assert looked.expiry.known is None, "what was told is not about this one"
        assert await looked.look(timedelta(minutes=1))
        assert looked.end == OTHER_END

    async def test_asks_nothing_before_a_login(self, looked: Looked) -> None:
        looked.login.accepted_secret = None
        await looked.look(DAY)
        assert looked.count == 0

    async def test_causes_no_login_when_the_token_has_expired(self, looked: Looked) -> None:
        looked.login.has_token = False
        await looked.look(DAY)
        assert looked.count == 0

    async def test_waits_until_a_pause_of_the_tenant_is_over(self, looked: Looked) -> None:
        looked.graph.pause = HOUR
        await looked.look()
        assert looked.count == 0
        looked.graph.pause = timedelta()
        await looked.look(timedelta(minutes=1))
        assert looked.end == END

    @pytest.mark.parametrize("roles", [(), ("Synchronization.ReadWrite.All",), ("Directory.Read.All",)])
    async def test_asks_nothing_that_the_token_does_not_allow(self, looked: Looked, roles: tuple[str, ...]) -> None:
        looked.login.roles = roles
        await looked.look()
        assert (looked.count, looked.expiry.known) == (0, None)

    async def test_asks_within_a_minute_after_the_permission_was_granted(self, looked: Looked) -> None:
        looked.login.roles = ()
        await looked.look()
        looked.login.roles = ("Application.ReadWrite.All",)
        await looked.look(timedelta(minutes=1))
        assert looked.end == END

    async def test_keeps_the_last_known_end_when_graph_does_not_answer(
        self, looked: Looked, caplog: pytest.LogCaptureFixture
    ) -> None:
        await looked.look()
        looked.graph.error = Transient(Reason.GRAPH_UNREACHABLE, "No answer.")
        with caplog.at_level(logging.DEBUG):
            assert not await looked.look(DAY)
        assert looked.end == END
        assert "an-app" in caplog.text
        assert SECRET[:3] not in caplog.text

    async def test_is_given_up_when_graph_hangs(self, looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(secret_expiry, "LOOK_TIMEOUT_SECONDS", 0.0)
        looked.graph.hangs = True
        assert not await looked.look()
        assert looked.expiry.known is None

    async def test_asks_again_a_day_after_a_failure(self, looked: Looked) -> None:
        looked.graph.error = Transient(Reason.GRAPH_UNREACHABLE, "No answer.")
        await looked.look()
        looked.graph.error = None
        await looked.look(HOUR)
        assert looked.count == 1
        await looked.look(DAY)
        assert looked.end == END

    @pytest.mark.parametrize("secrets", [None, (), (ListedSecret("a1b", END), ListedSecret("a1b", OTHER_END))])
    async def test_tells_that_the_end_is_not_known(
        self, looked: Looked, secrets: tuple[ListedSecret, ...] | None
    ) -> None:
        looked.graph.secrets = secrets
        assert not await looked.look()
        assert looked.expiry.known == CredentialExpiry(None)

    async def test_is_news_when_a_known_end_is_not_known_any_more(self, looked: Looked) -> None:
        await looked.look()
        looked.graph.secrets = None
        assert await looked.look(DAY)
        assert looked.expiry.known == CredentialExpiry(None)
