"""What each kind of credential sends to whom, in each cloud."""

import hashlib
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from entrasync.graph.auth.credentials import (
    ClientCertificate,
    FederatedToken,
    SecretFile,
)
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import GraphEndpoint, add_clouds
from tests.support.scripted_credentials import (
    ACCOUNT,
    ACCOUNT_TOKEN,
    APPS,
    CREDENTIALS,
    GLOBAL,
    MANAGED,
    PAIR,
    app,
    certificate,
    federated,
    log_in_refused,
    make_source,
)
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, make_jwt
from tests.support.scripted_login import ScriptedLogin, read_json

PRIVATE = GraphEndpoint("https://graph.private.example", "https://login.private.example")
ALL_CLOUDS = add_clouds({"Private": PRIVATE})


class TestLoginInEachCloud:
    @pytest.mark.parametrize("kind", APPS)
    @pytest.mark.parametrize("cloud", ALL_CLOUDS)
    async def test_sends_an_app_to_the_authority_of_its_cloud(self, cloud: str, kind: str) -> None:
        login, endpoint = ScriptedLogin(), ALL_CLOUDS[cloud]
        await make_source(login, CREDENTIALS[kind], endpoint).get_token()
        assert [str(request.url) for request in login.requests] == [
            f"{endpoint.authority}/{TENANT}/v2.0/.well-known/openid-configuration",
            f"{endpoint.authority}/{TENANT}/oauth2/v2.0/token",
        ]
        assert login.forms[0]["scope"] == f"{endpoint.graph_url}/.default"
        assert login.forms[0]["client_id"] == CLIENT
        assert login.forms[0]["grant_type"] == "client_credentials"

    @pytest.mark.parametrize("kind", MANAGED)
    @pytest.mark.parametrize("cloud", ALL_CLOUDS)
    async def test_sends_a_managed_identity_to_its_machine(self, cloud: str, kind: str) -> None:
        login, endpoint = ScriptedLogin(), ALL_CLOUDS[cloud]
        await make_source(login, CREDENTIALS[kind], endpoint).get_token()
        (request,) = login.requests
        assert str(request.url.copy_with(query=None)) == "http://169.254.169.254/metadata/identity/oauth2/token"
        assert request.headers["metadata"] == "true"
        expected = {"api-version": "2018-02-01", "resource": endpoint.graph_url}
        assert dict(request.url.params) == expected | ({"client_id": CLIENT} if kind == "managed" else {})

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
    def test_uses_the_endpoints_that_microsoft_documents(
        self, cloud: str, graph: str, authority: str, audience: str
    ) -> None:
        endpoint = ALL_CLOUDS[cloud]
        assert endpoint.root == f"https://{graph}/v1.0"
        assert endpoint.authority == f"https://{authority}"
        assert endpoint.exchange_audience == audience


class TestLoginRequest:
    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_asks_for_no_compression_that_is_not_unpacked(self, kind: str) -> None:
        login = ScriptedLogin()
        await make_source(login, CREDENTIALS[kind]).get_token()
        assert {request.headers["accept-encoding"] for request in login.requests} == {"gzip"}


class TestLoginByEachProof:
    async def test_sends_a_client_secret_unchanged(self) -> None:
        login = ScriptedLogin()
        await make_source(login, CREDENTIALS["secret"]).get_token()
        assert login.forms[0]["client_secret"] == SECRET
        assert "client_assertion" not in login.forms[0]

    async def test_signs_with_a_certificate_and_names_its_thumbprint(self) -> None:
        login = ScriptedLogin()
        await make_source(login, certificate()).get_token()
        head, claims, _ = login.forms[0]["client_assertion"].split(".")
        header, claims = read_json(head), read_json(claims)
        der = x509.load_pem_x509_certificate(PAIR.certificate.encode()).public_bytes(Encoding.DER)
        assert header["alg"] == "PS256"
        assert header["x5t#S256"].rstrip("=") == urlsafe_b64encode(hashlib.sha256(der).digest()).decode().rstrip("=")
        assert (claims["iss"], claims["sub"]) == (CLIENT, CLIENT)
        assert claims["aud"] == str(login.token_requests[0].url)
        assert "client_secret" not in login.forms[0]

    async def test_tells_when_the_certificate_expires_that_it_logged_in_with(self) -> None:
        login, expiry = ScriptedLogin(), x509.load_pem_x509_certificate(PAIR.certificate.encode()).not_valid_after_utc
        source = make_source(login, certificate())
        assert source.certificate_expires_at is None
        await source.get_token()
        assert source.certificate_expires_at == expiry

    async def test_reads_a_certificate_from_files(self, tmp_path: Path) -> None:
        login = ScriptedLogin()
        crt, key = tmp_path / "tls.crt", tmp_path / "tls.key"
        crt.write_text(PAIR.certificate)
        key.write_text(PAIR.private_key)
        await make_source(login, app(ClientCertificate(SecretFile(crt), SecretFile(key, "private key")))).get_token()
        assert login.forms[0]["client_assertion"]
        key.unlink()
        assert (
            f"private key cannot be read from the file {key}"
            in (
                await log_in_refused(login, app(ClientCertificate(SecretFile(crt), SecretFile(key, "private key"))))
            ).message
        )

    async def test_requests_a_federated_token_at_each_login(self) -> None:
        login = ScriptedLogin()
        tokens = make_source(login, federated(ACCOUNT_TOKEN, make_jwt({**ACCOUNT, "jti": "2"})))
        await tokens.get_token()
        tokens.drop()
        await tokens.get_token()
        sent = [form["client_assertion"] for form in login.forms]
        assert sent == [ACCOUNT_TOKEN, make_jwt({**ACCOUNT, "jti": "2"})]
        assert login.forms[0]["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    async def test_reads_a_projected_token_at_each_login(self, tmp_path: Path) -> None:
        login, file = ScriptedLogin(), tmp_path / "azure-identity-token"
        file.write_text("first")
        tokens = make_source(login, app(FederatedToken(SecretFile(file, "federated token"))))
        await tokens.get_token()
        file.write_text("second")
        tokens.drop()
        await tokens.get_token()
        assert [form["client_assertion"] for form in login.forms] == ["first", "second"]

    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_returns_a_token_with_app_tenant_and_roles(self, kind: str) -> None:
        token = await make_source(ScriptedLogin(), CREDENTIALS[kind]).get_token()
        assert (token.app_id, token.tenant_id, token.roles) == (CLIENT, TENANT, ("r",))

    async def test_reads_the_lifetime_of_a_machines_token_from_text(self) -> None:
        now = 0.0
        login = ScriptedLogin()
        tokens = TokenSource(GLOBAL, CREDENTIALS["machine"], transport=login.transport, monotonic=lambda: now)
        first = await tokens.get_token()
        now = 80_000
        assert await tokens.get_token() is first
        now = 86_399 - 200
        assert (await tokens.get_token()).value != first.value
