"""`SyncApi` as promised to the story, against the simulator: what Graph really does, and the faults it really has."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import OutcomeUnknown, PossiblyReplicating, Refused, Stalled, Transient
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.simulated_graph import SimulatedGraph, reach_simulator
from tests.support.simulator_client import SimulatorClient as Simulator
from tests.support.still_clock import StillClock

APP = "55555555-5555-5555-5555-555555555555"
NOWHERE = "99999999-9999-9999-9999-999999999999"


@dataclass
class SimulatorClient:
    """A simulator with one service principal, and a client of it."""

    graph: SimulatedGraph
    clock: StillClock
    tokens: TokenSource
    api: SyncApi
    principal: str

    async def fault(self, action: str, **properties: Any) -> None:
        """Ask for a fault."""
        await self.graph.do("POST", "faults", {"action": action, **properties})


@pytest.fixture
async def world(graph_world: Simulator) -> AsyncIterator[SimulatorClient]:
    async with reach_simulator(graph_world.directory) as graph:
        principal = await graph.add_service_principal(templates=["scim"])
        clock, tokens = StillClock(), graph.tokens()
        client = GraphClient(tokens, TenantLimiter(clock))
        yield SimulatorClient(graph, clock, tokens, client, principal)
        await client.aclose()


async def test_a_jobs_life(world: SimulatorClient) -> None:
    """Created disabled, started, paused, deleted; each step is seen by the next read."""
    api, principal = world.api, world.principal
    assert (await api.list_jobs(principal)).jobs == ()
    job = await api.create_job(principal, "scim")
    assert (job.template_id, job.is_active, job.code) == ("scim", False, "Paused")
    assert (await api.list_jobs(principal)).ids == {job.id}
    await api.start_job(principal, job.id)
    seen = await api.get_job(principal, job.id)
    assert seen is not None
    assert (seen.is_active, seen.code) == (True, "NotRun")
    await api.pause_job(principal, job.id)
    await api.pause_job(principal, job.id)
    paused = await api.get_job(principal, job.id)
    assert paused is not None
    assert not paused.is_active
    assert await api.delete_job(principal, job.id) is True
    assert await api.get_job(principal, job.id) is None
    assert await api.delete_job(principal, job.id) is False


async def test_two_creates_are_two_jobs(world: SimulatorClient) -> None:
    first, second = [await world.api.create_job(world.principal, "scim") for _ in range(2)]
    assert first.id != second.id
    assert (await world.api.list_jobs(world.principal)).ids == {first.id, second.id}


async def test_what_the_service_principal_offers(world: SimulatorClient) -> None:
    assert [template.id for template in await world.api.list_templates(world.principal)] == ["scim"]
    with pytest.raises(Refused) as caught:
        await world.api.create_job(world.principal, "zendesk")
    assert caught.value.answer.status == 400
    assert caught.value.reason is Reason.REQUEST_REFUSED


async def test_an_app_is_found_by_its_id(world: SimulatorClient) -> None:
    principal = await world.graph.add_service_principal(templates=["scim"], app_id=APP)
    assert await world.api.find_service_principal(APP) == principal
    assert await world.api.find_service_principal(NOWHERE) is None


async def test_a_template_tells_its_factory_tag(world: SimulatorClient) -> None:
    (template,) = await world.api.list_templates(world.principal)
    assert template.factory_tag


async def test_a_service_principal_is_missing_only_by_its_own_404(world: SimulatorClient) -> None:
    assert await world.api.has_service_principal(world.principal) is True
    assert await world.api.has_service_principal(NOWHERE) is False
    with pytest.raises(PossiblyReplicating) as caught:
        await world.api.list_jobs(NOWHERE)
    assert caught.value.answer.status == 404


async def test_a_list_of_many_pages_is_whole(world: SimulatorClient) -> None:
    await world.graph.do("PATCH", "switches", {"page_size": 2})
    created = {(await world.api.create_job(world.principal, "scim")).id for _ in range(5)}
    assert (await world.api.list_jobs(world.principal)).ids == created
    assert len(await world.graph.calls("listJobs")) == 3


async def test_a_foreign_next_page_is_not_followed(world: SimulatorClient) -> None:
    await world.graph.do("PATCH", "switches", {"page_size": 1, "next_link": "foreign"})
    for _ in range(2):
        await world.api.create_job(world.principal, "scim")
    with pytest.raises(Stalled):
        await world.api.list_jobs(world.principal)


async def test_a_next_page_that_leads_to_itself_ends(world: SimulatorClient) -> None:
    await world.graph.do("PATCH", "switches", {"page_size": 1, "next_link": "loop"})
    for _ in range(2):
        await world.api.create_job(world.principal, "scim")
    with pytest.raises(Transient):
        await world.api.list_jobs(world.principal)


async def test_a_create_whose_answer_is_lost_is_unknown_and_happened_once(world: SimulatorClient) -> None:
    await world.fault("close", operation="createJob", point="after")
    with pytest.raises(OutcomeUnknown):
        await world.api.create_job(world.principal, "scim")
    assert len((await world.api.list_jobs(world.principal)).jobs) == 1
    assert len(await world.graph.calls("createJob")) == 1


@pytest.mark.parametrize("action", ["close", "truncate"])
@pytest.mark.parametrize("point", ["before", "after"])
async def test_a_broken_create_is_unknown_whether_it_happened_or_not(
    world: SimulatorClient, action: str, point: str
) -> None:
    await world.fault(action, operation="createJob", point=point)
    with pytest.raises(OutcomeUnknown):
        await world.api.create_job(world.principal, "scim")
    assert len(await world.graph.calls("createJob")) == 1


async def test_a_delete_that_is_cut_and_repeated_below_us_still_deletes_once(world: SimulatorClient) -> None:
    """aiohttp repeats a DELETE once by itself; what the second one is told is "not there"."""
    job = await world.api.create_job(world.principal, "scim")
    await world.fault("close", operation="deleteJob", point="after")
    assert await world.api.delete_job(world.principal, job.id) is False
    assert (await world.api.list_jobs(world.principal)).jobs == ()


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_an_outage_is_unknown_for_writes_and_passes_for_reads(world: SimulatorClient, status: int) -> None:
    await world.fault("answer", operation="createJob", status=status)
    await world.fault("answer", operation="listJobs", status=status, retry_after="seconds", retry_after_seconds=9)
    with pytest.raises(OutcomeUnknown):
        await world.api.create_job(world.principal, "scim")
    with pytest.raises(Transient) as caught:
        await world.api.list_jobs(world.principal)
    assert caught.value.after == timedelta(seconds=9)


@pytest.mark.parametrize(("form", "after"), [("seconds", 20), ("date", 20), ("none", None)])
async def test_each_form_of_retry_after(world: SimulatorClient, form: str, after: int | None) -> None:
    await world.fault("answer", operation="createJob", status=429, retry_after=form, retry_after_seconds=20)
    with pytest.raises(Transient) as caught:
        await world.api.create_job(world.principal, "scim")
    assert caught.value.reason is Reason.THROTTLED
    assert caught.value.after == (None if after is None else timedelta(seconds=after))
    world.clock.move(timedelta(seconds=20))
    assert (await world.api.create_job(world.principal, "scim")).template_id == "scim"


async def test_a_conflict_right_after_a_change_is_replication_then_passes(world: SimulatorClient) -> None:
    await world.graph.do("PATCH", "switches", {"conflict_seconds": 60})
    job = await world.api.create_job(world.principal, "scim")
    with pytest.raises(PossiblyReplicating) as caught:
        await world.api.start_job(world.principal, job.id)
    assert caught.value.answer.status == 409
    assert isinstance(caught.value.settled, Transient)
    await world.graph.do("PATCH", "clock", {"advance_seconds": 60})
    await world.api.start_job(world.principal, job.id)


@pytest.mark.parametrize("form", ["empty401", "forbidden403"])
async def test_a_missing_permission_is_named_and_its_consent_is_seen(world: SimulatorClient, form: str) -> None:
    await world.graph.do("PATCH", "switches", {"missing_permission": form})
    await world.graph.do("POST", "applications", {**world.graph.app, "roles": ["User.Read.All"]})
    with pytest.raises(PossiblyReplicating) as caught:
        await world.api.list_jobs(world.principal)
    assert isinstance(caught.value.settled, Refused)
    assert caught.value.settled.reason is Reason.PERMISSION_MISSING
    assert "permission Synchronization.ReadWrite.All or" in caught.value.message
    assert "The token carries the roles: User.Read.All." in caught.value.message
    await world.graph.do("POST", "applications", {**world.graph.app, "roles": ["Synchronization.Read.All"]})
    assert (await world.api.list_jobs(world.principal)).jobs == ()


async def test_revoked_tokens_are_replaced(world: SimulatorClient) -> None:
    await world.api.list_jobs(world.principal)
    await world.graph.do("PATCH", "tokens", {"revoke": True})
    assert (await world.api.create_job(world.principal, "scim")).template_id == "scim"
    assert len(await world.graph.calls("token")) == 2


async def test_a_wrong_secret_stalls_with_entras_own_code(world: SimulatorClient) -> None:
    proof = ClientSecret(SecretValue("wrong", "key clientSecret of Secret team-a/entra"))
    tokens = TokenSource(world.graph.endpoint, AppCredential(**world.graph.app, proof=proof))
    with pytest.raises(Stalled) as caught:
        await tokens.get_token()
    assert caught.value.reason is Reason.CREDENTIAL_REFUSED
    assert "AADSTS7000215" in caught.value.message
    assert "key clientSecret of Secret team-a/entra" in caught.value.message


async def test_an_unknown_tenant_and_an_unknown_app_are_told_apart(world: SimulatorClient) -> None:
    proof = ClientSecret(SecretValue(world.graph.facts["client_secret"], "a test"))
    tenant, app = world.graph.app["tenant_id"], world.graph.app["client_id"]
    reasons = []
    for credential in (AppCredential(NOWHERE, app, proof), AppCredential(tenant, NOWHERE, proof)):
        with pytest.raises(Stalled) as caught:
            await TokenSource(world.graph.endpoint, credential).get_token()
        reasons.append(caught.value.reason)
    assert reasons == [Reason.TENANT_NOT_FOUND, Reason.CREDENTIAL_REFUSED]


class TestCredentialsOfTheTargetApp:
    async def test_they_are_upserted_by_key_and_shown_masked(self, world: SimulatorClient) -> None:
        api, principal = world.api, world.principal
        assert await api.list_secrets(principal) == ()
        await api.put_secrets(principal, {"BaseAddress": "https://scim.test", "SecretToken": "s3cret"})
        await api.put_secrets(principal, {"SyncAll": "true", "BaseAddress": ""})
        assert set(await api.list_secrets(principal)) == {
            StoredSecret("SecretToken", "*"),
            StoredSecret("SyncAll", "true"),
        }
        stored = await world.graph.do("GET", f"service-principals/{principal}/secrets")
        assert stored["values"] == {"SecretToken": "s3cret", "SyncAll": "true"}

    async def test_a_key_that_cannot_be_removed_is_refused_in_graphs_words(self, world: SimulatorClient) -> None:
        with pytest.raises(Refused) as caught:
            await world.api.put_secrets(world.principal, {"SyncNotificationSettings": ""})
        assert (caught.value.answer.status, caught.value.answer.code) == (400, "InvalidNotificationSettings")

    async def test_they_are_tried_before_they_are_stored(self, world: SimulatorClient) -> None:
        api, principal = world.api, world.principal
        job = await api.create_job(principal, "scim")
        await world.graph.do(
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

    async def test_a_lost_answer_to_a_put_is_unknown_and_a_repetition_does_no_harm(
        self, world: SimulatorClient
    ) -> None:
        await world.fault("answer", operation="putSecrets", status=503, point="after")
        with pytest.raises(OutcomeUnknown):
            await world.api.put_secrets(world.principal, {"SecretToken": "s3cret"})
        await world.api.put_secrets(world.principal, {"SecretToken": "s3cret"})
        assert await world.api.list_secrets(world.principal) == (StoredSecret("SecretToken", "*"),)

    async def test_a_lost_answer_to_a_trial_is_tried_again(self, world: SimulatorClient) -> None:
        job = await world.api.create_job(world.principal, "scim")
        await world.fault("close", operation="validateCredentials", point="after")
        with pytest.raises(Transient):
            await world.api.validate_credentials(world.principal, job.id, {})


class TestChangesOfAJob:
    async def test_a_restart_begins_anew(self, world: SimulatorClient) -> None:
        job = await world.api.create_job(world.principal, "scim")
        await world.api.restart_job(world.principal, job.id)
        seen = await world.api.get_job(world.principal, job.id)
        assert seen is not None
        assert seen.is_active
        with pytest.raises(Refused):
            await world.api.restart_job(world.principal, job.id, ("Nonsense",))

    @pytest.mark.parametrize("status", [200, 204])
    async def test_settings_are_written(self, world: SimulatorClient, status: int) -> None:
        await world.graph.do("PATCH", "switches", {"patch_status": status})
        job = await world.api.create_job(world.principal, "scim")
        await world.api.patch_settings(world.principal, job.id, [{"name": "LookaheadQueryEnabled", "value": "True"}])
        seen = await world.api.get_job(world.principal, job.id)
        assert seen is not None
        assert {"name": "LookaheadQueryEnabled", "value": "True"} in seen.raw["synchronizationJobSettings"]

    @pytest.mark.parametrize(("switch", "interval"), [("ignored", "PT40M"), ("taken", "PT20M")])
    async def test_an_interval_is_asked_for_and_read_back(
        self, world: SimulatorClient, switch: str, interval: str
    ) -> None:
        await world.graph.do("PATCH", "switches", {"patch_interval": switch})
        job = await world.api.create_job(world.principal, "scim")
        await world.api.patch_interval(world.principal, job.id, "PT20M")
        seen = await world.api.get_job(world.principal, job.id)
        assert seen is not None
        assert seen.raw["schedule"]["interval"] == interval

    @pytest.mark.parametrize("status", [400, 401, 403, 405])
    async def test_an_interval_that_is_refused_tells_the_status(self, world: SimulatorClient, status: int) -> None:
        await world.graph.do("PATCH", "switches", {"patch_interval": f"refused_{status}"})
        job = await world.api.create_job(world.principal, "scim")
        with pytest.raises((Refused, PossiblyReplicating)) as caught:
            await world.api.patch_interval(world.principal, job.id, "PT20M")
        assert isinstance(caught.value, Refused | PossiblyReplicating)
        assert caught.value.answer.status == status

    async def test_to_own_the_service_principal_is_not_enough_for_a_change(self, world: SimulatorClient) -> None:
        job = await world.api.create_job(world.principal, "scim")
        roles = {"roles": ["Application.ReadWrite.OwnedBy"]}
        await world.graph.do("POST", "applications", {**world.graph.app, **roles})
        world.tokens.drop()
        with pytest.raises(PossiblyReplicating) as caught:
            await world.api.patch_settings(world.principal, job.id, [{"name": "a", "value": "b"}])
        assert "permission Synchronization.ReadWrite.All, with" in caught.value.message


async def test_many_reads_at_once_share_one_token(world: SimulatorClient) -> None:
    first = await world.api.create_job(world.principal, "scim")
    second = await world.api.create_job(world.principal, "scim")
    assert first.id != second.id
    many = await asyncio.gather(*(world.api.list_jobs(world.principal) for _ in range(50)))
    assert all(listing.is_complete and len(listing.jobs) == 2 for listing in many)
    assert len(await world.graph.calls("token")) == 1
