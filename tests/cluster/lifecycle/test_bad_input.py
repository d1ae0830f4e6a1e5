"""What a person got wrong: told with what, where and what to do, and over as soon as it is mended."""

import uuid

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition


class TestAChangedServicePrincipal:
    def test_moves_nothing_and_is_over_when_it_is_set_back(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        other = workplace.world.create_service_principal().id
        name = workplace.apply_job(principal, pollInterval="30s")
        job = workplace.wait_ready(name)["status"]["job"]["id"]
        workplace.change_job(name, servicePrincipal={"objectId": other})
        message = workplace.wait_stalled(name, "ServicePrincipalChanged")
        assert f"spec.servicePrincipal.objectId is {other}" in message
        assert f"belongs to service principal {principal}" in message
        assert "set the old id again, or delete the resource" in message
        assert workplace.calls(other) == []
        workplace.world.override(job, set={"status.countSuccessiveCompleteFailures": 5})
        workplace.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 5,
            "the mirror goes on",
        )
        workplace.change_job(name, servicePrincipal={"objectId": principal})
        assert not condition(workplace.wait_ready(name), "Stalled")
        assert workplace.writes(principal) == ["createJob", "startJob"]


class TestAChangedTemplate:
    def test_changes_nothing_and_is_over_when_it_is_set_back(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal(templates=["scim", "zendesk"]).id
        name = workplace.apply_job(principal)
        job = workplace.wait_ready(name)["status"]["job"]["id"]
        workplace.change_job(name, template={"id": "zendesk"})
        message = workplace.wait_stalled(name, "TemplateChanged")
        assert f"spec.template.id is zendesk, but job {job} has template scim" in message
        assert "Set the old template again, or delete the resource" in message
        workplace.change_job(name, template={"id": "scim"})
        workplace.wait_ready(name)
        assert workplace.writes(principal) == ["createJob", "startJob"]


class TestAnUnknownServicePrincipal:
    @pytest.mark.parametrize("form", ["404", "401"])
    def test_is_waited_for_at_first_and_then_told(self, swift_workplace: OperatorEnvironment, form: str) -> None:
        swift_workplace.world.switch(unknown_service_principal=form)
        principal = str(uuid.uuid4())
        name = swift_workplace.apply_job(principal, pollInterval="30s")
        waiting = swift_workplace.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        assert not condition(waiting, "Stalled")
        message = swift_workplace.wait_stalled(name, "ServicePrincipalNotFound")
        swift_workplace.world.switch(unknown_service_principal="404")
        tenant = swift_workplace.world.connection.tenant_id
        assert f"Tenant {tenant} has no service principal with object id {principal}" in message
        assert "spec.servicePrincipal.objectId takes the Object ID of the enterprise application" in message
        assert "not of the app registration" in message
        assert swift_workplace.writes(principal) == []
        swift_workplace.wait_reasons(name, ["ServicePrincipalNotFound"])

    def test_may_be_corrected_because_nothing_was_made_there(self, workplace: OperatorEnvironment) -> None:
        name = workplace.apply_job(str(uuid.uuid4()))
        workplace.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        principal = workplace.world.create_service_principal().id
        workplace.change_job(name, servicePrincipal={"objectId": principal})
        assert workplace.wait_ready(name)["status"]["servicePrincipalId"] == principal


class TestATemplateThatIsNotOffered:
    def test_is_told_with_those_that_are(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal(templates=["zendesk", "aWSSingleSignon"]).id
        name = workplace.apply_job(principal, template="scim")
        message = workplace.wait_stalled(name, "TemplateNotOffered")
        assert f"Service principal {principal} does not offer template scim" in message
        assert "It offers: aWSSingleSignon, zendesk" in message
        assert "Correct spec.template." in message
        assert workplace.calls(principal) == ["listJobs", "createJob", "listTemplates"]
        assert "operation" not in workplace.job(name)["status"]

    def test_is_over_when_it_is_corrected(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal(templates=["zendesk"]).id
        name = workplace.apply_job(principal, template="scim")
        workplace.wait_stalled(name, "TemplateNotOffered")
        workplace.change_job(name, template={"id": "zendesk"})
        found = workplace.wait_ready(name)
        assert found["status"]["job"]["templateId"] == "zendesk"
        assert len(workplace.world.jobs(principal)) == 1

    def test_is_told_too_when_there_are_none_at_all(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal(templates=[]).id
        message = workplace.wait_stalled(workplace.apply_job(principal), "TemplateNotOffered")
        assert "none: this kind of app has no provisioning" in message

    def test_is_never_asked_for_when_the_template_is_good(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        workplace.wait_ready(workplace.apply_job(principal))
        assert "listTemplates" not in workplace.calls(principal)


class TestARefusalOfAnotherKind:
    def test_is_told_in_graphs_own_words_and_asked_for_again_slowly(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        refusal = swift_workplace.world.fault(
            "answer",
            operation="startJob",
            service_principal=principal,
            status=400,
            code="SettingsMissing",
            message="No credentials are saved.",
            nested=True,
            times=None,
        )
        name = swift_workplace.apply_job(principal, pollInterval="30s")
        message = swift_workplace.wait_stalled(name, "RequestRefused")
        assert "Graph refused to start the job (400 SettingsMissing" in message
        assert "No credentials are saved" in message
        refusal.remove()
        swift_workplace.wait_ready(name)
        assert swift_workplace.writes(principal).count("createJob") == 1
        swift_workplace.wait_told(name, "RequestRefused", times=1)
