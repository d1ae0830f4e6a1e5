"""Each kind of credential: what is asked of whom in each cloud, and what a person reads when it is refused."""

import hashlib
import logging
import traceback
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from entrasync.api.conditions import Reason
from entrasync.core.decision.errors import EntraSyncError, Stalled, Transient
from entrasync.graph.auth.credentials import (
    AppCredential,
    ClientCertificate,
    ClientSecret,
    Credential,
    FederatedToken,
    ManagedIdentity,
    SecretFile,
    SecretValue,
)
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint, clouds_with
from tests.support.certificates import certificate_pem, key_pem, make_certificate, make_pair, rsa_key
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, make_jwt
from tests.support.scripted_login import ScriptedLogin, read_json
from tests.support.secret_forms import find_pieces

OTHER_TENANT = "33333333-3333-3333-3333-333333333333"
PRIVATE = GraphEndpoint("https://graph.private.example", "https://login.private.example")
ALL_CLOUDS = clouds_with({"Private": PRIVATE})
GLOBAL = CLOUDS["Global"]

ACCOUNT = {
    "iss": "https://issuer.example",
    "sub": "system:serviceaccount:team-a:entra",
    "aud": [GLOBAL.exchange_audience],
}
ACCOUNT_TOKEN = make_jwt(ACCOUNT)
PAIR = make_pair()
CRT, KEY = "key tls.crt of Secret team-a/entra", "key tls.key of Secret team-a/entra"


@dataclass(frozen=True)
class Asking:
    """A source that is asked anew each time, as for the token of a ServiceAccount."""

    where: str
    answers: list[str | EntraSyncError] = field(repr=False)

    async def read(self) -> str:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, EntraSyncError):
            raise answer
        return answer


def app(proof: ClientSecret | ClientCertificate | FederatedToken) -> AppCredential:
    return AppCredential(TENANT, CLIENT, proof)


def certificate(pem: str = PAIR.certificate, key: str = PAIR.private_key) -> AppCredential:
    return app(ClientCertificate(SecretValue(pem, CRT, "client certificate"), SecretValue(key, KEY, "private key")))


def federated(*answers: str | EntraSyncError) -> AppCredential:
    return app(FederatedToken(Asking("ServiceAccount team-a/entra", list(answers) or [ACCOUNT_TOKEN])))


CREDENTIALS: dict[str, Credential] = {
    "secret": app(ClientSecret(SecretValue(SECRET, "key secret"))),
    "certificate": certificate(),
    "federated": federated(),
    "managed": ManagedIdentity(TENANT, CLIENT),
    "machine": ManagedIdentity(TENANT),
}
APPS = [kind for kind, credential in CREDENTIALS.items() if isinstance(credential, AppCredential)]
MANAGED = [kind for kind in CREDENTIALS if kind not in APPS]


@pytest.fixture(autouse=True)
def _plain_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """MSAL finds the kind of machine by these."""
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)


def source(login: ScriptedLogin, credential: Credential, endpoint: GraphEndpoint = GLOBAL) -> TokenSource:
    return TokenSource(endpoint, credential, transport=login.transport)


async def refusal(login: ScriptedLogin, credential: Credential) -> Stalled:
    with pytest.raises(Stalled) as caught:
        await source(login, credential).get_token()
    return caught.value


