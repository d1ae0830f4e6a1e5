"""Repeated logins, and logins whose answers are odd, endless or not those of the cloud."""

import asyncio
import gzip
import json
import tracemalloc
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from entrasync.core.decision.errors import Halted, Transient
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretFile, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint
from tests.support.halts import stalls
from tests.support.scripted_credentials import APPS, CREDENTIALS, GLOBAL
from tests.support.scripted_graph import CLIENT, TENANT, make_jwt
from tests.support.scripted_login import ScriptedLogin


@pytest.fixture
def login() -> ScriptedLogin:
    return ScriptedLogin()


@pytest.fixture
def tokens(login: ScriptedLogin) -> TokenSource:
    credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
    return TokenSource(CLOUDS["Global"], credential, transport=login.transport)


def answer_with(expires_in: object) -> httpx.Response:
    body = {"token_type": "Bearer", "access_token": make_jwt({"appid": CLIENT, "tid": TENANT})}
    return httpx.Response(200, json=body if expires_in == "absent" else body | {"expires_in": expires_in})


class TestLifetime:
    @pytest.mark.parametrize("kind", ["secret", "machine"])
    @pytest.mark.parametrize(
        "life", ["absent", None, 0, "0", 0.0, -1, 1, 10**15, 10**400, "soon", "nan", "inf", True, [], {}]
    )
    async def test_counts_as_short_when_it_cannot_be_believed(self, life: object, kind: str) -> None:
        login, now = ScriptedLogin(answer=answer_with(life)), 0.0
        tokens = TokenSource(GLOBAL, CREDENTIALS[kind], transport=login.transport, monotonic=lambda: now)
        first = await tokens.get_token()
        for moment in (10.0, 100.0, 149.0):
            now = moment
            assert await tokens.get_token() is first
        now = 151.0
        await tokens.get_token()
        assert len(login.token_requests) == 2

    async def test_is_believed_when_it_is_that_of_an_hour(self) -> None:
        login, now = ScriptedLogin(answer=answer_with("3599")), 0.0
        tokens = TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport, monotonic=lambda: now)
        await tokens.get_token()
        for moment in (3000.0, 3298.0, 3300.0):
            now = moment
            await tokens.get_token()
        assert len(login.token_requests) == 2


class TestUnreachableLogin:
    async def test_is_asked_in_growing_intervals_whatever_retry_after_says(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("entrasync.graph.auth.tokens.random", lambda: 0.0)
        login, now = ScriptedLogin(answer=httpx.Response(503, headers={"retry-after": "0"})), 0.0
        tokens = TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport, monotonic=lambda: now)
        asked: list[float] = []
        while now < 200:
            before = len(login.token_requests)
            with pytest.raises(Transient):
                await tokens.get_token()
            asked.extend([now] * (len(login.token_requests) - before))
            now += 1
        assert asked == [0, 2, 6, 14, 30, 62, 122, 182]

    async def test_tells_each_caller_how_long_it_is_not_asked_again(self) -> None:
        login, now = ScriptedLogin(answer=httpx.Response(503, headers={"retry-after": "90"})), 0.0
        tokens = TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport, monotonic=lambda: now)
        for moment, left in ((0.0, 90), (30.0, 60), (89.0, 1)):
            now = moment
            with pytest.raises(Transient) as caught:
                await tokens.get_token()
            assert caught.value.after == timedelta(seconds=left)
        assert len(login.token_requests) == 1


ODD = [{}, {"token_endpoint": 3}, {"token_endpoint": []}, {"token_endpoint": "x"}, {"issuer": 7, "token_endpoint": {}}]


