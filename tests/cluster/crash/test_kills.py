"""The operator is killed at each point of a create, and the next operator ends with one job by one POST."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import pytest

from graph_simulator.control_client.client import FaultHandle
from tests.cluster.crash.cases import BOUND, Case, apply, new_case
from tests.cluster.crash.slow_cases import SlowCases
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_environment

RATE = 60.0
"""Less than the replication bound may pass from the first held create until the next operator has read Graph. The
bound takes 15 s here, because on a busy machine an operator needs some seconds for its start alone.
"""

Point = Literal["before the POST", "after the POST", "after the annotation", "after the status"]
POINTS: tuple[Point, ...] = ("before the POST", "after the POST", "after the annotation", "after the status")
OCCASIONS = ("on first creation", "on Recreate")
VISIBILITIES = ("the job shows at once", "the job is invisible for some looks after the restart")
HIDDEN_READS = 2


@dataclass(frozen=True)
class Kill:
    """One create, and the kill of the operator in the middle of it."""

    case: Case
    point: Point
    is_hidden: bool
    deleted_job: str | None = None
    """The job that somebody deleted in the portal, on Recreate."""

    def hold(self) -> FaultHandle | None:
        """Stop the create at its point."""
        simulator, principal = self.case.environment.simulator, self.case.principal
        match self.point:
            case "before the POST":
                return simulator.hold("createJob", "before", service_principal=principal)
            case "after the POST":
                return simulator.hold("createJob", "after", service_principal=principal)
            case "after the annotation":
                return simulator.hold("startJob", "before", service_principal=principal)
            case "after the status":
                return None

    def hide(self) -> None:
        """Hide the job, existing or not, from the first reads of the next operator."""
        if not self.is_hidden:
            return
        simulator = self.case.environment.simulator
        simulator.change_service_principal(self.case.principal, creation={"looks": HIDDEN_READS})
        for job in self.case.jobs():
            simulator.hide(job.id, looks=HIDDEN_READS)


Kills = dict[tuple[str, str, str], Kill]


@pytest.fixture(scope="module")
def kills(
    cluster: Cluster, crd_installed: None, slow_cases: SlowCases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kills]:
    """Bring a create to each point, kill the operator once for all cases, and start another.

    The slow cases have begun before, so that both wait at the same time.
    """
    with open_environment(cluster, tmp_path_factory.mktemp("mortal"), rate=RATE) as environment:
        again = _jobs_deleted_in_the_portal(environment)
        holds = [kill.hold() for kill in again.values()]
        created: Kills = {
            (point, OCCASIONS[0], visibility): Kill(new_case(environment), point, visibility == VISIBILITIES[1])
            for point, visibility in product(POINTS, VISIBILITIES)
        }
        _wait_held(holds)
        holds = [kill.hold() for kill in created.values()]
        for kill in created.values():
            apply(kill.case)
        _wait_held(holds)
        kills = created | again
        for kill in kills.values():
            if kill.point == "after the status":
                kill.case.settle()
        environment.kill_operator()
        environment.simulator.journal(idle=True)
        environment.simulator.clear_faults()
        for kill in kills.values():
            kill.hide()
        environment.start_operator()
        yield kills


def _wait_held(holds: list[FaultHandle | None]) -> None:
    for hold in holds:
        if hold is not None:
            hold.wait_held()


def _jobs_deleted_in_the_portal(environment: OperatorEnvironment) -> Kills:
    cases = {key: apply(new_case(environment)) for key in product(POINTS, OCCASIONS[1:], VISIBILITIES)}
    kills: Kills = {}
    for (point, occasion, visibility), case in cases.items():
        job_id = case.settle()["status"]["job"]["id"]
        environment.simulator.act(job_id, "delete")
        kills[point, occasion, visibility] = Kill(case, point, visibility == VISIBILITIES[1], job_id)
    return kills


@pytest.mark.parametrize("visibility", VISIBILITIES)
@pytest.mark.parametrize("occasion", OCCASIONS)
@pytest.mark.parametrize("point", POINTS)
class TestKilledOperator:
    @pytest.mark.chaos("SIGKILL of a real process in the middle of a create")
    def test_a_killed_operator_leaves_one_job_by_one_post(
        self, kills: Kills, point: Point, occasion: str, visibility: str
    ) -> None:
        kill = kills[point, occasion, visibility]
        kill.case.settle(besides=kill.deleted_job)
        kill.case.assert_one_job_by_one_post(besides=kill.deleted_job)

    def test_a_killed_operator_posts_again_only_where_nothing_arrived_and_after_the_bound(
        self, kills: Kills, point: Point, occasion: str, visibility: str
    ) -> None:
        kill = kills[point, occasion, visibility]
        kill.case.settle(besides=kill.deleted_job)
        creates = [create for create in kill.case.creates() if create.job != kill.deleted_job]
        if point != "before the POST":
            assert len(creates) == 1
            return
        held, sent_again = creates
        assert held.end == "abandoned"
        assert not held.had_effect
        assert sent_again.world_time - kill.case.decided_at(held) >= BOUND
