"""Clients for GraphConnections: their endpoint in each cloud, and what connections share."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import (
    CertificateProof,
    ClientSettings,
    Identity,
    Proof,
    SecretProof,
    ServiceAccountProof,
)
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.graph.auth.credentials import ClientCertificate, ClientSecret, FederatedToken, SecretText
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.call_metrics import NoCallMetrics
from entrasync.graph.calls.shared_limiters import LimiterShare, SharedLimiters
from entrasync.graph.tenant_clients import ReplaceableTokenSource, TenantAccess, TenantAccessFactory
from entrasync.graph.wire.clouds import GraphEndpoint, add_clouds
from tests.support.facts import NOW
from tests.support.halts import stalls
from tests.support.still_clock import StillClock

TENANT, CLIENT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
ACCOUNT = ObjectKey("team-a", "sync")
PRIVATE = GraphEndpoint("https://graph.private.example", "https://login.private.example", ca_file=Path("/ca.pem"))
PROOFS: dict[str, Proof] = {
    "secret": SecretProof("canary", "key s of Secret team-a/entra"),
    "certificate": CertificateProof(
        "CERT", "KEY", "key tls.crt of Secret team-a/entra", "key tls.key of Secret team-a/entra"
    ),
    "workload identity": ServiceAccountProof(ACCOUNT),
}
ENDPOINTS = {
    "Global": ("https://graph.microsoft.com", "https://login.microsoftonline.com", "api://AzureADTokenExchange"),
    "USGovL4": ("https://graph.microsoft.us", "https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
    "USGovL5": (
        "https://dod-graph.microsoft.us",
        "https://login.microsoftonline.us",
        "api://AzureADTokenExchangeUSGov",
    ),
    "China": (
        "https://microsoftgraph.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "api://AzureADTokenExchangeChina",
    ),
    "Private": ("https://graph.private.example", "https://login.private.example", "api://AzureADTokenExchange"),
}


def make_settings(
    cloud: str = "Global", *, client: str = CLIENT, version: str | None = None, concurrency: int | None = None
) -> ClientSettings:
    return ClientSettings(TENANT, client, cloud, version, concurrency)


class RecordingIssuer:
    def __init__(self) -> None:
        self.requests: list[tuple[ObjectKey, str]] = []

    async def __call__(self, account: ObjectKey, audience: str) -> str:
        self.requests.append((account, audience))
        return "a.b.c"


@pytest.fixture
def issuer() -> RecordingIssuer:
    return RecordingIssuer()


@pytest.fixture
def factory(issuer: RecordingIssuer) -> TenantAccessFactory:
    clouds = add_clouds({"Private": PRIVATE})
    return TenantAccessFactory(
        clouds, limiters=SharedLimiters(StillClock(), concurrency=8), metrics=NoCallMetrics(), issue_token=issuer
    )


class TestTenantAccessFactory:
    @pytest.mark.parametrize("kind", PROOFS)
    @pytest.mark.parametrize("cloud", ENDPOINTS)
    async def test_finds_endpoint_login_and_audience_for_each_cloud_and_proof(
        self, factory: TenantAccessFactory, issuer: RecordingIssuer, cloud: str, kind: str
    ) -> None:
        graph, authority, audience = ENDPOINTS[cloud]
        endpoint = factory.find_endpoint(make_settings(cloud, version="beta"))
        credential = factory.build_credential(make_settings(cloud), PROOFS[kind], endpoint)
        assert (endpoint.root, endpoint.authority) == (f"{graph}/beta", authority)
        assert endpoint.scope == f"{graph}/.default"
        assert (credential.tenant_id, credential.client_id) == (TENANT, CLIENT)
        await credential.read()
        assert issuer.requests == ([(ACCOUNT, audience)] if kind == "workload identity" else [])

    def test_uses_version_1_by_default(self, factory: TenantAccessFactory) -> None:
        assert factory.find_endpoint(make_settings()).root == "https://graph.microsoft.com/v1.0"

    def test_trusts_the_authority_of_a_cloud_that_the_install_defines(self, factory: TenantAccessFactory) -> None:
        assert factory.find_endpoint(make_settings("Private")).ca_file == Path("/ca.pem")

    def test_names_the_known_clouds_when_a_cloud_is_unknown(self, factory: TenantAccessFactory) -> None:
        with stalls(match=r"knows no cloud Mars\. It knows: China, Global, Private") as refusal:
            factory.find_endpoint(make_settings("Mars"))
        assert refusal.value.reason is Reason.CLOUD_UNKNOWN

    @pytest.mark.parametrize(
        ("kind", "proof"),
        [("secret", ClientSecret), ("certificate", ClientCertificate), ("workload identity", FederatedToken)],
    )
    def test_keeps_the_place_of_the_proof_for_messages(
        self, factory: TenantAccessFactory, kind: str, proof: type
    ) -> None:
        credential = factory.build_credential(make_settings(), PROOFS[kind], factory.find_endpoint(make_settings()))
        assert isinstance(credential.proof, proof)
        assert "team-a/" in credential.proof.where
        assert "canary" not in repr(credential)

    def test_tells_a_faulty_private_key_by_its_own_place(self, factory: TenantAccessFactory) -> None:
        endpoint = factory.find_endpoint(make_settings())
        proof = factory.build_credential(make_settings(), PROOFS["certificate"], endpoint).proof
        assert isinstance(proof, ClientCertificate)
        assert proof.certificate.where == "key tls.crt of Secret team-a/entra"
        assert proof.private_key.where == "key tls.key of Secret team-a/entra"


class TestConnectionsOfOneApp:
    async def test_share_a_limiter_and_never_a_token(self, factory: TenantAccessFactory) -> None:
        opened = [await open_one(factory, make_settings()) for _ in range(2)]
        opened.append(await open_one(factory, make_settings(client=TENANT)))
        opened.append(await open_one(factory, make_settings(concurrency=2)))
        first, second, other_app, narrow = [access.api._exchange.limiter for access in opened]
        assert first is second
        assert other_app is not first
        assert cast("LimiterShare", narrow).shared is first
        assert [first.concurrency, other_app.concurrency, narrow.concurrency] == [8, 8, 2]
        assert len({id(access._tokens.source) for access in opened}) == len(opened)
        for access in opened:
            await access.close()


async def open_one(factory: TenantAccessFactory, settings: ClientSettings) -> TenantAccess:
    def on_refusal(error: Halted) -> EntraSyncError:
        return error

    return await factory.open(Identity(settings, PROOFS["secret"]), on_refusal=on_refusal)


class TestCredentialExpiry:
    @pytest.mark.parametrize(
        ("secret", "certificate_ends", "known"),
        [
            (SecretText("canary"), None, None),
            (None, NOW, CredentialExpiry(NOW)),
            (None, None, CredentialExpiry(None)),
        ],
        ids=["client secret", "client certificate", "federated token"],
    )
    async def test_is_told_by_a_certificate_and_not_yet_by_graph(
        self,
        factory: TenantAccessFactory,
        secret: SecretText | None,
        certificate_ends: datetime | None,
        known: CredentialExpiry | None,
    ) -> None:
        access = await open_one(factory, make_settings())
        source: Any = SimpleNamespace(accepted_secret=secret, certificate_expires_at=certificate_ends)
        access._tokens.source = source
        assert access.credential_expiry == known
        await access.close()


class ScriptedSource:
    """Replaces a token source: gives a token, or refuses."""

    def __init__(self, refusal: Halted | None = None) -> None:
        self.refusal = refusal
        self.tenant_id = TENANT
        self.meanwhile: Callable[[], None] = lambda: None

    async def get_token(self) -> AccessToken:
        self.meanwhile()
        if self.refusal:
            raise self.refusal
        return AccessToken("good")


REFUSED = Halted(Stall(Reason.CREDENTIAL_REFUSED, "No."))


class TestReplaceableTokenSource:
    async def test_reports_a_refusal_and_raises_the_error_it_gets_back(self) -> None:
        reported: list[Halted] = []

        def on_refusal(error: Halted) -> EntraSyncError:
            reported.append(error)
            return EntraSyncError(Reason.CONNECTION_NOT_READY, "broken")

        tokens = ReplaceableTokenSource(cast("TokenSource", ScriptedSource(REFUSED)), on_refusal)
        with pytest.raises(EntraSyncError, match="broken") as error:
            await tokens.get_token()
        assert error.value.reason is Reason.CONNECTION_NOT_READY
        assert reported == [REFUSED]

    async def test_ignores_the_refusal_of_a_proof_that_was_replaced_in_the_meantime(self) -> None:
        old = ScriptedSource(REFUSED)
        tokens = ReplaceableTokenSource(cast("TokenSource", old), lambda error: error)
        old.meanwhile = lambda: setattr(tokens, "source", ScriptedSource())
        assert (await tokens.get_token()).value == "good"


class TestIdentity:
    def test_shows_no_secret_in_its_representation(self) -> None:
        assert "canary" not in repr(Identity(make_settings(), PROOFS["secret"]))
