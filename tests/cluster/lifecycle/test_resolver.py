"""Apps by their Application ID and templates by factory tag."""

from typing import Any

from tests.support.operator_environment import OperatorEnvironment, condition

APP_OF_NOBODY = "99999999-9999-4999-8999-999999999999"


def make_app(place: OperatorEnvironment) -> Any:
    return place.world.create_service_principal(templates=["scim", "aWSSingleSignon"])


def apply_by_name(place: OperatorEnvironment, app_id: str, tag: str = "CustomSCIM", **spec: Any) -> str:
    names = {"servicePrincipal": {"appId": app_id}, "template": {"factoryTag": tag}}
    return place.apply_job("", **(names | spec))


class TestAnAppIdAndAFactoryTag:
    def test_lead_to_the_service_principal_and_its_template(self, workplace: OperatorEnvironment) -> None:
        app = make_app(workplace)
        found = workplace.wait_ready(apply_by_name(workplace, app.app_id))
        assert found["status"]["servicePrincipalId"] == app.id
        assert found["status"]["job"]["templateId"] == "scim"
        assert workplace.writes(app.id) == ["createJob", "startJob"]

    def test_may_be_replaced_by_the_ids_and_back_without_a_write(self, workplace: OperatorEnvironment) -> None:
        app = make_app(workplace)
        name = apply_by_name(workplace, app.app_id)
        workplace.wait_ready(name)
        before = workplace.writes(app.id)
        workplace.change_job(
            name, servicePrincipal={"appId": None, "objectId": app.id}, template={"factoryTag": None, "id": "scim"}
        )
        workplace.wait_ready(name)
        workplace.change_job(
            name,
            servicePrincipal={"appId": app.app_id, "objectId": None},
            template={"factoryTag": "CustomSCIM", "id": None},
        )
        workplace.wait_ready(name)
        assert workplace.writes(app.id) == before

    def test_that_mean_another_app_move_nothing(self, workplace: OperatorEnvironment) -> None:
        app, other = make_app(workplace), make_app(workplace)
        name = apply_by_name(workplace, app.app_id)
        workplace.wait_ready(name)
        workplace.change_job(name, servicePrincipal={"appId": other.app_id})
        message = workplace.wait_stalled(name, "ServicePrincipalChanged")
        assert f"spec.servicePrincipal.appId {other.app_id} means {other.id}" in message
        assert f"belongs to service principal {app.id}" in message
        assert workplace.writes(other.id) == []


class TestNamesThatMeanNothing:
    def test_an_unknown_app_is_waited_for_and_then_told(self, swift_workplace: OperatorEnvironment) -> None:
        name = apply_by_name(swift_workplace, APP_OF_NOBODY)
        swift_workplace.wait_shown(name, "Reconciling", reason="WaitingForReplication")
        message = swift_workplace.wait_stalled(name, "ServicePrincipalNotFound")
        assert f"no service principal of app {APP_OF_NOBODY}" in message
        assert "appId takes the Application ID" in message

    def test_a_tag_that_is_not_offered_names_those_that_are(self, workplace: OperatorEnvironment) -> None:
        name = apply_by_name(workplace, make_app(workplace).app_id, tag="slack")
        message = workplace.wait_stalled(name, "TemplateNotOffered")
        assert "offers no template with factory tag slack" in message
        assert "aWSSingleSignon (aws), scim (CustomSCIM)" in message

    def test_a_missing_permission_is_named(self, swift_workplace: OperatorEnvironment) -> None:
        app = make_app(swift_workplace)
        swift_workplace.world.set_application(roles=["Synchronization.ReadWrite.All"])
        swift_workplace.world.revoke_tokens()
        try:
            name = apply_by_name(swift_workplace, app.app_id)
            message = swift_workplace.wait_stalled(name, "PermissionMissing")
            assert "Application.Read.All" in message
        finally:
            swift_workplace.world.set_application(roles=["Synchronization.ReadWrite.All", "Application.Read.All"])
            swift_workplace.world.revoke_tokens()
        assert condition(swift_workplace.wait_ready(name), "Ready")["status"] == "True"