class TestOddAnswer:
    @pytest.mark.parametrize("document", [*ODD, [], 3, None, "x", {"a": 10**500}])
    async def test_of_the_discovery_passes_by_itself(self, document: object) -> None:
        login = ScriptedLogin(discovery=httpx.Response(200, content=json.dumps(document)))
        with pytest.raises(Transient):
            await TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport).get_token()
        assert login.token_requests == []

    @pytest.mark.parametrize("status", [200, 201, 203, 400, 401, 418, 500])
    @pytest.mark.parametrize("kind", CREDENTIALS)
    @pytest.mark.parametrize(
        "document",
        [
            [],
            3,
            None,
            {"access_token": 3},
            {"access_token": ""},
            {"access_token": {"a": 1}},
            {"error": 3, "error_description": [], "error_codes": "x"},
            {"error": {"code": []}},
        ],
    )
    async def test_is_an_error_of_the_login_and_no_fault_of_the_operator(
        self, document: object, kind: str, status: int
    ) -> None:
        login = ScriptedLogin(answer=httpx.Response(status, content=json.dumps(document)))
        with pytest.raises((Transient, Halted)):
            await TokenSource(GLOBAL, CREDENTIALS[kind], transport=login.transport).get_token()

    @pytest.mark.parametrize(
        "members", [{"client_info": 7}, {"id_token": []}, {"scope": 3}, {"token_type": {}}, {"refresh_in": "x"}]
    )
    async def test_beside_a_token_does_not_matter(self, members: dict[str, object]) -> None:
        body = answer_with(3599).json() | members
        login = ScriptedLogin(answer=httpx.Response(200, json=body))
        assert (await TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport).get_token()).value

    @pytest.mark.parametrize("kind", CREDENTIALS)
    @pytest.mark.parametrize("status", [201, 202, 203, 206])
    async def test_is_a_token_with_another_status_than_200(self, kind: str, status: int) -> None:
        login = ScriptedLogin(answer=httpx.Response(status, json=answer_with(3599).json()))
        with pytest.raises(Transient):
            await TokenSource(GLOBAL, CREDENTIALS[kind], transport=login.transport).get_token()

    @pytest.mark.parametrize("is_packed", [False, True])
    async def test_is_one_that_is_too_long_unpacked(self, is_packed: bool) -> None:
        body = b'{"access_token": "' + b" " * 50 * 1024 * 1024
        headers = {"content-encoding": "gzip"} if is_packed else {}
        stream = httpx.ByteStream(gzip.compress(body, compresslevel=1) if is_packed else body)
        login = ScriptedLogin(answer=httpx.Response(200, headers=headers, stream=stream))
        tracemalloc.start()
        try:
            with pytest.raises(Transient, match="no answer that can be read"):
                await TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport).get_token()
            assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
        finally:
            tracemalloc.stop()


class TestLoginHost:
    def discover(self, host: str, scheme: str = "https") -> httpx.Response:
        root = f"https://{host}/{TENANT}"
        token_endpoint = f"{scheme}://{host}/{TENANT}/oauth2/v2.0/token"
        document = {"token_endpoint": token_endpoint, "authorization_endpoint": f"{root}/authorize"}
        return httpx.Response(200, json=document | {"issuer": f"{root}/v2.0"})

    @pytest.mark.parametrize("kind", APPS)
    async def test_gets_no_proof_in_clear_text(self, kind: str) -> None:
        """MSAL refuses a token endpoint that is not https."""
        host = "login.microsoftonline.com"
        login = ScriptedLogin(discovery=self.discover(host, "http"))
        with pytest.raises(Transient):
            await TokenSource(GLOBAL, CREDENTIALS[kind], transport=login.transport).get_token()
        assert login.token_requests == []

    @pytest.mark.parametrize("kind", APPS)
    @pytest.mark.parametrize(
        "host",
        [
            "evil.example",
            "evil.example:443",
            "login.microsoftonline.com.evil.example",
            "login.microsoftonline.com:444",
            "login.microsoftonline.com:4443",
        ],
    )
    async def test_gets_no_proof_when_it_is_none_of_the_cloud(self, host: str, kind: str) -> None:
        login = ScriptedLogin(discovery=self.discover(host))
        with pytest.raises(Transient) as caught:
            await TokenSource(GLOBAL, CREDENTIALS[kind], transport=login.transport).get_token()
        assert login.token_requests == []
        assert f"names {host} for logins" in caught.value.message

    @pytest.mark.parametrize(
        ("cloud", "host"), [("China", "login.partner.microsoftonline.cn"), ("Global", "login.windows.net")]
    )
    @pytest.mark.parametrize("port", ["", ":443"])
    async def test_may_be_an_alias_of_the_cloud(self, cloud: str, host: str, port: str) -> None:
        login = ScriptedLogin(discovery=self.discover(f"{host}{port}"))
        await TokenSource(CLOUDS[cloud], CREDENTIALS["secret"], transport=login.transport).get_token()
        assert [request.url.host for request in login.token_requests] == [host]

    async def test_may_be_one_that_the_install_lists(self) -> None:
        login = ScriptedLogin(discovery=self.discover("tokens.private.example"))
        endpoint = GraphEndpoint(
            "https://graph.private.example", "https://login.private.example", login_hosts=("tokens.private.example",)
        )
        await TokenSource(endpoint, CREDENTIALS["secret"], transport=login.transport).get_token()
        assert len(login.token_requests) == 1


