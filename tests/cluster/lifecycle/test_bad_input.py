"""Wrong input is reported with what is wrong, where and what to do, until it is corrected."""

import uuid

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition


class TestChangedServicePrincipal:
    def test_a_changed_service_principal_moves_nothing_and_recovers_when_set_back(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal().id
        other = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal, pollInterval="30s")
        job = environment.wait_ready(name)["status"]["job"]["id"]
        environment.change_job(name, servicePrincipal={"objectId": other})
        message = environment.wait_stalled(name, "ServicePrincipalChanged")
        assert f"spec.servicePrincipal.objectId is {other}" in message
        assert f"belongs to service principal {principal}" in message
        assert "set the old id again, or delete the resource" in message
        assert environment.calls(other) == []
        environment.simulator.override(job, set={"status.countSuccessiveCompleteFailures": 5})
        environment.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 5,
            "the mirror goes on",
        )
        environment.change_job(name, servicePrincipal={"objectId": principal})
        assert not condition(environment.wait_ready(name), "Stalled")
        assert environment.writes(principal) == ["createJob", "startJob"]


class TestChangedTemplate:
    def test_a_changed_template_changes_nothing_and_recovers_when_set_back(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal(templates=["scim", "zendesk"]).id
        name = environment.apply_job(principal)
        job = environment.wait_ready(name)["status"]["job"]["id"]
        environment.change_job(name, template={"id": "zendesk"})
        message = environment.wait_stalled(name, "TemplateChanged")
        assert f"spec.template.id is zendesk, but job {job} has template scim" in message
        assert "Set the old template again, or delete the resource" in message
        environment.change_job(name, template={"id": "scim"})
        environment.wait_ready(name)
        assert environment.writes(principal) == ["createJob", "startJob"]


class TestUnknownServicePrincipal:
    @pytest.mark.parametrize("form", ["404", "401"])
    def test_an_unknown_service_principal_is_waited_for_and_then_reported(
        self, fast_environment: OperatorEnvironment, form: str
    ) -> None:
        fast_environment.simulator.switch(unknown_service_principal=form)
        principal = str(uuid.uuid4())
        name = fast_environment.apply_job(principal, pollInterval="30s")
        waiting = fast_environment.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        assert not condition(waiting, "Stalled")
        message = fast_environment.wait_stalled(name, "ServicePrincipalNotFound")
        fast_environment.simulator.switch(unknown_service_principal="404")
        tenant = fast_environment.simulator.connection.tenant_id
        assert f"Tenant {tenant} has no service principal with object id {principal}" in message
        assert "Set spec.servicePrincipal.objectId to the Object ID of the enterprise application" in message
        assert "not of the app registration" in message
        assert fast_environment.writes(principal) == []
        fast_environment.wait_reasons(name, ["ServicePrincipalNotFound"])

    def test_an_unknown_service_principal_may_be_corrected(self, environment: OperatorEnvironment) -> None:
        name = environment.apply_job(str(uuid.uuid4()))
        environment.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        principal = environment.simulator.create_service_principal().id
        environment.change_job(name, servicePrincipal={"objectId": principal})
        assert environment.wait_ready(name)["status"]["servicePrincipalId"] == principal


class TestUnknownTemplate:
    def test_an_unknown_template_is_reported_with_the_offered_ones(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal(templates=["zendesk", "aWSSingleSignon"]).id
        name = environment.apply_job(principal, template="scim")
        message = environment.wait_stalled(name, "TemplateNotOffered")
        assert f"Service principal {principal} does not offer template scim" in message
        assert "It offers: aWSSingleSignon, zendesk" in message
        assert "Correct spec.template." in message
        assert environment.calls(principal) == ["listJobs", "createJob", "listTemplates"]
        assert "operation" not in environment.job(name)["status"]

    def test_an_unknown_template_may_be_corrected(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal(templates=["zendesk"]).id
        name = environment.apply_job(principal, template="scim")
        environment.wait_stalled(name, "TemplateNotOffered")
        environment.change_job(name, template={"id": "zendesk"})
        found = environment.wait_ready(name)
        assert found["status"]["job"]["templateId"] == "zendesk"
        assert len(environment.simulator.jobs(principal)) == 1

    def test_an_unknown_template_is_reported_where_none_is_offered(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal(templates=[]).id
        message = environment.wait_stalled(environment.apply_job(principal), "TemplateNotOffered")
        assert "It offers no template at all, because this kind of app has no provisioning." in message

    def test_templates_are_not_listed_when_the_template_is_valid(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.wait_ready(environment.apply_job(principal))
        assert "listTemplates" not in environment.calls(principal)


class TestOtherRefusal:
    def test_another_refusal_is_reported_in_graphs_words_and_sent_again_slowly(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        refusal = fast_environment.simulator.fault(
            "answer",
            operation="startJob",
            service_principal=principal,
            status=400,
            code="SettingsMissing",
            message="No credentials are saved.",
            nested=True,
            times=None,
        )
        name = fast_environment.apply_job(principal, pollInterval="30s")
        message = fast_environment.wait_stalled(name, "RequestRefused")
        assert "Graph refused to start the job (400 SettingsMissing" in message
        assert "No credentials are saved" in message
        refusal.remove()
        fast_environment.wait_ready(name)
        assert fast_environment.writes(principal).count("createJob") == 1
        fast_environment.wait_events(name, "RequestRefused", times=1)


def test_an_app_that_cannot_be_provisioned_is_told_in_graphs_words_with_what_it_offers(
    fast_environment: OperatorEnvironment,
) -> None:
    environment = fast_environment
    principal = environment.simulator.create_service_principal(templates=[]).id
    words = "The application is not enabled for provisioning."
    environment.simulator.fault(
        "answer",
        operation="createJob",
        service_principal=principal,
        status=401,
        code="UnknownError",
        message=words,
        times=None,
    )
    name = environment.apply_job(principal)
    environment.wait_shown(name, "Reconciling", reason="WaitingForReplication")
    message = environment.wait_stalled(name, "TemplateNotOffered")
    assert message.index(words) < message.index("It offers no template") < message.index("The token carries the roles")
