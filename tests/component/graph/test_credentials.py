"""Each kind of credential logs in at the simulator's Entra, calls Graph, and is refused with advice."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted, PossiblyReplicating, Transient
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
from tests.support.halts import stalls
from tests.support.permits import AnyWrite
from tests.support.simulated_credentials import AUDIENCE, ISSUER, SUBJECT, Certificate, make_certificate, make_issuer
from tests.support.simulator_client import Principal, SimulatorClient
from tests.support.still_clock import StillClock

NODE = "77777777-7777-7777-7777-777777777777"
ELSEWHERE = "88888888-8888-8888-8888-888888888888"
CRT = "key tls.crt of Secret team-a/entra"


@dataclass(frozen=True)
class SigningSource:
    """A `SecretSource` that signs a new token of a ServiceAccount at each read."""

    sign: Callable[[], str] = field(repr=False)
    where: str = "ServiceAccount identity/sync"

    async def read(self) -> str:
        return self.sign()


def endpoint(simulator: SimulatorClient) -> GraphEndpoint:
    return GraphEndpoint(simulator.connection.url, simulator.connection.url, ca_file=simulator.ca_path)


def app(simulator: SimulatorClient, proof: ClientSecret | ClientCertificate | FederatedToken) -> AppCredential:
    return AppCredential(simulator.connection.tenant_id, simulator.connection.client_id, proof)


def by_certificate(certificate: Certificate) -> ClientCertificate:
    pem, key = SecretValue(certificate.pem, CRT), SecretValue(certificate.key_pem, "key tls.key")
    return ClientCertificate(pem, key)


@pytest.fixture(autouse=True)
def _this_machine(simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrasync.graph.auth.tokens.RETRY_DELAY_SECONDS", 0.0)
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", simulator.connection.metadata_url)
    monkeypatch.delenv("IDENTITY_ENDPOINT", raising=False)


def register_secret(simulator: SimulatorClient) -> Credential:
    return app(simulator, ClientSecret(SecretValue(simulator.connection.client_secret, "world.json")))


def register_certificate(simulator: SimulatorClient) -> Credential:
    simulator.add_certificate(make_certificate().pem)
    return app(simulator, by_certificate(make_certificate()))


def register_service_account(simulator: SimulatorClient) -> Credential:
    issuer = make_issuer()
    simulator.set_issuer(ISSUER, public_keys=[issuer.public_pem])
    simulator.add_federated_credential(ISSUER, SUBJECT)
    return app(simulator, FederatedToken(SigningSource(issuer.sign)))


def assign_system_identity(simulator: SimulatorClient) -> Credential:
    simulator.set_managed_identity(NODE, is_system_assigned=True)
    return ManagedIdentity(simulator.connection.tenant_id)


def assign_user_identity(simulator: SimulatorClient) -> Credential:
    simulator.set_managed_identity(NODE)
    simulator.set_managed_identity(ELSEWHERE)
    return ManagedIdentity(simulator.connection.tenant_id, NODE)


KINDS = [register_secret, register_certificate, register_service_account, assign_system_identity, assign_user_identity]


@asynccontextmanager
async def run_client(tokens: TokenSource) -> AsyncIterator[GraphClient]:
    client = GraphClient(tokens, TenantLimiter(StillClock())).with_permit(AnyWrite())
    try:
        yield client
    finally:
        await client.aclose()


async def log_in_refused(simulator: SimulatorClient, credential: Credential) -> Halted:
    with stalls() as caught:
        await TokenSource(endpoint(simulator), credential).log_in()
    return caught.value


@pytest.mark.parametrize("register", KINDS)
@pytest.mark.parametrize("version", ["v1.0", "beta"])
class TestEachKindOfCredential:
    async def test_logs_in_and_calls_graph(
        self,
        simulator: SimulatorClient,
        principal: Principal,
        register: Callable[[SimulatorClient], Credential],
        version: str,
    ) -> None:
        at = replace(endpoint(simulator), api_version="beta" if version == "beta" else "v1.0")
        tokens = TokenSource(at, register(simulator))
        token = await tokens.log_in()
        assert token.tenant_id == simulator.connection.tenant_id
        assert token.app_id in {simulator.connection.client_id, NODE}
        assert "Synchronization.ReadWrite.All" in token.roles
        async with run_client(tokens) as client:
            assert (await client.create_job(principal.id, "scim")).template_id == "scim"

    async def test_renews_a_revoked_token(
        self,
        simulator: SimulatorClient,
        principal: Principal,
        register: Callable[[SimulatorClient], Credential],
        version: str,
    ) -> None:
        at = replace(endpoint(simulator), api_version="beta" if version == "beta" else "v1.0")
        tokens = TokenSource(at, register(simulator))
        async with run_client(tokens) as client:
            await client.list_jobs(principal.id)
            simulator.revoke_tokens()
            assert (await client.list_jobs(principal.id)).jobs == ()


class TestCertificate:
    async def test_is_refused_when_it_is_not_registered(self, simulator: SimulatorClient) -> None:
        simulator.add_certificate(make_certificate().pem)
        error = await log_in_refused(simulator, app(simulator, by_certificate(make_certificate("other"))))
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert "AADSTS700027" in error.message
        assert f"Upload the certificate in {CRT} to the app registration" in error.message

    async def test_is_not_sent_when_it_is_expired(self, simulator: SimulatorClient) -> None:
        old = make_certificate(age=timedelta(days=31))
        simulator.add_certificate(old.pem)
        assert "is expired since" in (await log_in_refused(simulator, app(simulator, by_certificate(old)))).message
        assert simulator.calls().identity == {}


class TestServiceAccountToken:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"iss": "https://elsewhere.test"}, 700211),
            ({"sub": "system:serviceaccount:team-b:entra"}, 700213),
            ({"aud": ["https://vault.test"]}, 700212),
        ],
    )
    async def test_is_refused_when_the_app_does_not_trust_it(
        self, simulator: SimulatorClient, changes: dict[str, object], code: int
    ) -> None:
        issuer = make_issuer()
        simulator.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        simulator.add_federated_credential(ISSUER, SUBJECT)
        account = SigningSource(lambda: issuer.sign(**changes))
        error = await log_in_refused(simulator, app(simulator, FederatedToken(account)))
        claims: dict[str, Any] = {"iss": ISSUER, "sub": SUBJECT, "aud": [AUDIENCE], **changes}
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"AADSTS{code}" in error.message
        audience = claims["aud"][0]
        assert f"issuer {claims['iss']}, subject {claims['sub']}, audience {audience}" in error.message
        assert "The token comes from ServiceAccount identity/sync" in error.message

    async def test_is_refused_when_its_issuer_does_not_publish_its_keys(self, simulator: SimulatorClient) -> None:
        simulator.set_issuer(ISSUER, public_keys=[])
        simulator.add_federated_credential(ISSUER, SUBJECT)
        error = await log_in_refused(simulator, app(simulator, FederatedToken(SigningSource(make_issuer().sign))))
        assert "AADSTS7000272" in error.message
        assert f"the keys of the token's issuer, {ISSUER}" in error.message

    async def test_is_refused_when_it_is_expired(self, simulator: SimulatorClient) -> None:
        issuer = make_issuer()
        simulator.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        simulator.add_federated_credential(ISSUER, SUBJECT)
        old = SigningSource(lambda: issuer.sign(exp=1_700_000_000))
        error = await log_in_refused(simulator, app(simulator, FederatedToken(old)))
        assert "AADSTS700024" in error.message
        assert "Check the clocks of the nodes" in error.message

    async def test_is_read_again_when_its_projected_file_rotates(
        self, simulator: SimulatorClient, tmp_path: Path
    ) -> None:
        issuer, file = make_issuer(), tmp_path / "azure-identity-token"
        simulator.set_issuer(ISSUER, public_keys=[issuer.public_pem])
        simulator.add_federated_credential(ISSUER, SUBJECT)
        file.write_text(issuer.sign(exp=1_700_000_000))
        proof = FederatedToken(SecretFile(file, "federated token"))
        tokens = TokenSource(endpoint(simulator), app(simulator, proof))
        with stalls():
            await tokens.get_token()
        file.write_text(issuer.sign())
        assert (await tokens.get_token()).app_id == simulator.connection.client_id


class TestManagedIdentity:
    async def test_is_refused_when_it_is_not_assigned(self, simulator: SimulatorClient) -> None:
        simulator.set_managed_identity(NODE)
        identity = ManagedIdentity(simulator.connection.tenant_id, ELSEWHERE)
        error = await log_in_refused(simulator, identity)
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"managed identity {ELSEWHERE}: Identity not found" in error.message

    async def test_must_be_named_when_there_are_several(self, simulator: SimulatorClient) -> None:
        simulator.set_managed_identity(NODE)
        simulator.set_managed_identity(ELSEWHERE)
        message = (await log_in_refused(simulator, ManagedIdentity(simulator.connection.tenant_id))).message
        assert "please specify the clientId" in message

    async def test_is_refused_when_it_belongs_to_another_tenant(self, simulator: SimulatorClient) -> None:
        simulator.set_managed_identity(NODE, ELSEWHERE)
        error = await log_in_refused(simulator, ManagedIdentity(simulator.connection.tenant_id, NODE))
        assert error.reason is Reason.TENANT_CHANGED
        assert f"belongs to tenant {ELSEWHERE}, not to {simulator.connection.tenant_id}" in error.message

    async def test_is_refused_on_a_machine_without_any(
        self, simulator: SimulatorClient, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
        error = await log_in_refused(simulator, ManagedIdentity(simulator.connection.tenant_id))
        assert "Run the operator on a machine of Azure" in error.message


class TestAccessToken:
    async def test_is_not_accepted_when_it_is_for_another_graph(
        self, simulator: SimulatorClient, principal: Principal
    ) -> None:
        """Tokens of one cloud are not valid in another."""
        elsewhere = replace(endpoint(simulator), scope="https://graph.microsoft.com/.default")
        tokens = TokenSource(elsewhere, register_secret(simulator))
        async with run_client(tokens) as client:
            with pytest.raises(Transient, match="does not take our token"):
                await client.list_jobs(principal.id)

    async def test_leads_to_a_message_about_the_role_that_it_lacks(
        self, simulator: SimulatorClient, principal: Principal
    ) -> None:
        credential = register_certificate(simulator)
        simulator.set_application(roles=["User.Read.All"])
        tokens = TokenSource(endpoint(simulator), credential)
        assert (await tokens.log_in()).roles == ("User.Read.All",)
        async with run_client(tokens) as client:
            with pytest.raises(PossiblyReplicating) as caught:
                await client.list_jobs(principal.id)
        assert f"Grant app {simulator.connection.client_id}" in caught.value.message
