"""The operator is killed at each point of a create; whoever comes after it ends with one job by one POST."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Literal

import pytest

from graph_simulator.control_client.client import FaultHandle
from tests.cluster.crash.long_scenes import LongScenes
from tests.cluster.crash.scenes import BOUND, Scene, apply, new_scene
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_workplace

RATE = 60.0
"""From the first create that is held until the next operator has looked, less than the replication bound may pass. That
takes 15 s so: on a busy machine an operator needs some for its start alone.
"""

Point = Literal["before the POST", "after the POST", "after the annotation", "after the status"]
POINTS: tuple[Point, ...] = ("before the POST", "after the POST", "after the annotation", "after the status")
OCCASIONS = ("on first creation", "on Recreate")
SIGHTS = ("the job shows at once", "the job is invisible for some looks after the restart")
LOOKS_INVISIBLE = 2


@dataclass(frozen=True)
class Death:
    """One create, and the operator's death in the middle of it."""

    scene: Scene
    point: Point
    is_invisible: bool
    deleted_job: str | None = None
    """The job that somebody deleted in the portal, on Recreate."""

    def hold(self) -> FaultHandle | None:
        """Stop the create at its point."""
        world, principal = self.scene.place.world, self.scene.principal
        match self.point:
            case "before the POST":
                return world.hold("createJob", "before", service_principal=principal)
            case "after the POST":
                return world.hold("createJob", "after", service_principal=principal)
            case "after the annotation":
                return world.hold("startJob", "before", service_principal=principal)
            case "after the status":
                return None

    def hide(self) -> None:
        """Hide the job, there or to come, from the first looks of the next operator."""
        if not self.is_invisible:
            return
        world = self.scene.place.world
        world.change_service_principal(self.scene.principal, creation={"looks": LOOKS_INVISIBLE})
        for job in self.scene.jobs():
            world.hide(job.id, looks=LOOKS_INVISIBLE)


Deaths = dict[tuple[str, str, str], Death]


@pytest.fixture(scope="module")
def deaths(
    cluster: Cluster, crd_installed: None, long_scenes: LongScenes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deaths]:
    """Bring a create to each point, kill the operator once for all, and start another.

    Long scenes have begun before, so that both wait at the same time.
    """
    with open_workplace(cluster, tmp_path_factory.mktemp("mortal"), rate=RATE) as place:
        again = _jobs_deleted_in_the_portal(place)
        holds = [death.hold() for death in again.values()]
        created: Deaths = {
            (point, OCCASIONS[0], sight): Death(new_scene(place), point, sight == SIGHTS[1])
            for point, sight in product(POINTS, SIGHTS)
        }
        _wait_held(holds)
        holds = [death.hold() for death in created.values()]
        for death in created.values():
            apply(death.scene)
        _wait_held(holds)
        deaths = created | again
        for death in deaths.values():
            if death.point == "after the status":
                death.scene.settle()
        place.kill_operator()
        place.world.journal(idle=True)
        place.world.clear_faults()
        for death in deaths.values():
            death.hide()
        place.start_operator()
        yield deaths


def _wait_held(holds: list[FaultHandle | None]) -> None:
    for hold in holds:
        if hold is not None:
            hold.wait_held()


def _jobs_deleted_in_the_portal(place: OperatorEnvironment) -> Deaths:
    scenes = {key: apply(new_scene(place)) for key in product(POINTS, OCCASIONS[1:], SIGHTS)}
    deaths: Deaths = {}
    for (point, occasion, sight), scene in scenes.items():
        job_id = scene.settle()["status"]["job"]["id"]
        place.world.act(job_id, "delete")
        deaths[point, occasion, sight] = Death(scene, point, sight == SIGHTS[1], job_id)
    return deaths


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("occasion", OCCASIONS)
@pytest.mark.parametrize("point", POINTS)
class TestAnOperatorThatIsKilled:
    def test_leaves_one_job_by_one_post(self, deaths: Deaths, point: Point, occasion: str, sight: str) -> None:
        death = deaths[point, occasion, sight]
        death.scene.settle(besides=death.deleted_job)
        death.scene.assert_one_job_by_one_post(besides=death.deleted_job)

    def test_asks_again_only_where_nothing_arrived_and_after_the_bound(
        self, deaths: Deaths, point: Point, occasion: str, sight: str
    ) -> None:
        death = deaths[point, occasion, sight]
        death.scene.settle(besides=death.deleted_job)
        creates = [create for create in death.scene.creates() if create.job != death.deleted_job]
        if point != "before the POST":
            assert len(creates) == 1
            return
        held, sent_again = creates
        assert held.end == "abandoned"
        assert not held.had_effect
        assert sent_again.world_time - death.scene.decided_at(held) >= BOUND
