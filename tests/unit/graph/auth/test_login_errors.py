"""What a person reads when Entra refuses a login."""

from datetime import timedelta

import httpx
import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.graph.auth.credentials import (
    ClientSecret,
    Credential,
    ManagedIdentity,
    SecretValue,
)
from entrasync.graph.auth.tokens import TokenSource
from tests.support.certificates import certificate_pem, key_pem, make_certificate, rsa_key
from tests.support.scripted_credentials import (
    ACCOUNT_TOKEN,
    CREDENTIALS,
    CRT,
    GLOBAL,
    OTHER_TENANT,
    app,
    certificate,
    federated,
    log_in_refused,
    make_source,
)
from tests.support.scripted_graph import CLIENT, TENANT
from tests.support.scripted_login import ScriptedLogin


class TestRefusedLogin:
    @pytest.mark.parametrize(
        "broken",
        [
            certificate(pem="nonsense"),
            certificate(key=key_pem(rsa_key(1))),
            certificate(pem=certificate_pem(make_certificate(ends=timedelta(hours=-1)))),
            app(ClientSecret(SecretValue("", "key secret"))),
            federated(Halted(Stall(Reason.CREDENTIAL_REFUSED, "There is no ServiceAccount team-a/entra."))),
        ],
        ids=["no-certificate", "foreign-key", "expired", "no-secret", "no-account"],
    )
    async def test_sends_nothing_to_entra_when_the_proof_cannot_work(self, broken: Credential) -> None:
        login = ScriptedLogin()
        assert (await log_in_refused(login, broken)).reason is Reason.CREDENTIAL_REFUSED
        assert login.requests == []

    async def test_is_tried_again_when_the_source_of_the_proof_was_unavailable(self) -> None:
        now, credential = (
            0.0,
            federated(
                Transient(Reason.GRAPH_UNREACHABLE, "The API server is away.", after=timedelta(seconds=3)),
                ACCOUNT_TOKEN,
            ),
        )
        tokens = TokenSource(GLOBAL, credential, transport=ScriptedLogin().transport, monotonic=lambda: now)
        with pytest.raises(Transient) as caught:
            await tokens.get_token()
        assert caught.value.after == timedelta(seconds=3)
        now = 3.0
        assert (await tokens.get_token()).app_id == CLIENT

    @pytest.mark.parametrize("status", [403, 404, 405, 407, 408])
    @pytest.mark.parametrize("body", [b"<html>Blocked.", b"[]", b'{"error": {"code": 5}}', b'{"error": 5}'])
    @pytest.mark.parametrize("is_discovery", [True, False])
    async def test_is_none_when_a_proxy_answers(self, status: int, body: bytes, is_discovery: bool) -> None:
        """Entra refuses with a name of the error. A page of another says nothing of credential and tenant."""
        login, page = ScriptedLogin(), httpx.Response(status, content=body)
        login.discovery, login.answer = (page, None) if is_discovery else (None, page)
        with pytest.raises(Transient) as caught:
            await make_source(login, CREDENTIALS["secret"]).get_token()
        assert caught.value.message == (
            f"{GLOBAL.authority} gave no token (status {status}). "
            "Check the proxies and firewalls on the way to it, and the authority of the cloud."
        )

    @pytest.mark.parametrize("code", [700027, 999])
    async def test_advises_to_upload_an_unknown_certificate(self, code: int) -> None:
        login = ScriptedLogin()
        login.refuse(code, "The certificate is not registered on application.")
        error = await log_in_refused(login, CREDENTIALS["certificate"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"Entra refused the client certificate of app {CLIENT} in tenant {TENANT}" in error.message
        assert f"Upload the certificate in {CRT} to the app registration" in error.message
        assert "Trace ID" not in error.message

    @pytest.mark.parametrize("code", [70021, 70025, 700211, 700212, 700213, 999])
    async def test_advises_what_to_register_for_a_federated_token(self, code: int) -> None:
        login = ScriptedLogin()
        login.refuse(code, "No matching federated identity record found.")
        error = await log_in_refused(login, CREDENTIALS["federated"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"Entra refused the federated token of app {CLIENT}" in error.message
        assert (
            "Add to the app a federated credential with issuer https://issuer.example, "
            f"subject system:serviceaccount:team-a:entra, audience {GLOBAL.exchange_audience}. "
            "The token comes from ServiceAccount team-a/entra"
        ) in error.message

    async def test_advises_about_a_federated_token_without_claims(self) -> None:
        login = ScriptedLogin()
        login.refuse(700213, "No match.")
        assert (
            "with the token's issuer, subject and audience"
            in (await log_in_refused(login, federated("opaque"))).message
        )

    async def test_advises_to_publish_the_keys_of_the_issuer(self) -> None:
        login = ScriptedLogin()
        login.refuse(7000272, "The certificate could not be found in the metadata.")
        message = (await log_in_refused(login, CREDENTIALS["federated"])).message
        assert "the keys of the token's issuer, https://issuer.example" in message

    @pytest.mark.parametrize("code", [50166, 90061, 501661])
    async def test_is_transient_when_entra_cannot_reach_the_issuer(self, code: int) -> None:
        login = ScriptedLogin()
        login.refuse(code, "Request to External OIDC endpoint failed.", status=400)
        with pytest.raises(Transient) as caught:
            await make_source(login, CREDENTIALS["federated"]).get_token()
        assert f"AADSTS{code}" in caught.value.message
        assert "Let Entra read the OpenID configuration" in caught.value.message
        assert "https://issuer.example" in caught.value.message

    async def test_advises_to_check_the_clocks(self) -> None:
        login = ScriptedLogin()
        login.refuse(
            700024, "Not within its valid time range. Current time: 2026-11-21T14:00:00Z, assertion valid from"
        )
        message = (await log_in_refused(login, CREDENTIALS["certificate"])).message
        assert "Check the clocks of the nodes" in message
        assert "Current time" not in message, "it is new each time, and a message must stay the same"

    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_stalls_on_a_token_of_another_tenant(self, kind: str) -> None:
        error = await log_in_refused(ScriptedLogin(tenant_id=OTHER_TENANT), CREDENTIALS[kind])
        assert error.reason is Reason.TENANT_CHANGED
        assert f"belongs to tenant {OTHER_TENANT}, not to {TENANT}" in error.message

    async def test_accepts_a_tenant_id_in_upper_case(self) -> None:
        tenant = "ABCDEF00-0000-0000-0000-000000000000"
        login = ScriptedLogin(tenant_id=tenant.lower())
        assert (await make_source(login, ManagedIdentity(tenant)).get_token()).tenant_id == tenant.lower()
