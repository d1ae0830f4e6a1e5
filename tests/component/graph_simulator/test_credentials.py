"""Checks certificates, federated tokens and managed identities, as msal uses them, and Entra's errors."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import jwt
import msal
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulated_credentials import (
    AUDIENCE,
    ISSUER,
    SUBJECT,
    Certificate,
    Issuer,
    make_certificate,
    make_issuer,
)
from tests.support.simulator_client import ControlError, Principal, SimulatorClient

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
THUMBPRINT = "AAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def session(simulator: SimulatorClient) -> Iterator[requests.Session]:
    """A session that trusts the simulator and ignores REQUESTS_CA_BUNDLE, which would override `verify`."""
    with requests.Session() as made:
        made.trust_env = False
        made.verify = str(simulator.ca_path)
        yield made


@pytest.fixture
def issuer(simulator: SimulatorClient) -> Issuer:
    """The issuer of a cluster whose ServiceAccount `identity/sync` is accepted for the application."""
    made = make_issuer()
    simulator.set_issuer(ISSUER, public_keys=[made.public_pem])
    simulator.add_federated_credential(ISSUER, SUBJECT)
    return made


def acquire(simulator: SimulatorClient, session: requests.Session, credential: dict[str, Any]) -> dict[str, Any]:
    known = simulator.connection
    app = msal.ConfidentialClientApplication(
        client_id=known.client_id,
        client_credential=credential,
        authority=known.authority,
        instance_discovery=False,
        http_client=session,
    )
    answer: dict[str, Any] = app.acquire_token_for_client(scopes=[f"{known.graph_url}/.default"])
    return answer


def present(caller: GraphCaller, assertion: str) -> httpx.Response:
    """Request a token with an assertion instead of a secret."""
    known = caller.simulator.connection
    form = {
        "client_id": known.client_id,
        "grant_type": "client_credentials",
        "scope": f"{known.graph_url}/.default",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion,
    }
    return caller.http.post(f"/{known.tenant_id}/oauth2/v2.0/token", data=form)


def read_refusal(answer: httpx.Response) -> tuple[int, str, list[int], str]:
    document = answer.json()
    return answer.status_code, document["error"], document["error_codes"], document["error_description"]


class TestCertificate:
    @pytest.mark.parametrize("form", ["certificate", "thumbprint"])
    def test_msal_gets_a_token_by_a_registered_certificate(
        self,
        simulator: SimulatorClient,
        session: requests.Session,
        caller: GraphCaller,
        principal: Principal,
        form: str,
    ) -> None:
        certificate = make_certificate()
        simulator.add_certificate(certificate.pem)
        named = {"public_certificate": certificate.pem} if form == "certificate" else {"thumbprint": certificate.sha1}
        answer = acquire(simulator, session, {"private_key": certificate.key_pem} | named)
        caller.token = answer["access_token"]
        assert caller.get(jobs_of(principal.id)).status_code == 200

    def test_a_certificate_that_is_not_registered_is_refused(
        self, simulator: SimulatorClient, session: requests.Session
    ) -> None:
        known, other = make_certificate(), make_certificate("other")
        simulator.add_certificate(known.pem)
        credential = {"private_key": other.key_pem, "thumbprint": other.sha1}
        answer = acquire(simulator, session, credential)
        assert answer["error_codes"] == [700027]
        assert (
            f"[Reason - The key was not found., Thumbprint of key used by client: '{other.sha1.upper()}'"
            in (answer["error_description"])
        )

    def test_a_certificate_that_was_removed_is_refused(
        self, simulator: SimulatorClient, session: requests.Session
    ) -> None:
        certificate = make_certificate()
        simulator.add_certificate(certificate.pem)
        simulator.remove_certificate(certificate.pem)
        credential = {"private_key": certificate.key_pem, "public_certificate": certificate.pem}
        assert acquire(simulator, session, credential)["error_codes"] == [700027]

    def test_an_expired_certificate_is_refused(self, simulator: SimulatorClient, session: requests.Session) -> None:
        old = make_certificate(age=timedelta(days=31))
        simulator.add_certificate(old.pem)
        answer = acquire(simulator, session, {"private_key": old.key_pem, "public_certificate": old.pem})
        assert answer["error_codes"] == [700027]
        assert "The key used is expired." in answer["error_description"]

    def test_a_signature_made_with_another_key_is_refused(
        self, simulator: SimulatorClient, session: requests.Session
    ) -> None:
        known, other = make_certificate(), make_certificate("other")
        simulator.add_certificate(known.pem)
        answer = acquire(simulator, session, {"private_key": other.key_pem, "thumbprint": known.sha1})
        assert answer["error_codes"] == [700027]
        assert "use of the key to verify the signature failed" in answer["error_description"]

    @pytest.mark.parametrize(
        ("changes", "number"),
        [
            ({"sub": "another"}, 700021),
            ({"aud": "https://elsewhere.test"}, 700023),
            ({"exp": 1_700_000_000}, 700024),
            ({"nbf": 4_000_000_000}, 700024),
        ],
    )
    def test_an_assertion_with_a_wrong_claim_is_refused(
        self, simulator: SimulatorClient, caller: GraphCaller, changes: dict[str, Any], number: int
    ) -> None:
        certificate = make_certificate()
        simulator.add_certificate(certificate.pem)
        status, error, numbers, text = read_refusal(present(caller, sign(certificate, simulator, **changes)))
        assert (status, error, numbers) == (401, "invalid_client", [number])
        assert text.startswith(f"AADSTS{number}: ")

    def test_a_text_that_is_not_a_certificate_cannot_be_registered(self, simulator: SimulatorClient) -> None:
        with pytest.raises(ControlError, match="ValueError"):
            simulator.add_certificate("no PEM")


def sign(certificate: Certificate, simulator: SimulatorClient, **changes: Any) -> str:
    known, now = simulator.connection, int(time.time())
    claims = {
        "iss": known.client_id,
        "sub": known.client_id,
        "aud": f"{known.authority}/oauth2/v2.0/token",
        "nbf": now,
        "exp": now + 600,
    }
    digest = jwt.utils.base64url_encode(bytes.fromhex(certificate.sha1)).decode()
    return jwt.encode(claims | changes, certificate.key_pem, algorithm="RS256", headers={"x5t": digest})


class TestFederatedCredential:
    def test_msal_gets_a_token_with_a_service_account_token(
        self,
        simulator: SimulatorClient,
        session: requests.Session,
        caller: GraphCaller,
        principal: Principal,
        issuer: Issuer,
    ) -> None:
        answer = acquire(simulator, session, {"client_assertion": issuer.sign})
        caller.token = answer["access_token"]
        assert caller.get(jobs_of(principal.id)).status_code == 200

    @pytest.mark.parametrize(
        ("changes", "number", "words"),
        [
            ({"iss": "https://elsewhere.test"}, 700211, "assertion issuer 'https://elsewhere.test'"),
            ({"sub": "system:serviceaccount:a:b"}, 700213, "assertion subject 'system:serviceaccount:a:b'"),
            ({"aud": ["https://vault.test"]}, 700212, "assertion audience 'https://vault.test'"),
            ({"exp": 1_700_000_000}, 700024, "not within its valid time range"),
        ],
    )
    def test_a_federated_token_with_a_wrong_claim_is_refused(
        self, caller: GraphCaller, issuer: Issuer, changes: dict[str, Any], number: int, words: str
    ) -> None:
        status, error, numbers, text = read_refusal(present(caller, issuer.sign(**changes)))
        assert (status, error, numbers) == (401, "invalid_client", [number])
        assert words in text

    @pytest.mark.usefixtures("issuer")
    def test_a_federated_token_that_the_issuer_did_not_sign_is_refused(self, caller: GraphCaller) -> None:
        _, _, numbers, text = read_refusal(present(caller, make_issuer().sign()))
        assert numbers == [7000272]
        assert f"metadata of identity provider {ISSUER}" in text

    def test_an_assertion_that_is_not_a_jwt_is_refused(self, caller: GraphCaller) -> None:
        assert read_refusal(present(caller, "garbled"))[2] == [50027]

    def test_a_removed_federated_credential_is_not_accepted(
        self, caller: GraphCaller, simulator: SimulatorClient, issuer: Issuer
    ) -> None:
        assert present(caller, issuer.sign()).status_code == 200
        view = simulator.remove_federated_credential(ISSUER, SUBJECT)
        assert view.federated_credentials == ()
        assert read_refusal(present(caller, issuer.sign()))[2] == [700211]

    def test_the_keys_of_an_issuer_can_be_set_as_jwks(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        issuer = Issuer(rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256")
        public = issuer.key.public_key()
        assert isinstance(public, rsa.RSAPublicKey)
        key = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
        simulator.set_issuer(ISSUER, jwks={"keys": [key]})
        simulator.add_federated_credential(ISSUER, SUBJECT, audience="mine")
        assert present(caller, issuer.sign(aud="mine")).status_code == 200
        assert read_refusal(present(caller, issuer.sign(aud=[AUDIENCE])))[2] == [700212]

    def test_each_tenant_has_its_own_federated_credentials(
        self, caller: GraphCaller, simulator: SimulatorClient, issuer: Issuer
    ) -> None:
        simulator.set_application("other-client", "other-tenant")
        known = simulator.connection
        form = {
            "client_id": "other-client",
            "grant_type": "client_credentials",
            "scope": f"{known.graph_url}/.default",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": issuer.sign(),
        }
        path = "/other-tenant/oauth2/v2.0/token"
        assert read_refusal(caller.http.post(path, data=form))[2] == [700211]
        simulator.add_federated_credential(ISSUER, SUBJECT, client_id="other-client", tenant_id="other-tenant")
        caller.token = caller.http.post(path, data=form).json()["access_token"]
        there = simulator.create_service_principal(tenant_id="other-tenant")
        here = simulator.create_service_principal()
        assert caller.get(jobs_of(there.id)).status_code == 200
        assert caller.get(jobs_of(here.id)).status_code == 404


class TestManagedIdentity:
    def test_msal_gets_a_token_for_a_managed_identity(
        self, simulator: SimulatorClient, caller: GraphCaller, principal: Principal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        simulator.set_managed_identity("node-client", roles=["Synchronization.Read.All"])
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", simulator.connection.metadata_url)
        with requests.Session() as session:
            session.trust_env = False
            identity = msal.UserAssignedManagedIdentity(client_id="node-client")
            client = msal.ManagedIdentityClient(identity, http_client=session)
            answer = client.acquire_token_for_client(resource=simulator.connection.graph_url)
        assert answer["expires_in"] == 3599
        caller.token = answer["access_token"]
        assert caller.get(jobs_of(principal.id)).status_code == 200
        assert simulator.calls().identity == {"managedIdentityToken": 1}

    def request_token(self, simulator: SimulatorClient, header: str = "true", **changes: str) -> httpx.Response:
        query = {"api-version": "2018-02-01", "resource": simulator.connection.graph_url} | changes
        with httpx.Client(base_url=simulator.connection.metadata_url, trust_env=False) as plain:
            path = "/metadata/identity/oauth2/token"
            answer: httpx.Response = plain.get(path, params=query, headers={"Metadata": header} if header else {})
        return answer

    def test_numbers_in_the_answer_are_strings(self, simulator: SimulatorClient) -> None:
        simulator.set_managed_identity("node-client", is_system_assigned=True)
        simulator.set_managed_identity("other-client")
        document = self.request_token(simulator).json()
        assert (document["expires_in"], document["token_type"]) == ("3599", "Bearer")
        assert document["client_id"] == "node-client"
        assert document["expires_on"].isdecimal()

    @pytest.mark.parametrize(
        ("header", "query", "error", "words"),
        [
            ("", {}, "invalid_request", "Required metadata header not specified"),
            ("true", {"api-version": ""}, "invalid_request", "api-version"),
            ("true", {"resource": ""}, "invalid_request", "resource"),
            ("true", {"client_id": "nobody"}, "invalid_request", "Identity not found"),
            ("true", {}, "invalid_request", "Multiple user assigned identities exist"),
            ("true", {"client_id": "one", "resource": "https://vault.test"}, "invalid_resource", "AADSTS500011"),
        ],
    )
    def test_a_wrong_token_request_is_refused(
        self, simulator: SimulatorClient, header: str, query: dict[str, str], error: str, words: str
    ) -> None:
        simulator.set_managed_identity("one")
        simulator.set_managed_identity("two")
        answer = self.request_token(simulator, header, **query)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert words in answer.json()["error_description"]

    def test_a_removed_managed_identity_is_not_found(self, simulator: SimulatorClient) -> None:
        simulator.set_managed_identity("one")
        assert self.request_token(simulator).status_code == 200
        simulator.remove_managed_identity("one")
        assert self.request_token(simulator).json()["error_description"] == "Identity not found"

    def test_the_metadata_endpoint_serves_nothing_else(self, simulator: SimulatorClient) -> None:
        with httpx.Client(base_url=simulator.connection.metadata_url, trust_env=False) as plain:
            headers = {"authorization": f"Bearer {simulator.connection.world_token}"}
            assert plain.get("/_world/jobs", headers=headers).status_code == 404
            assert plain.get("/v1.0/servicePrincipals").status_code == 404


class TestRotation:
    def test_several_client_secrets_are_valid_at_once(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        old = simulator.connection.client_secret
        assert simulator.add_secret("new").secrets == (old, "new")
        assert [caller.ask_token(client_secret=secret).status_code for secret in (old, "new")] == [200, 200]
        simulator.remove_secret(old)
        assert [caller.ask_token(client_secret=secret).status_code for secret in (old, "new")] == [401, 200]

    def test_changed_roles_apply_to_new_tokens_only(
        self, caller: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        caller.sign_in()
        assert "Synchronization.ReadWrite.All" not in simulator.withdraw("Synchronization.ReadWrite.All").roles
        assert caller.get(jobs_of(principal.id)).status_code == 200
        assert read_error(caller.sign_in().get(jobs_of(principal.id))) == (401, "UnknownError", "")
        simulator.grant("Synchronization.Read.All")
        assert caller.sign_in().get(jobs_of(principal.id)).status_code == 200

    def test_applications_are_listed_with_their_secrets(self, simulator: SimulatorClient) -> None:
        (application,) = simulator.applications()
        assert application.secrets == (simulator.connection.client_secret,)

    def test_a_token_for_another_graph_is_refused(self, caller: GraphCaller, principal: Principal) -> None:
        caller.sign_in(scope="https://graph.microsoft.com/.default")
        refused = (401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
        assert read_error(caller.get(jobs_of(principal.id))) == refused