class TestRefusedProof:
    async def test_is_not_used_again_for_30_seconds(self) -> None:
        login, now = ScriptedLogin(), 0.0
        credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
        tokens = TokenSource(CLOUDS["Global"], credential, transport=login.transport, monotonic=lambda: now)
        login.refuse(7000215, "Invalid client secret provided.")
        for moment in (0.0, 3.0, 6.0, 29.0):
            now = moment
            with stalls(match="AADSTS7000215"):
                await tokens.get_token()
        assert len(login.forms) == 1
        now, login.answer = 31.0, None
        await tokens.get_token()

    async def test_is_replaced_by_another_within_seconds(self, tmp_path: Path) -> None:
        login, now, file = ScriptedLogin(), 0.0, tmp_path / "secret"
        credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretFile(file)))
        tokens = TokenSource(CLOUDS["Global"], credential, transport=login.transport, monotonic=lambda: now)
        file.write_text("old")
        login.refuse(7000215, "Invalid client secret provided.")
        with stalls():
            await tokens.get_token()
        file.write_text("new")
        now, login.answer = 3.0, None
        await tokens.get_token()
        assert [form["client_secret"] for form in login.forms] == ["old", "new"]

    async def test_is_told_apart_from_transient_trouble(self) -> None:
        login, now = ScriptedLogin(answer=httpx.Response(503)), 0.0
        credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
        tokens = TokenSource(CLOUDS["Global"], credential, transport=login.transport, monotonic=lambda: now)
        with pytest.raises(Transient):
            await tokens.get_token()
        now, login.answer = 3.0, None
        await tokens.get_token()


class TestLogIn:
    async def test_requests_a_token_although_one_is_cached(self, tokens: TokenSource) -> None:
        first = await tokens.get_token()
        second = await tokens.log_in()
        assert second.value != first.value
        assert await tokens.get_token() is second

    async def test_shares_a_login_that_is_under_way(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        one, two = await asyncio.gather(tokens.log_in(), tokens.get_token())
        assert one is two
        assert len(login.forms) == 1

    async def test_raises_although_the_last_token_is_still_valid(
        self, tokens: TokenSource, login: ScriptedLogin
    ) -> None:
        first = await tokens.get_token()
        login.answer = httpx.Response(503)
        with pytest.raises(Transient):
            await tokens.log_in()
        assert await tokens.get_token() is first

    async def test_asks_entra_again_after_a_refusal(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        login.refuse(7000215, "Invalid client secret provided.")
        for _ in range(2):
            with stalls():
                await tokens.log_in()
        assert len(login.forms) == 2
