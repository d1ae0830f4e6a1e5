"""Apps by their Application ID and templates by factory tag."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment, condition

APP_OF_NOBODY = "99999999-9999-4999-8999-999999999999"


def make_app(environment: OperatorEnvironment) -> Any:
    return environment.simulator.create_service_principal(templates=["scim", "aWSSingleSignon"])


def apply_by_name(environment: OperatorEnvironment, app_id: str, tag: str = "CustomSCIM", **spec: Any) -> str:
    names = {"servicePrincipal": {"appId": app_id}, "template": {"factoryTag": tag}}
    return environment.apply_job("", **(names | spec))


class TestNames:
    def test_an_app_id_and_a_factory_tag_lead_to_the_service_principal_and_its_template(
        self, environment: OperatorEnvironment
    ) -> None:
        app = make_app(environment)
        found = environment.wait_ready(apply_by_name(environment, app.app_id))
        assert found["status"]["servicePrincipalId"] == app.id
        assert found["status"]["job"]["templateId"] == "scim"
        assert environment.writes(app.id) == ["createJob", "startJob"]

    def test_names_may_be_replaced_by_ids_and_back_without_a_write(self, environment: OperatorEnvironment) -> None:
        app = make_app(environment)
        name = apply_by_name(environment, app.app_id)
        environment.wait_ready(name)
        before = environment.writes(app.id)
        environment.change_job(
            name, servicePrincipal={"appId": None, "objectId": app.id}, template={"factoryTag": None, "id": "scim"}
        )
        environment.wait_ready(name)
        environment.change_job(
            name,
            servicePrincipal={"appId": app.app_id, "objectId": None},
            template={"factoryTag": "CustomSCIM", "id": None},
        )
        environment.wait_ready(name)
        assert environment.writes(app.id) == before

    def test_names_that_now_mean_another_app_move_nothing(self, environment: OperatorEnvironment) -> None:
        app, other = make_app(environment), make_app(environment)
        name = apply_by_name(environment, app.app_id)
        environment.wait_ready(name)
        environment.change_job(name, servicePrincipal={"appId": other.app_id})
        message = environment.wait_stalled(name, "ServicePrincipalChanged")
        assert f"spec.servicePrincipal.appId {other.app_id} means {other.id}" in message
        assert f"belongs to service principal {app.id}" in message
        assert environment.writes(other.id) == []


class TestUnknownNames:
    def test_an_unknown_app_is_waited_for_and_then_reported(self, fast_environment: OperatorEnvironment) -> None:
        name = apply_by_name(fast_environment, APP_OF_NOBODY)
        fast_environment.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        message = fast_environment.wait_stalled(name, "ServicePrincipalNotFound")
        assert f"no service principal of app {APP_OF_NOBODY}" in message
        assert "appId takes the Application ID" in message

    def test_an_unknown_factory_tag_is_reported_with_the_offered_ones(self, environment: OperatorEnvironment) -> None:
        name = apply_by_name(environment, make_app(environment).app_id, tag="slack")
        message = environment.wait_stalled(name, "TemplateNotOffered")
        assert "offers no template with factory tag slack" in message
        assert "aWSSingleSignon (aws), scim (CustomSCIM)" in message

    def test_a_missing_permission_to_look_up_names_is_named(self, fast_environment: OperatorEnvironment) -> None:
        app = make_app(fast_environment)
        fast_environment.simulator.set_application(roles=["Synchronization.ReadWrite.All"])
        fast_environment.simulator.revoke_tokens()
        try:
            name = apply_by_name(fast_environment, app.app_id)
            message = fast_environment.wait_stalled(name, "PermissionMissing")
            assert "Application.Read.All" in message
        finally:
            fast_environment.simulator.set_application(roles=["Synchronization.ReadWrite.All", "Application.Read.All"])
            fast_environment.simulator.revoke_tokens()
        assert condition(fast_environment.wait_ready(name), "Ready")["status"] == "True"
