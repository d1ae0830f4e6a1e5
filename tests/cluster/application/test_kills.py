"""The operator is killed while it saves: what was due still happens."""

import pytest

from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, open_second_operator
from tests.support.polling import until


@pytest.mark.parametrize("point", ["before", "after"])
def test_an_operator_killed_while_it_saves_a_scope_restarts_the_job_once(
    environment: OperatorEnvironment, point: str
) -> None:
    with open_second_operator(environment) as second:
        principal = second.simulator.create_service_principal().id
        job = second.simulator.create_job(principal, started=True).id
        held = second.simulator.hold("putSecrets", point, service_principal=principal)  # type: ignore[arg-type]  # one of two
        name = second.apply_job(principal, application={"provisioningScope": "All"})
        held.wait_held()
        assert second.job(name)["status"]["operation"]["action"] == "RestartJob"
        second.kill_operator()
        held.remove()
        second.start_operator()
        found = second.wait_ready(name)
        assert second.simulator.secrets(principal) == {"SyncAll": "true"}
        assert len(second.simulator.job(job).restarts) == 1
        assert found["status"]["application"]["scopeInForce"] == "All"
        assert "operation" not in found["status"]


def test_an_operator_killed_before_the_answer_to_a_restart_restarts_the_job_once_more(
    environment: OperatorEnvironment,
) -> None:
    with open_second_operator(environment) as second:
        principal = second.simulator.create_service_principal().id
        job = second.simulator.create_job(principal, started=True).id
        held = second.simulator.hold("restartJob", "after", service_principal=principal)
        name = second.apply_job(principal, application={"provisioningScope": "All"})
        held.wait_held()
        second.kill_operator()
        held.remove()
        second.start_operator()
        second.wait_ready(name)
        second.wait_polls(principal)
        assert len(second.simulator.job(job).restarts) == 2


def test_an_operator_killed_while_it_saves_credentials_saves_them_once_more(environment: OperatorEnvironment) -> None:
    with open_second_operator(environment) as second:
        app = ScimApp.register(second)
        held = second.simulator.hold("putSecrets", "after", service_principal=app.principal)
        name = app.apply()
        held.wait_held()
        second.kill_operator()
        held.remove()
        second.start_operator()
        second.wait_ready(name)
        until(lambda: app.stored == {"BaseAddress": URL, "SecretToken": app.token}, what="all is in Graph")
        assert len(app.saves) == 2
        assert app.saves[1] == {"BaseAddress": URL, "SecretToken": app.token}
