"""What kstatus says of a real resource, from the answer to its creation to its deletion."""

from entrasync.api.names import API_VERSION, PLURAL
from tests.support.gitops.engines import Engines
from tests.support.gitops.phase import CURRENT, IN_PROGRESS, TERMINATING
from tests.support.operator_environment import OperatorEnvironment


def test_a_resource_is_in_progress_until_the_operator_has_done_what_it_says(
    engines: Engines, environment: OperatorEnvironment
) -> None:
    name = environment.apply_job(environment.simulator.create_service_principal().id)
    seen = [environment.made[name], environment.wait_ready(name)]
    seen.append(environment.change_job(name, schedule={"state": "Paused"}))
    seen.append(environment.wait_ready(name))
    environment.cluster.delete(API_VERSION, PLURAL, name, environment.namespace, propagation="Foreground")
    seen.append(environment.job(name))
    assert engines.kstatus(seen) == [IN_PROGRESS, CURRENT, IN_PROGRESS, CURRENT, TERMINATING]
