"""Provisioning on demand by the real client, at the simulator and at a Graph that answers oddly."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from entrasync.core.decision.errors import OutcomeUnknown, PossiblyReplicating, Refused
from entrasync.core.remote.provisioning import ProvisioningReport, ProvisioningSubject
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.permits import AnyWrite
from tests.support.scripted_client import JOB, SP, ScriptedClient
from tests.support.scripted_graph import Reply
from tests.support.simulated_graph import SimulatedGraph, reach_simulator
from tests.support.simulator_client import SimulatorClient
from tests.support.still_clock import StillClock

ANNA = {"id": "anna", "attributes": {"userPrincipalName": "anna@contoso.example"}}
BORIS = {"id": "boris", "attributes": {}, "is_assigned": False}
USER = ProvisioningSubject("anna", "User")


@dataclass
class Held:
    """A job of the simulator, and a client of it."""

    graph: SimulatedGraph
    api: SyncApi
    principal: str
    job_id: str
    rule_id: str

    async def provision(self, subject: ProvisioningSubject = USER, *, rule_id: str = "") -> ProvisioningReport:
        return await self.api.provision_on_demand(self.principal, self.job_id, rule_id or self.rule_id, subject)


@pytest.fixture
async def held(simulator: SimulatorClient) -> AsyncIterator[Held]:
    async with reach_simulator(simulator.directory) as graph:
        await graph.do("PUT", "objects", {"items": [ANNA, BORIS]})
        principal = await graph.add_service_principal(templates=["scim"])
        client = GraphClient(graph.tokens(), TenantLimiter(StillClock())).with_permit(AnyWrite())
        job = await client.create_job(principal, "scim")
        schema = await client.get_schema(principal, job.id)
        yield Held(graph, client, principal, job.id, schema["synchronizationRules"][0]["id"])
        await client.aclose()


@pytest.mark.parametrize("form", ["object", "list"])
class TestReport:
    async def test_tells_what_was_created(self, held: Held, form: str) -> None:
        await held.graph.do("PATCH", "switches", {"provisioning_form": form})
        report = await held.provision()
        assert (report.result, report.action, report.code) == ("Success", "Create", None)
        assert [step.name for step in report.steps] == ["EntryImport", "EntrySynchronizationScoping", "EntryExportAdd"]
        assert [(change.name, change.new) for change in report.changes] == [("userName", "anna@contoso.example")]
        assert report.target_id is not None

    async def test_tells_why_an_object_was_skipped(self, held: Held, form: str) -> None:
        await held.graph.do("PATCH", "switches", {"provisioning_form": form})
        report = await held.provision(ProvisioningSubject("boris", "User"))
        assert (report.result, report.code) == ("Skipped", "NotEffectivelyEntitled")

    async def test_tells_why_it_failed(self, held: Held, form: str) -> None:
        await held.graph.do("PATCH", "switches", {"provisioning_form": form})
        report = await held.provision(ProvisioningSubject("nobody", "User"))
        assert (report.result, report.code) == ("Failure", "EntryNotFound")
        assert report.message == "The User 'nobody' was not found in Azure Active Directory."


class TestRefusal:
    async def test_of_an_unknown_rule_has_graphs_code(self, held: Held) -> None:
        with pytest.raises(Refused) as caught:
            await held.provision(rule_id="unheard")
        assert (caught.value.answer.status, caught.value.answer.code) == (400, "RequestParameterInvalid")

    async def test_without_saved_credentials_has_a_code_of_its_own(self, held: Held) -> None:
        await held.graph.do("PATCH", "switches", {"unsaved_credentials": "refused"})
        with pytest.raises(Refused) as caught:
            await held.provision()
        assert caught.value.answer.code == "CredentialsMissing"

    async def test_of_an_object_that_graph_does_not_know_may_be_replication(self, held: Held) -> None:
        await held.graph.do("PATCH", "switches", {"missing_object": "404"})
        with pytest.raises(PossiblyReplicating) as caught:
            await held.provision(ProvisioningSubject("nobody", "User"))
        assert caught.value.answer.is_not_found


class TestAnswer:
    async def test_that_is_201_is_taken_too(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(201, {"key": '{"result": "Success"}', "value": "{}"}))
        assert await scripted.api.provision_on_demand(SP, JOB, "a-rule", USER) == ProvisioningReport("Success")

    async def test_without_a_result_leaves_the_outcome_unknown(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(200, {"key": "something", "value": "anna@contoso.example"}))
        with pytest.raises(OutcomeUnknown, match="does not tell what became of the object") as caught:
            await scripted.api.provision_on_demand(SP, JOB, "a-rule", USER)
        assert "anna" not in caught.value.message
