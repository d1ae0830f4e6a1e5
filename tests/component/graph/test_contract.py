"""What the port `SyncApi` promises, tested with the client against the simulator and its faults."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import OutcomeUnknown, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.growing_pause import SPREAD_SHARE
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.halts import stalls
from tests.support.permits import AnyWrite
from tests.support.simulated_graph import SimulatedGraph, reach_simulator
from tests.support.simulator_client import SimulatorClient
from tests.support.still_clock import StillClock

APP = "55555555-5555-5555-5555-555555555555"
NOWHERE = "99999999-9999-9999-9999-999999999999"


@dataclass
class SimulatedClient:
    """A simulator with one service principal, and a client of it."""

    graph: SimulatedGraph
    clock: StillClock
    tokens: TokenSource
    api: SyncApi
    principal: str

    async def inject_fault(self, action: str, **properties: Any) -> None:
        """Let the simulator answer a call with a fault."""
        await self.graph.do("POST", "faults", {"action": action, **properties})


@pytest.fixture
async def simulated(simulator: SimulatorClient) -> AsyncIterator[SimulatedClient]:
    async with reach_simulator(simulator.directory) as graph:
        principal = await graph.add_service_principal(templates=["scim"])
        clock, tokens = StillClock(), graph.tokens()
        client = GraphClient(tokens, TenantLimiter(clock)).with_permit(AnyWrite())
        yield SimulatedClient(graph, clock, tokens, client, principal)
        await client.aclose()


class TestSecrets:
    async def test_are_upserted_by_key_and_shown_masked(self, simulated: SimulatedClient) -> None:
        api, principal = simulated.api, simulated.principal
        assert await api.list_secrets(principal) == ()
        await api.put_secrets(principal, {"BaseAddress": "https://scim.test", "SecretToken": "s3cret"})
        await api.put_secrets(principal, {"SyncAll": "true", "BaseAddress": ""})
        assert set(await api.list_secrets(principal)) == {
            StoredSecret("SecretToken", "*"),
            StoredSecret("SyncAll", "true"),
        }
        stored = await simulated.graph.do("GET", f"service-principals/{principal}/secrets")
        assert stored["values"] == {"SecretToken": "s3cret", "SyncAll": "true"}

    async def test_are_refused_with_graphs_code_when_a_key_cannot_be_removed(self, simulated: SimulatedClient) -> None:
        with pytest.raises(Refused) as caught:
            await simulated.api.put_secrets(simulated.principal, {"SyncNotificationSettings": ""})
        assert (caught.value.answer.status, caught.value.answer.code) == (400, "InvalidNotificationSettings")

    async def test_are_validated_before_they_are_stored(self, simulated: SimulatedClient) -> None:
        api, principal = simulated.api, simulated.principal
        job = await api.create_job(principal, "scim")
        await simulated.graph.do(
            "PATCH", f"service-principals/{principal}/target-app", {"accepts": {"SecretToken": ["good"]}}
        )
        await api.validate_credentials(principal, job.id, {"SecretToken": "good"})
        with pytest.raises(Refused) as caught:
            await api.validate_credentials(principal, job.id, {"SecretToken": "canary"})
        assert caught.value.answer.status == 400
        assert caught.value.answer.code == "SystemForCrossDomainIdentityManagementInvalidCredentials"
        assert caught.value.answer.code in caught.value.message
        assert "canary" not in caught.value.message
        assert await api.list_secrets(principal) == ()

    async def test_are_unknown_after_a_lost_response_and_may_be_put_again(self, simulated: SimulatedClient) -> None:
        await simulated.inject_fault("answer", operation="putSecrets", status=503, point="after")
        with pytest.raises(OutcomeUnknown):
            await simulated.api.put_secrets(simulated.principal, {"SecretToken": "s3cret"})
        await simulated.api.put_secrets(simulated.principal, {"SecretToken": "s3cret"})
        assert await simulated.api.list_secrets(simulated.principal) == (StoredSecret("SecretToken", "*"),)

    async def test_may_be_validated_again_after_a_lost_response(self, simulated: SimulatedClient) -> None:
        job = await simulated.api.create_job(simulated.principal, "scim")
        await simulated.inject_fault("close", operation="validateCredentials", point="after")
        with pytest.raises(Transient):
            await simulated.api.validate_credentials(simulated.principal, job.id, {})


class TestChangesOfAJob:
    async def test_include_a_restart(self, simulated: SimulatedClient) -> None:
        job = await simulated.api.create_job(simulated.principal, "scim")
        await simulated.api.restart_job(simulated.principal, job.id)
        found = await simulated.api.get_job(simulated.principal, job.id)
        assert found is not None
        assert found.is_active
        with pytest.raises(Refused):
            await simulated.api.restart_job(simulated.principal, job.id, ("Nonsense",))

    @pytest.mark.parametrize("status", [200, 204])
    async def test_write_settings(self, simulated: SimulatedClient, status: int) -> None:
        await simulated.graph.do("PATCH", "switches", {"patch_status": status})
        job = await simulated.api.create_job(simulated.principal, "scim")
        await simulated.api.patch_settings(
            simulated.principal, job.id, [{"name": "LookaheadQueryEnabled", "value": "True"}]
        )
        found = await simulated.api.get_job(simulated.principal, job.id)
        assert found is not None
        assert {"name": "LookaheadQueryEnabled", "value": "True"} in found.raw["synchronizationJobSettings"]

    @pytest.mark.parametrize(("switch", "interval"), [("ignored", "PT40M"), ("taken", "PT20M")])
    async def test_ask_for_an_interval_and_read_it_back(
        self, simulated: SimulatedClient, switch: str, interval: str
    ) -> None:
        await simulated.graph.do("PATCH", "switches", {"patch_interval": switch})
        job = await simulated.api.create_job(simulated.principal, "scim")
        await simulated.api.patch_interval(simulated.principal, job.id, "PT20M")
        found = await simulated.api.get_job(simulated.principal, job.id)
        assert found is not None
        assert found.raw["schedule"]["interval"] == interval

    @pytest.mark.parametrize("status", [400, 401, 403, 405])
    async def test_raise_with_the_status_when_an_interval_is_refused(
        self, simulated: SimulatedClient, status: int
    ) -> None:
        await simulated.graph.do("PATCH", "switches", {"patch_interval": f"refused_{status}"})
        job = await simulated.api.create_job(simulated.principal, "scim")
        with pytest.raises((Refused, PossiblyReplicating)) as caught:
            await simulated.api.patch_interval(simulated.principal, job.id, "PT20M")
        assert isinstance(caught.value, Refused | PossiblyReplicating)
        assert caught.value.answer.status == status

    async def test_need_more_than_to_own_the_service_principal(self, simulated: SimulatedClient) -> None:
        job = await simulated.api.create_job(simulated.principal, "scim")
        roles = {"roles": ["Application.ReadWrite.OwnedBy"]}
        await simulated.graph.do("POST", "applications", {**simulated.graph.app, **roles})
        simulated.tokens.drop()
        with pytest.raises(PossiblyReplicating) as caught:
            await simulated.api.patch_settings(simulated.principal, job.id, [{"name": "a", "value": "b"}])
        assert "permission Synchronization.ReadWrite.All, with" in caught.value.message


class TestJobs:
    async def test_are_created_disabled_started_paused_and_deleted(self, simulated: SimulatedClient) -> None:
        """Each step shows in the next read."""
        api, principal = simulated.api, simulated.principal
        assert (await api.list_jobs(principal)).jobs == ()
        job = await api.create_job(principal, "scim")
        assert (job.template_id, job.is_active, job.code) == ("scim", False, "Paused")
        assert (await api.list_jobs(principal)).ids == {job.id}
        await api.start_job(principal, job.id)
        found = await api.get_job(principal, job.id)
        assert found is not None
        assert (found.is_active, found.code) == (True, "NotRun")
        await api.pause_job(principal, job.id)
        await api.pause_job(principal, job.id)
        paused = await api.get_job(principal, job.id)
        assert paused is not None
        assert not paused.is_active
        assert await api.delete_job(principal, job.id) is True
        assert await api.get_job(principal, job.id) is None
        assert await api.delete_job(principal, job.id) is False

    async def test_are_two_after_two_creates(self, simulated: SimulatedClient) -> None:
        first, second = [await simulated.api.create_job(simulated.principal, "scim") for _ in range(2)]
        assert first.id != second.id
        assert (await simulated.api.list_jobs(simulated.principal)).ids == {first.id, second.id}

    async def test_are_listed_over_many_pages(self, simulated: SimulatedClient) -> None:
        await simulated.graph.do("PATCH", "switches", {"page_size": 2})
        created = {(await simulated.api.create_job(simulated.principal, "scim")).id for _ in range(5)}
        assert (await simulated.api.list_jobs(simulated.principal)).ids == created
        assert len(await simulated.graph.calls("listJobs")) == 3

    async def test_are_not_read_from_a_next_page_on_another_host(self, simulated: SimulatedClient) -> None:
        await simulated.graph.do("PATCH", "switches", {"page_size": 1, "next_link": "foreign"})
        for _ in range(2):
            await simulated.api.create_job(simulated.principal, "scim")
        with stalls():
            await simulated.api.list_jobs(simulated.principal)

    async def test_are_not_read_forever_when_a_next_page_leads_to_itself(self, simulated: SimulatedClient) -> None:
        await simulated.graph.do("PATCH", "switches", {"page_size": 1, "next_link": "loop"})
        for _ in range(2):
            await simulated.api.create_job(simulated.principal, "scim")
        with pytest.raises(Transient):
            await simulated.api.list_jobs(simulated.principal)


class TestTemplates:
    async def test_are_listed_and_others_are_refused_at_create(self, simulated: SimulatedClient) -> None:
        assert [template.id for template in await simulated.api.list_templates(simulated.principal)] == ["scim"]
        with pytest.raises(Refused) as caught:
            await simulated.api.create_job(simulated.principal, "zendesk")
        assert caught.value.answer.status == 400
        assert caught.value.reason is Reason.REQUEST_REFUSED

    async def test_have_a_factory_tag(self, simulated: SimulatedClient) -> None:
        (template,) = await simulated.api.list_templates(simulated.principal)
        assert template.factory_tag


class TestServicePrincipals:
    async def test_are_found_by_the_id_of_their_app(self, simulated: SimulatedClient) -> None:
        principal = await simulated.graph.add_service_principal(templates=["scim"], app_id=APP)
        assert await simulated.api.find_service_principal(APP) == principal
        assert await simulated.api.find_service_principal(NOWHERE) is None

    async def test_are_missing_only_after_a_404_of_the_directory(self, simulated: SimulatedClient) -> None:
        assert await simulated.api.has_service_principal(simulated.principal) is True
        assert await simulated.api.has_service_principal(NOWHERE) is False
        with pytest.raises(PossiblyReplicating) as caught:
            await simulated.api.list_jobs(NOWHERE)
        assert caught.value.answer.status == 404


class TestLostResponses:
    async def test_leave_a_create_unknown_that_happened_once(self, simulated: SimulatedClient) -> None:
        await simulated.inject_fault("close", operation="createJob", point="after")
        with pytest.raises(OutcomeUnknown):
            await simulated.api.create_job(simulated.principal, "scim")
        assert len((await simulated.api.list_jobs(simulated.principal)).jobs) == 1
        assert len(await simulated.graph.calls("createJob")) == 1

    @pytest.mark.parametrize("action", ["close", "truncate"])
    @pytest.mark.parametrize("point", ["before", "after"])
    async def test_leave_a_create_unknown_whether_it_happened_or_not(
        self, simulated: SimulatedClient, action: str, point: str
    ) -> None:
        await simulated.inject_fault(action, operation="createJob", point=point)
        with pytest.raises(OutcomeUnknown):
            await simulated.api.create_job(simulated.principal, "scim")
        assert len(await simulated.graph.calls("createJob")) == 1

    async def test_leave_a_delete_unknown_and_send_it_once(self, simulated: SimulatedClient) -> None:
        """aiohttp would repeat a DELETE by itself, and the second one would get a 404."""
        job = await simulated.api.create_job(simulated.principal, "scim")
        await simulated.inject_fault("close", operation="deleteJob", point="after")
        with pytest.raises(OutcomeUnknown):
            await simulated.api.delete_job(simulated.principal, job.id)
        assert len(await simulated.graph.calls("deleteJob")) == 1
        assert (await simulated.api.list_jobs(simulated.principal)).jobs == ()

    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_leave_writes_unknown_and_reads_transient_during_an_outage(
        self, simulated: SimulatedClient, status: int
    ) -> None:
        await simulated.inject_fault("answer", operation="createJob", status=status)
        await simulated.inject_fault(
            "answer", operation="listJobs", status=status, retry_after="seconds", retry_after_seconds=9
        )
        with pytest.raises(OutcomeUnknown):
            await simulated.api.create_job(simulated.principal, "scim")
        with pytest.raises(Transient) as caught:
            await simulated.api.list_jobs(simulated.principal)
        assert caught.value.after == timedelta(seconds=9)


class TestRefusals:
    @pytest.mark.parametrize(("form", "after"), [("seconds", 20), ("date", 20), ("none", 1)])
    async def test_keep_each_form_of_retry_after(self, simulated: SimulatedClient, form: str, after: int) -> None:
        await simulated.inject_fault(
            "answer", operation="createJob", status=429, retry_after=form, retry_after_seconds=20
        )
        with pytest.raises(Transient) as caught:
            await simulated.api.create_job(simulated.principal, "scim")
        assert caught.value.reason is Reason.THROTTLED
        assert caught.value.after is not None
        assert after <= caught.value.after.total_seconds() <= after * (1 + SPREAD_SHARE)
        simulated.clock.move(timedelta(seconds=20))
        assert (await simulated.api.create_job(simulated.principal, "scim")).template_id == "scim"

    async def test_with_409_right_after_a_change_pass_by_themselves(self, simulated: SimulatedClient) -> None:
        await simulated.graph.do("PATCH", "switches", {"conflict_seconds": 60})
        job = await simulated.api.create_job(simulated.principal, "scim")
        with pytest.raises(PossiblyReplicating) as caught:
            await simulated.api.start_job(simulated.principal, job.id)
        assert caught.value.answer.status == 409
        assert isinstance(caught.value.settled, Transient)
        await simulated.graph.do("PATCH", "clock", {"advance_seconds": 60})
        await simulated.api.start_job(simulated.principal, job.id)

    @pytest.mark.parametrize("form", ["empty401", "forbidden403"])
    async def test_name_a_missing_permission_until_it_is_granted(self, simulated: SimulatedClient, form: str) -> None:
        await simulated.graph.do("PATCH", "switches", {"missing_permission": form})
        await simulated.graph.do("POST", "applications", {**simulated.graph.app, "roles": ["User.Read.All"]})
        with pytest.raises(PossiblyReplicating) as caught:
            await simulated.api.list_jobs(simulated.principal)
        assert isinstance(caught.value.settled, Refused)
        assert caught.value.settled.reason is Reason.PERMISSION_MISSING
        assert "permission Synchronization.ReadWrite.All or" in caught.value.message
        assert "The token carries the roles: User.Read.All." in caught.value.message
        await simulated.graph.do("POST", "applications", {**simulated.graph.app, "roles": ["Synchronization.Read.All"]})
        assert (await simulated.api.list_jobs(simulated.principal)).jobs == ()


class TestTokens:
    async def test_are_replaced_when_they_were_revoked(self, simulated: SimulatedClient) -> None:
        await simulated.api.list_jobs(simulated.principal)
        await simulated.graph.do("PATCH", "tokens", {"revoke": True})
        assert (await simulated.api.create_job(simulated.principal, "scim")).template_id == "scim"
        assert len(await simulated.graph.calls("token")) == 2

    async def test_are_refused_with_entras_code_for_a_wrong_secret(self, simulated: SimulatedClient) -> None:
        proof = ClientSecret(SecretValue("wrong", "key clientSecret of Secret team-a/entra"))
        tokens = TokenSource(simulated.graph.endpoint, AppCredential(**simulated.graph.app, proof=proof))
        with stalls() as caught:
            await tokens.get_token()
        assert caught.value.reason is Reason.CREDENTIAL_REFUSED
        assert "AADSTS7000215" in caught.value.message
        assert "key clientSecret of Secret team-a/entra" in caught.value.message

    async def test_are_refused_with_different_reasons_for_an_unknown_tenant_and_an_unknown_app(
        self, simulated: SimulatedClient
    ) -> None:
        proof = ClientSecret(SecretValue(simulated.graph.facts["client_secret"], "a test"))
        tenant, app = simulated.graph.app["tenant_id"], simulated.graph.app["client_id"]
        reasons = []
        for credential in (AppCredential(NOWHERE, app, proof), AppCredential(tenant, NOWHERE, proof)):
            with stalls() as caught:
                await TokenSource(simulated.graph.endpoint, credential).get_token()
            reasons.append(caught.value.reason)
        assert reasons == [Reason.TENANT_NOT_FOUND, Reason.CREDENTIAL_REFUSED]

    async def test_are_shared_by_many_reads_at_once(self, simulated: SimulatedClient) -> None:
        first = await simulated.api.create_job(simulated.principal, "scim")
        second = await simulated.api.create_job(simulated.principal, "scim")
        assert first.id != second.id
        many = await asyncio.gather(*(simulated.api.list_jobs(simulated.principal) for _ in range(50)))
        assert all(listing.is_complete and len(listing.jobs) == 2 for listing in many)
        assert len(await simulated.graph.calls("token")) == 1