class TestEachCloud:
    @pytest.mark.parametrize("kind", APPS)
    @pytest.mark.parametrize("cloud", ALL_CLOUDS)
    async def test_an_app_asks_its_own_authority_for_its_own_graph(self, cloud: str, kind: str) -> None:
        login, endpoint = ScriptedLogin(), ALL_CLOUDS[cloud]
        await source(login, CREDENTIALS[kind], endpoint).get_token()
        assert [str(request.url) for request in login.asked] == [
            f"{endpoint.authority}/{TENANT}/v2.0/.well-known/openid-configuration",
            f"{endpoint.authority}/{TENANT}/oauth2/v2.0/token",
        ]
        assert login.forms[0]["scope"] == f"{endpoint.graph_url}/.default"
        assert login.forms[0]["client_id"] == CLIENT
        assert login.forms[0]["grant_type"] == "client_credentials"

    @pytest.mark.parametrize("kind", MANAGED)
    @pytest.mark.parametrize("cloud", ALL_CLOUDS)
    async def test_a_managed_identity_asks_its_machine_for_its_own_graph(self, cloud: str, kind: str) -> None:
        login, endpoint = ScriptedLogin(), ALL_CLOUDS[cloud]
        await source(login, CREDENTIALS[kind], endpoint).get_token()
        (asked,) = login.asked
        assert str(asked.url.copy_with(query=None)) == "http://169.254.169.254/metadata/identity/oauth2/token"
        assert asked.headers["metadata"] == "true"
        expected = {"api-version": "2018-02-01", "resource": endpoint.graph_url}
        assert dict(asked.url.params) == expected | ({"client_id": CLIENT} if kind == "managed" else {})

    @pytest.mark.parametrize(
        ("cloud", "graph", "authority", "audience"),
        [
            ("Global", "graph.microsoft.com", "login.microsoftonline.com", "api://AzureADTokenExchange"),
            ("USGovL4", "graph.microsoft.us", "login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
            ("USGovL5", "dod-graph.microsoft.us", "login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
            ("China", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn", "api://AzureADTokenExchangeChina"),
            ("Private", "graph.private.example", "login.private.example", "api://AzureADTokenExchange"),
        ],
    )
    def test_it_is_where_microsoft_says(self, cloud: str, graph: str, authority: str, audience: str) -> None:
        endpoint = ALL_CLOUDS[cloud]
        assert endpoint.root == f"https://{graph}/v1.0"
        assert endpoint.authority == f"https://{authority}"
        assert endpoint.exchange_audience == audience


class TestProofs:
    async def test_a_secret_is_sent_as_it_is(self) -> None:
        login = ScriptedLogin()
        await source(login, CREDENTIALS["secret"]).get_token()
        assert login.forms[0]["client_secret"] == SECRET
        assert "client_assertion" not in login.forms[0]

    async def test_a_certificate_signs_and_is_named_by_its_thumbprint(self) -> None:
        login = ScriptedLogin()
        await source(login, certificate()).get_token()
        head, claims, _ = login.forms[0]["client_assertion"].split(".")
        header, claims = read_json(head), read_json(claims)
        der = x509.load_pem_x509_certificate(PAIR.certificate.encode()).public_bytes(Encoding.DER)
        assert header["alg"] == "PS256"
        assert header["x5t#S256"].rstrip("=") == urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
        assert (claims["iss"], claims["sub"]) == (CLIENT, CLIENT)
        assert claims["aud"] == str(login.token_requests[0].url)
        assert "client_secret" not in login.forms[0]

    async def test_a_certificate_may_lie_in_files(self, tmp_path: Path) -> None:
        login = ScriptedLogin()
        crt, key = tmp_path / "tls.crt", tmp_path / "tls.key"
        crt.write_text(PAIR.certificate)
        key.write_text(PAIR.private_key)
        await source(login, app(ClientCertificate(SecretFile(crt), SecretFile(key, "private key")))).get_token()
        assert login.forms[0]["client_assertion"]
        key.unlink()
        assert (
            f"private key cannot be read from the file {key}"
            in (await refusal(login, app(ClientCertificate(SecretFile(crt), SecretFile(key, "private key"))))).message
        )

    async def test_a_federated_token_is_asked_for_at_each_login(self) -> None:
        login = ScriptedLogin()
        tokens = source(login, federated(ACCOUNT_TOKEN, make_jwt({**ACCOUNT, "jti": "2"})))
        await tokens.get_token()
        tokens.drop()
        await tokens.get_token()
        sent = [form["client_assertion"] for form in login.forms]
        assert sent == [ACCOUNT_TOKEN, make_jwt({**ACCOUNT, "jti": "2"})]
        assert login.forms[0]["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    async def test_a_projected_token_is_read_anew_at_each_login(self, tmp_path: Path) -> None:
        login, file = ScriptedLogin(), tmp_path / "azure-identity-token"
        file.write_text("first")
        tokens = source(login, app(FederatedToken(SecretFile(file, "federated token"))))
        await tokens.get_token()
        file.write_text("second")
        tokens.drop()
        await tokens.get_token()
        assert [form["client_assertion"] for form in login.forms] == ["first", "second"]

    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_the_token_says_whose_it_is(self, kind: str) -> None:
        token = await source(ScriptedLogin(), CREDENTIALS[kind]).get_token()
        assert (token.app_id, token.tenant_id, token.roles) == (CLIENT, TENANT, ("r",))

    async def test_a_machines_token_lives_as_long_as_it_says_in_text(self) -> None:
        now = 0.0
        login = ScriptedLogin()
        tokens = TokenSource(GLOBAL, CREDENTIALS["machine"], transport=login.transport, monotonic=lambda: now)
        first = await tokens.get_token()
        now = 80_000
        assert await tokens.get_token() is first
        now = 86_399 - 200
        assert (await tokens.get_token()).value != first.value


class TestRefusals:
    @pytest.mark.parametrize(
        "broken",
        [
            certificate(pem="nonsense"),
            certificate(key=key_pem(rsa_key(1))),
            certificate(pem=certificate_pem(make_certificate(ends=timedelta(hours=-1)))),
            app(ClientSecret(SecretValue("", "key secret"))),
            federated(Stalled(Reason.CREDENTIAL_REFUSED, "There is no ServiceAccount team-a/entra.")),
        ],
        ids=["no-certificate", "foreign-key", "expired", "no-secret", "no-account"],
    )
    async def test_what_cannot_work_is_not_sent_to_entra(self, broken: Credential) -> None:
        login = ScriptedLogin()
        assert (await refusal(login, broken)).reason is Reason.CREDENTIAL_REFUSED
        assert login.asked == []

    async def test_a_source_in_passing_trouble_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("entrasync.graph.auth.tokens.RETRY_DELAY_SECONDS", 0.0)
        trouble = Transient(Reason.GRAPH_UNREACHABLE, "The API server is away.", after=timedelta(seconds=3))
        tokens = source(ScriptedLogin(), federated(trouble, ACCOUNT_TOKEN))
        with pytest.raises(Transient) as caught:
            await tokens.get_token()
        assert caught.value.after == timedelta(seconds=3)
        assert (await tokens.get_token()).app_id == CLIENT

    @pytest.mark.parametrize("code", [700027, 999])
    async def test_a_certificate_that_the_app_does_not_know(self, code: int) -> None:
        login = ScriptedLogin()
        login.refuse(code, "The certificate is not registered on application.")
        error = await refusal(login, CREDENTIALS["certificate"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"Entra refused the client certificate of app {CLIENT} in tenant {TENANT}" in error.message
        assert f"upload the certificate in {CRT} to the app registration" in error.message
        assert "Trace ID" not in error.message

    @pytest.mark.parametrize("code", [70021, 70025, 700211, 700212, 700213, 999])
    async def test_a_federated_token_that_matches_no_record_says_what_to_register(self, code: int) -> None:
        login = ScriptedLogin()
        login.refuse(code, "No matching federated identity record found.")
        error = await refusal(login, CREDENTIALS["federated"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"Entra refused the federated token of app {CLIENT}" in error.message
        assert (
            "add to the app a federated credential with issuer https://issuer.example, "
            f"subject system:serviceaccount:team-a:entra, audience {GLOBAL.exchange_audience}; "
            "the token comes from ServiceAccount team-a/entra"
        ) in error.message

    async def test_a_federated_token_that_says_nothing_is_still_advised_about(self) -> None:
        login = ScriptedLogin()
        login.refuse(700213, "No match.")
        assert "with the token's issuer, subject and audience" in (await refusal(login, federated("opaque"))).message

    async def test_keys_that_the_issuer_does_not_publish(self) -> None:
        login = ScriptedLogin()
        login.refuse(7000272, "The certificate could not be found in the metadata.")
        message = (await refusal(login, CREDENTIALS["federated"])).message
        assert "the keys of the token's issuer, https://issuer.example" in message

    @pytest.mark.parametrize("code", [50166, 90061, 501661])
    async def test_an_issuer_that_entra_cannot_reach_may_be_back_soon(self, code: int) -> None:
        login = ScriptedLogin()
        login.refuse(code, "Request to External OIDC endpoint failed.", status=400)
        with pytest.raises(Transient) as caught:
            await source(login, CREDENTIALS["federated"]).get_token()
        assert f"AADSTS{code}" in caught.value.message
        assert "Entra must be able to read the OpenID configuration" in caught.value.message
        assert "https://issuer.example" in caught.value.message

    async def test_clocks_that_differ(self) -> None:
        login = ScriptedLogin()
        login.refuse(
            700024, "Not within its valid time range. Current time: 2026-11-21T14:00:00Z, assertion valid from"
        )
        message = (await refusal(login, CREDENTIALS["certificate"])).message
        assert "check the clocks of the nodes" in message
        assert "Current time" not in message, "it is new each time, and a message must stay the same"

    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_a_token_of_another_tenant_is_not_used(self, kind: str) -> None:
        error = await refusal(ScriptedLogin(tenant_id=OTHER_TENANT), CREDENTIALS[kind])
        assert error.reason is Reason.TENANT_CHANGED
        assert f"belongs to tenant {OTHER_TENANT}, not to {TENANT}" in error.message

    async def test_a_tenant_may_be_written_in_capitals(self) -> None:
        tenant = "ABCDEF00-0000-0000-0000-000000000000"
        login = ScriptedLogin(tenant_id=tenant.lower())
        assert (await source(login, ManagedIdentity(tenant)).get_token()).tenant_id == tenant.lower()


class TestManagedIdentities:
    async def test_one_that_is_not_assigned_is_named(self) -> None:
        body = {"error": "invalid_request", "error_description": "Identity not found"}
        error = await refusal(ScriptedLogin(answer=httpx.Response(400, json=body)), CREDENTIALS["managed"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"no token for managed identity {CLIENT}: Identity not found" in error.message
        assert "to which this identity is assigned" in error.message

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.ConnectError("refused"),
            httpx.Response(401, text="<html>"),
            httpx.Response(403, json={}),
            httpx.Response(400, json=["x"]),
        ],
    )
    async def test_a_machine_that_is_not_of_azure_is_told(self, answer: httpx.Response | Exception) -> None:
        error = await refusal(ScriptedLogin(answer=answer), CREDENTIALS["machine"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert "the machine's own managed identity" in error.message
        assert "must run on a machine of Azure" in error.message

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.ConnectTimeout("slow"),
            httpx.ReadTimeout("slow"),
            httpx.ReadError("cut"),
            *(httpx.Response(status, json={"error": "busy"}) for status in (404, 410, 429, 500, 503)),
            *(httpx.Response(status, text="<html>") for status in (404, 503)),
            httpx.Response(200, text="<html>"),
            httpx.Response(200, json={"access_token": "canary", "expires_in": "soon"}),
            httpx.Response(302, headers={"location": "http://169.254.169.254/elsewhere"}),
        ],
    )
    async def test_trouble_passes(self, answer: httpx.Response | Exception) -> None:
        login = ScriptedLogin(answer=answer)
        with pytest.raises(Transient) as caught:
            await source(login, CREDENTIALS["machine"]).get_token()
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE
        assert len(login.asked) == 1

    async def test_a_mended_one_works_at_the_next_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """MSAL itself would answer a 429 from its memory."""
        monkeypatch.setattr("entrasync.graph.auth.tokens.RETRY_DELAY_SECONDS", 0.0)
        login = ScriptedLogin(answer=httpx.Response(429, json={"error": "busy"}, headers={"retry-after": "9"}))
        tokens = source(login, CREDENTIALS["machine"])
        with pytest.raises(Transient) as caught:
            await tokens.get_token()
        assert caught.value.after == timedelta(seconds=9)
        login.answer = None
        assert (await tokens.get_token()).app_id == CLIENT

    @pytest.mark.parametrize("claims", [{}, {"tid": 7}])
    async def test_a_token_that_hides_its_tenant_is_not_used(self, claims: dict[str, object]) -> None:
        body = {"access_token": make_jwt(claims), "expires_in": "3599"}
        error = await refusal(ScriptedLogin(answer=httpx.Response(200, json=body)), CREDENTIALS["machine"])
        assert "does not say to which tenant" in error.message

    async def test_no_proxy_stands_between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:2")
        with pytest.raises(Stalled):
            await TokenSource(GLOBAL, CREDENTIALS["machine"]).get_token()


class TestWhatIsQuoted:
    """Entra, or what stands before it, may repeat what it got."""

    @pytest.mark.parametrize("kind", APPS)
    async def test_shows_nothing_that_was_sent(self, kind: str) -> None:
        login = ScriptedLogin(quotes=True)
        login.refuse(50027, "It was refused.")
        error = await refusal(login, CREDENTIALS[kind])
        [form] = login.forms
        sent = [form[name] for name in ("client_secret", "client_assertion") if name in form]
        assert find_pieces(error.message, *sent) == []
        assert "Got '*'" in error.message
        assert "AADSTS50027: It was refused." in error.message

    async def test_shows_nothing_of_a_key_that_never_leaves(self) -> None:
        login = ScriptedLogin()
        login.refuse(700027, f"Signed by {' '.join(PAIR.private_key.splitlines()[1:4])}, it seems.")
        error = await refusal(login, CREDENTIALS["certificate"])
        assert "Signed by *, it seems." in error.message

    async def test_shows_nothing_by_which_a_machine_knows_the_operator(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "canary-of-the-machine")
        body = {"error": "invalid_request", "error_description": "Bad header canary-of-the-machine."}
        error = await refusal(ScriptedLogin(answer=httpx.Response(400, json=body)), CREDENTIALS["managed"])
        assert "Bad header *." in error.message


class TestSecrecy:
    """Logs of every library at their most talkative, errors with their causes, and representations."""

    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_no_proof_and_no_token_shows(self, kind: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        login, credential = ScriptedLogin(), CREDENTIALS[kind]
        token = await source(login, credential).get_token()
        secrets = [SECRET, ACCOUNT_TOKEN, token.value, PAIR.private_key.splitlines()[3]]
        secrets += [form["client_assertion"] for form in login.forms if "client_assertion" in form]
        shown = [repr(credential), repr(await credential.read())]
        for answer in self._troubles(token.value):
            login.answer = answer
            with pytest.raises(EntraSyncError) as caught:
                await source(login, credential).get_token()
            shown.append("".join(traceback.format_exception(caught.value)))
        secrets += [form["client_assertion"] for form in login.forms if "client_assertion" in form]
        for text in [*shown, caplog.text]:
            assert [secret for secret in secrets if secret in text] == []

    def _troubles(self, token: str) -> list[httpx.Response | Exception]:
        refused = {"error": "invalid_client", "error_description": "AADSTS1: No.", "error_codes": [1]}
        return [
            httpx.Response(400, json=refused),
            httpx.Response(401, json=refused),
            httpx.Response(500, text="<html>"),
            httpx.Response(200, text=f'{{"access_token": "{token}'),
            httpx.Response(200, json={"access_token": [token]}),
            httpx.ReadTimeout("slow"),
            httpx.ConnectTimeout("slow"),
        ]
