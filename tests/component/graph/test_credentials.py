"""Each kind of credential against the simulator's Entra: a token, a call that Graph takes, and words for a refusal."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import PossiblyReplicating, Stalled, Transient
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
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from tests.support.simulated_credentials import AUDIENCE, ISSUER, SUBJECT, Certificate, make_certificate, make_issuer
from tests.support.simulator_client import Principal, SimulatorClient
from tests.support.still_clock import StillClock

NODE = "77777777-7777-7777-7777-777777777777"
ELSEWHERE = "88888888-8888-8888-8888-888888888888"
CRT = "key tls.crt of Secret team-a/entra"


@dataclass(frozen=True)
class Account:
    """Asks for the token of a ServiceAccount."""

    sign: Callable[[], str] = field(repr=False)
    where: str = "ServiceAccount identity/sync"

    async def read(self) -> str:
        return self.sign()


def endpoint(world: SimulatorClient) -> GraphEndpoint:
    return GraphEndpoint(world.connection.url, world.connection.url, ca_file=world.ca_path)


def app(world: SimulatorClient, proof: ClientSecret | ClientCertificate | FederatedToken) -> AppCredential:
    return AppCredential(world.connection.tenant_id, world.connection.client_id, proof)


def by_certificate(certificate: Certificate) -> ClientCertificate:
    pem, key = SecretValue(certificate.pem, CRT), SecretValue(certificate.key_pem, "key tls.key")
    return ClientCertificate(pem, key)


@pytest.fixture(autouse=True)
def _this_machine(graph_world: SimulatorClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrasync.graph.auth.tokens.RETRY_DELAY_SECONDS", 0.0)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", graph_world.connection.metadata_url)
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)


def allow_secret(world: SimulatorClient) -> Credential:
    return app(world, ClientSecret(SecretValue(world.connection.client_secret, "world.json")))


def allow_certificate(world: SimulatorClient) -> Credential:
    world.add_certificate(make_certificate().pem)
    return app(world, by_certificate(make_certificate()))


def allow_service_account(world: SimulatorClient) -> Credential:
    issuer = make_issuer()
    world.set_issuer(ISSUER, public_keys=[issuer.public_pem])
    world.add_federated_credential(ISSUER, SUBJECT)
    return app(world, FederatedToken(Account(issuer.sign)))


def allow_own_identity(world: SimulatorClient) -> Credential:
    world.set_managed_identity(NODE, is_system_assigned=True)
    return ManagedIdentity(world.connection.tenant_id)


def allow_user_assigned_identity(world: SimulatorClient) -> Credential:
    world.set_managed_identity(NODE)
    world.set_managed_identity(ELSEWHERE)
    return ManagedIdentity(world.connection.tenant_id, NODE)


KINDS = [allow_secret, allow_certificate, allow_service_account, allow_own_identity, allow_user_assigned_identity]


@asynccontextmanager
async def client_of(tokens: TokenSource) -> AsyncIterator[GraphClient]:
    client = GraphClient(tokens, TenantLimiter(StillClock()))
    try:
        yield client
    finally:
        await client.aclose()


async def refusal(world: SimulatorClient, credential: Credential) -> Stalled:
    with pytest.raises(Stalled) as caught:
        await TokenSource(endpoint(world), credential).log_in()
    return caught.value


@pytest.mark.parametrize("allow", KINDS)
@pytest.mark.parametrize("version", ["v1.0", "beta"])
class TestEachKind:
    async def test_opens_graph(
        self,
        graph_world: SimulatorClient,
        principal: Principal,
        allow: Callable[[SimulatorClient], Credential],
        version: str,
    ) -> None:
        at = replace(endpoint(graph_world), api_version="beta" if version == "beta" else "v1.0")
        tokens = TokenSource(at, allow(graph_world))
        token = await tokens.log_in()
        assert token.tenant_id == graph_world.connection.tenant_id
        assert token.app_id in {graph_world.connection.client_id, NODE}
        assert "Synchronization.ReadWrite.All" in token.roles
        async with client_of(tokens) as client:
            assert (await client.create_job(principal.id, "scim")).template_id == "scim"

    async def test_renews_a_revoked_token(
        self,
        graph_world: SimulatorClient,
        principal: Principal,
        allow: Callable[[SimulatorClient], Credential],
        version: str,
    ) -> None:
        at = replace(endpoint(graph_world), api_version="beta" if version == "beta" else "v1.0")
        tokens = TokenSource(at, allow(graph_world))
        async with client_of(tokens) as client:
            await client.list_jobs(principal.id)
            graph_world.revoke_tokens()
            assert (await client.list_jobs(principal.id)).jobs == ()


class TestCertificates:
    async def test_one_that_is_not_registered(self, graph_world: SimulatorClient) -> None:
        graph_world.add_certificate(make_certificate().pem)
        error = await refusal(graph_world, app(graph_world, by_certificate(make_certificate("other"))))
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert "AADSTS700027" in error.message
        assert f"upload the certificate in {CRT} to the app registration" in error.message

    async def test_one_that_has_expired_is_not_shown_to_entra(self, graph_world: SimulatorClient) -> None:
        old = make_certificate(age=timedelta(days=31))
        graph_world.add_certificate(old.pem)
        assert "is expired since" in (await refusal(graph_world, app(graph_world, by_certificate(old)))).message
        assert graph_world.calls().identity == {}


class TestServiceAccounts:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"iss": "https://elsewhere.test"}, 700211),
            ({"sub": "system:serviceaccount:team-b:entra"}, 700213),
            ({"aud": ["https://vault.test"]}, 700212),
        ],
    )
    async def test_one_that_the_app_does_not_trust(
        self, graph_world: SimulatorClient, changes: dict[str, object], code: int
    ) -> None:
        issuer = make_issuer()
        graph_world.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        graph_world.add_federated_credential(ISSUER, SUBJECT)
        account = Account(lambda: issuer.sign(**changes))
        error = await refusal(graph_world, app(graph_world, FederatedToken(account)))
        claims: dict[str, Any] = {"iss": ISSUER, "sub": SUBJECT, "aud": [AUDIENCE], **changes}
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"AADSTS{code}" in error.message
        audience = claims["aud"][0]
        assert f"issuer {claims['iss']}, subject {claims['sub']}, audience {audience}" in error.message
        assert "the token comes from ServiceAccount identity/sync" in error.message

    async def test_one_whose_issuer_does_not_show_its_keys(self, graph_world: SimulatorClient) -> None:
        graph_world.set_issuer(ISSUER, public_keys=[])
        graph_world.add_federated_credential(ISSUER, SUBJECT)
        error = await refusal(graph_world, app(graph_world, FederatedToken(Account(make_issuer().sign))))
        assert "AADSTS7000272" in error.message
        assert f"the keys of the token's issuer, {ISSUER}" in error.message

    async def test_one_whose_token_is_too_old(self, graph_world: SimulatorClient) -> None:
        issuer = make_issuer()
        graph_world.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        graph_world.add_federated_credential(ISSUER, SUBJECT)
        old = Account(lambda: issuer.sign(exp=1_700_000_000))
        error = await refusal(graph_world, app(graph_world, FederatedToken(old)))
        assert "AADSTS700024" in error.message
        assert "check the clocks of the nodes" in error.message

    async def test_a_projected_file_rotates(self, graph_world: SimulatorClient, tmp_path: Path) -> None:
        issuer, file = make_issuer(), tmp_path / "azure-identity-token"
        graph_world.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        graph_world.add_federated_credential(ISSUER, SUBJECT)
        file.write_text(issuer.sign(exp=1_700_000_000))
        proof = FederatedToken(SecretFile(file, "federated token"))
        tokens = TokenSource(endpoint(graph_world), app(graph_world, proof))
        with pytest.raises(Stalled):
            await tokens.get_token()
        file.write_text(issuer.sign())
        assert (await tokens.get_token()).app_id == graph_world.connection.client_id


class TestManagedIdentities:
    async def test_one_that_is_not_assigned(self, graph_world: SimulatorClient) -> None:
        graph_world.set_managed_identity(NODE)
        identity = ManagedIdentity(graph_world.connection.tenant_id, ELSEWHERE)
        error = await refusal(graph_world, identity)
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"managed identity {ELSEWHERE}: Identity not found" in error.message

    async def test_one_of_several_must_be_named(self, graph_world: SimulatorClient) -> None:
        graph_world.set_managed_identity(NODE)
        graph_world.set_managed_identity(ELSEWHERE)
        message = (await refusal(graph_world, ManagedIdentity(graph_world.connection.tenant_id))).message
        assert "please specify the clientId" in message

    async def test_one_of_another_tenant(self, graph_world: SimulatorClient) -> None:
        graph_world.set_managed_identity(NODE, ELSEWHERE)
        error = await refusal(graph_world, ManagedIdentity(graph_world.connection.tenant_id, NODE))
        assert error.reason is Reason.TENANT_CHANGED
        assert f"belongs to tenant {ELSEWHERE}, not to {graph_world.connection.tenant_id}" in error.message

    async def test_a_machine_without_any(self, graph_world: SimulatorClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
        error = await refusal(graph_world, ManagedIdentity(graph_world.connection.tenant_id))
        assert "must run on a machine of Azure" in error.message


async def test_a_token_for_another_graph_is_not_taken(graph_world: SimulatorClient, principal: Principal) -> None:
    """Tokens of one cloud mean nothing in another."""
    elsewhere = replace(endpoint(graph_world), scope="https://graph.microsoft.com/.default")
    tokens = TokenSource(elsewhere, allow_secret(graph_world))
    async with client_of(tokens) as client:
        with pytest.raises(Transient, match="does not take our token"):
            await client.list_jobs(principal.id)


async def test_a_role_that_is_missing_is_named(graph_world: SimulatorClient, principal: Principal) -> None:
    credential = allow_certificate(graph_world)
    graph_world.set_application(roles=["User.Read.All"])
    tokens = TokenSource(endpoint(graph_world), credential)
    assert (await tokens.log_in()).roles == ("User.Read.All",)
    async with client_of(tokens) as client:
        with pytest.raises(PossiblyReplicating) as caught:
            await client.list_jobs(principal.id)
    assert f"Grant app {graph_world.connection.client_id}" in caught.value.message
