"""The operator dies while it saves: what was due comes about all the same."""

import pytest

from tests.cluster.application.scim import URL, ScimApp
from tests.support.operator_environment import OperatorEnvironment, open_branch
from tests.support.polling import until


@pytest.mark.parametrize("point", ["before", "after"])
def test_killed_while_a_scope_is_saved_it_restarts_the_job_once(place: OperatorEnvironment, point: str) -> None:
    with open_branch(place) as branch:
        principal = branch.world.create_service_principal().id
        job = branch.world.create_job(principal, started=True).id
        held = branch.world.hold("putSecrets", point, service_principal=principal)  # type: ignore[arg-type]  # one of two
        name = branch.apply_job(principal, application={"provisioningScope": "All"})
        held.wait_held()
        assert branch.job(name)["status"]["operation"]["action"] == "RestartJob"
        branch.kill_operator()
        held.remove()
        branch.start_operator()
        found = branch.wait_ready(name)
        assert branch.world.secrets(principal) == {"SyncAll": "true"}
        assert len(branch.world.job(job).restarts) == 1
        assert found["status"]["application"]["scopeInForce"] == "All"
        assert "operation" not in found["status"]


def test_killed_before_it_hears_of_the_restart_it_restarts_once_more(place: OperatorEnvironment) -> None:
    with open_branch(place) as branch:
        principal = branch.world.create_service_principal().id
        job = branch.world.create_job(principal, started=True).id
        held = branch.world.hold("restartJob", "after", service_principal=principal)
        name = branch.apply_job(principal, application={"provisioningScope": "All"})
        held.wait_held()
        branch.kill_operator()
        held.remove()
        branch.start_operator()
        branch.wait_ready(name)
        branch.wait_polls(principal)
        assert len(branch.world.job(job).restarts) == 2


def test_killed_while_credentials_are_saved_it_saves_them_once_more(place: OperatorEnvironment) -> None:
    with open_branch(place) as branch:
        app = ScimApp.register(branch)
        held = branch.world.hold("putSecrets", "after", service_principal=app.principal)
        name = app.apply()
        held.wait_held()
        branch.kill_operator()
        held.remove()
        branch.start_operator()
        branch.wait_ready(name)
        until(lambda: app.stored == {"BaseAddress": URL, "SecretToken": app.token}, what="all is in Graph")
        assert len(app.saves) == 2
        assert app.saves[1] == {"SecretToken": app.token}
