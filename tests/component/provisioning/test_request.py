"""A ProvisioningRequest from its creation to its end: what is sent, what it shows, and what it is refused for."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.names import ACCEPTED_UID_ANNOTATION
from graph_simulator.world.target_apps import TargetApp
from tests.support.kill_points.world import NAMESPACE
from tests.support.provisioning_world import ANNA, BORIS, CANARY, ProvisioningWorld, provisioning

REFUSED = ("Refused", 0)
"""The outcome, and how many calls Graph got."""


class TestResult:
    @pytest.mark.parametrize("form", ["object", "list"])
    def test_has_the_steps_as_graph_reports_them_in_either_form(self, form: str) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.tenant.switches = shown.world.tenant.switches.__class__(provisioning_form=form)  # type: ignore[arg-type]  # a literal
            shown.world.tenant.objects = {"anna": ANNA}
            shown.world.request()
            result = await shown.wait_end()
            assert (result["outcome"], result["action"], result["rule"]) == ("Success", "Create", "USER_OUTBOUND_USER")
            steps = [(step["name"], step["type"], step["status"]) for step in result["provisioningSteps"]]
            assert steps == [
                ("EntryImport", "Import", "Success"),
                ("EntrySynchronizationScoping", "Scoping", "Success"),
                ("EntryExportAdd", "Export", "Success"),
            ]
            [job] = shown.world.jobs()
            assert result["jobId"] == job.id

        provisioning(act)

    def test_shows_no_attribute_of_the_object_unless_that_is_asked_for(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.tenant.objects = {"anna": ANNA, "carla": BORIS}
            shown.world.request()
            result = await shown.wait_end()
            assert "modifiedProperties" not in result
            assert "targetId" not in result
            shown.world.tenant.target_apps[shown.world.principal.id] = TargetApp(accepts={"SecretToken": ("good",)})
            shown.world.tenant.provisioned.clear()
            shown.world.request("again", subjects=[{"objectId": "anna", "objectTypeName": "User"}])
            assert (await shown.wait_end("again"))["outcome"] == "Failure"
            await asyncio.sleep(10)
            assert CANARY not in json.dumps([shown.shown, shown.events])

        provisioning(act)

    def test_shows_changed_attributes_with_their_values_where_they_are_asked_for(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.tenant.objects = {"anna": ANNA}
            shown.world.request(detail="Attributes")
            result = await shown.wait_end()
            assert {each["displayName"]: each["newValue"] for each in result["modifiedProperties"]} == {
                "userName": f"{CANARY}@contoso.example",
                "displayName": CANARY,
            }
            assert CANARY in result["provisioningSteps"][0]["description"]
            await asyncio.sleep(10)
            assert CANARY not in json.dumps(shown.events), "an Event goes to more people than a status"

        provisioning(act)

    def test_of_a_group_covers_the_members_that_are_named(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            members = [{"objectId": f"user-{number}", "objectTypeName": "User"} for number in range(5)]
            team = {"objectId": "team", "objectTypeName": "Group", "members": members}
            shown.world.request("team", subjects=[team], detail="Attributes")
            result = await shown.wait_end("team")
            changed = {each["displayName"]: each["newValue"] for each in result["modifiedProperties"]}
            assert changed["members"] == "user-0, user-1, user-2, user-3, user-4"

        provisioning(act)

    def test_of_a_job_that_is_paused_is_the_same(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request()
            assert (await shown.wait_end())["outcome"] == "Success"

        provisioning(act, spec={"schedule": {"state": "Paused"}})


class TestConditions:
    def test_follow_kstatus_from_creation_to_end(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request()
            await shown.wait_end()
            await asyncio.sleep(10)
            walked = []
            for each in shown.shown:
                status = each.get("status", {})
                if "conditions" not in status:
                    continue
                assert status["observedGeneration"] == each["metadata"]["generation"]
                walked.append({found["type"]: found["status"] for found in status["conditions"]})
            assert len(walked) > 2
            assert walked[-1] == {"Ready": "True"}
            in_progress = {"Ready": "False", "Reconciling": "True"}
            assert all(conditions == in_progress for conditions in walked if conditions != walked[-1])
            assert shown.condition("Ready") == ("True", "Provisioned")
            assert shown.message() == "Graph provisioned User anna."
            assert shown.reasons() == ["Provisioned"]

        provisioning(act)

    def test_of_a_failed_request_are_stalled(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.tenant.objects = {"boris": BORIS}
            shown.world.request("boris")
            await shown.wait_end("boris")
            found = {each["type"]: each["status"] for each in shown.status("boris")["conditions"]}
            assert found == {"Ready": "False", "Stalled": "True"}

        provisioning(act)


class TestSkip:
    async def skip(self, shown: ProvisioningWorld, reason: str, outcome: str, words: str, **spec: Any) -> None:
        shown.world.tenant.objects = {"anna": ANNA, "boris": BORIS}
        shown.world.request("boris", **spec)
        assert (await shown.wait_end("boris"))["outcome"] == outcome
        assert shown.condition("Stalled", "boris") == ("True", reason)
        assert words in shown.message("boris")
        assert len(shown.calls()) == 1

    def test_of_an_object_that_is_out_of_scope_says_so(self) -> None:
        words = "Graph skipped User boris (NotEffectivelyEntitled): it is not assigned to the application, or a scoping"
        provisioning(lambda shown: self.skip(shown, "OutOfScope", "Skipped", words))

    def test_of_an_object_that_does_not_exist_says_so(self) -> None:
        nobody = [{"objectId": "nobody", "objectTypeName": "User"}]
        words = "The source does not know User nobody (EntryNotFound)."
        provisioning(lambda shown: self.skip(shown, "ObjectNotFound", "Failure", words, subjects=nobody))

    def test_of_an_object_that_graph_answers_404_for_says_so(self) -> None:
        nobody = [{"objectId": "nobody", "objectTypeName": "User"}]
        words = "Graph does not know User nobody (404 Request_ResourceNotFound)."

        async def act(shown: ProvisioningWorld) -> None:
            shown.world.tenant.switches = shown.world.tenant.switches.__class__(missing_object="404")
            await self.skip(shown, "ObjectNotFound", "Refused", words, subjects=nobody)

        provisioning(act)

    def test_of_an_app_without_credentials_says_so(self) -> None:
        words = "The target app has no credentials in Graph (CredentialsMissing), so User boris was not provisioned."

        async def act(shown: ProvisioningWorld) -> None:
            shown.world.tenant.switches = shown.world.tenant.switches.__class__(unsaved_credentials="refused")
            shown.world.tenant.secrets.clear()
            await self.skip(shown, "CredentialsMissing", "Refused", words)

        provisioning(act)


class TestRefusal:
    async def refuse(self, shown: ProvisioningWorld, reason: str, words: str, **spec: Any) -> None:
        shown.world.request(**spec)
        result = await shown.wait_end()
        assert (result["outcome"], len(shown.calls())) == REFUSED
        assert shown.condition("Stalled") == ("True", reason)
        assert words in shown.message()
        await asyncio.sleep(10)  # Events follow
        assert shown.reasons() == [reason]

    def test_of_a_suspended_job_says_so_and_is_final(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.change_job(suspend=True)
            words = "SynchronizationJob identity/salesforce, which spec.jobRef names, is suspended (spec.suspend)"
            await self.refuse(shown, "JobNotManaged", words)
            shown.change_job(suspend=None)
            await asyncio.sleep(1000)
            assert shown.calls() == []

        provisioning(act)

    def test_of_a_job_that_only_observes_says_so(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.change_job(managementPolicy="Observe")
            await self.refuse(shown, "JobNotManaged", "only observes (managementPolicy Observe)")

        provisioning(act)

    def test_of_a_namespace_that_only_observes_holds_for_the_request_too(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            annotations = {"entrasync.io/default-management-policy": "Observe"}
            shown.world.server.edit("namespaces", "", NAMESPACE, {"metadata": {"annotations": annotations}})
            await shown.world.run_operator()
            await self.refuse(shown, "JobNotManaged", "only observes (managementPolicy Observe)")

        provisioning(act)

    def test_of_an_unknown_rule_lists_those_that_there_are(self) -> None:
        words = 'The schema of the job has no rule "USERS", which spec.rule names; it has USER_OUTBOUND_USER.'
        provisioning(lambda shown: self.refuse(shown, "RuleUnknown", words, rule="USERS"))

    def test_of_a_type_that_no_rule_has_lists_the_types(self) -> None:
        words = "No rule of the job provisions objects of type user on demand, but it does so for Group, User."
        small = [{"objectId": "anna", "objectTypeName": "user"}]
        provisioning(lambda shown: self.refuse(shown, "RuleUnknown", words, subjects=small))

    @pytest.mark.parametrize(
        "labels",
        [{"app.kubernetes.io/instance": "identity"}, {"kustomize.toolkit.fluxcd.io/name": "identity"}],
        ids=["Argo CD", "Flux"],
    )
    def test_of_a_time_to_live_where_a_tool_would_create_the_request_again(self, labels: dict[str, str]) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            words = "Argo CD, Flux or Helm keeps this resource"
            await self.refuse(shown, "TtlNotAllowed", words, labels=labels, ttlSecondsAfterFinished=1)
            await asyncio.sleep(1000)
            assert shown.world.find_request() is not None

        provisioning(act)


class TestWait:
    def test_for_a_job_that_is_applied_later_ends_when_it_is_there(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request(jobRef={"name": "later"})
            await shown.wait_reason("WaitingForJob")
            assert shown.condition("Reconciling") == ("True", "WaitingForJob")
            assert "SynchronizationJob identity/later, which spec.jobRef names, does not exist." in shown.message()
            principal = shown.world.tenant.add_service_principal("later")
            spec = {"servicePrincipal": {"objectId": principal.id}, "template": {"id": "scim"}}
            document = {"metadata": {"namespace": NAMESPACE, "name": "later"}, "spec": spec}
            shown.world.server.create("synchronizationjobs", document)
            assert (await shown.wait_end())["outcome"] == "Success"

        provisioning(act)

    def test_for_a_job_that_never_comes_ends_after_an_hour(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request(jobRef={"name": "never"})
            began = shown.world.now()
            await shown.wait_end()
            assert timedelta(hours=1) <= shown.world.now() - began < timedelta(hours=1, minutes=1)
            assert shown.condition("Stalled") == ("True", "NotSent")

        provisioning(act)

    def test_writes_its_status_once_however_long_it_lasts(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request(jobRef={"name": "never"})
            await shown.wait_reason("WaitingForJob")
            before = len(shown.shown)
            await asyncio.sleep(1000)
            assert len(shown.shown) == before

        provisioning(act)


class TestTimeToLive:
    def test_deletes_the_request_that_long_after_its_end(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request(ttlSecondsAfterFinished=300)
            await shown.wait_end()
            assert ACCEPTED_UID_ANNOTATION in shown.shown[-1]["metadata"]["annotations"]
            await asyncio.sleep(290)
            assert shown.world.find_request() is not None
            await asyncio.sleep(20)
            assert shown.world.find_request() is None

        provisioning(act)

    def test_does_not_delete_a_request_that_a_tool_has_marked_since(self) -> None:
        async def act(shown: ProvisioningWorld) -> None:
            shown.world.request(ttlSecondsAfterFinished=300)
            await shown.wait_end()
            labels = {"app.kubernetes.io/instance": "identity"}
            shown.world.server.edit("provisioningrequests", NAMESPACE, "anna", {"metadata": {"labels": labels}})
            await asyncio.sleep(1000)
            assert shown.world.find_request() is not None

        provisioning(act)
