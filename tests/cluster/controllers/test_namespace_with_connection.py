"""A namespace that is deleted with all it has: its jobs end by the credential that last worked, whatever goes first."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support.operator_environment import OperatorEnvironment, another_namespace
from tests.support.teams import Team

TEAM = "team"
"""Named, for without a default the install's own connection would serve."""


@dataclass(frozen=True)
class Scene:
    """A team with a connection of its own and a job that we created."""

    team: Team
    principal: str
    name: str


def lose_nothing(scene: Scene) -> None:
    """Leave the order to the controllers."""


def lose_secret(scene: Scene) -> None:
    """Have the Secret go first, and the connection say so."""
    scene.team.delete_secret()
    scene.team.wait_broken("SecretUnreadable", TEAM)


def lose_connection(scene: Scene) -> None:
    """Have the connection go first, and the job say so."""
    scene.team.delete_connection(TEAM)
    scene.team.place.wait_condition(scene.name, "Ready", "Unknown", reason="ConnectionNotReady")


def lose_both(scene: Scene) -> None:
    """Have both go first."""
    lose_secret(scene)
    lose_connection(scene)


ORDERS: dict[str, Callable[[Scene], None]] = {
    "as the controllers will": lose_nothing,
    "the Secret first": lose_secret,
    "the connection first": lose_connection,
    "both first": lose_both,
}


@pytest.fixture(scope="module")
def scenes(everywhere: OperatorEnvironment) -> dict[str, Scene]:
    """Namespaces that are asked to go at once: controllers let 5 s pass before they touch one."""
    scenes = {}
    for order, lose in ORDERS.items():
        team = Team.settle(another_namespace(everywhere))
        team.apply_secret(is_watched=True)
        team.wait_connected(team.apply_connection(TEAM))
        principal = team.make_principal()
        name = team.place.apply_job(principal, connectionRef={"name": TEAM})
        team.place.wait_ready(name)
        scenes[order] = Scene(team, principal, name)
        lose(scenes[order])
    for scene in scenes.values():
        scene.team.place.delete_namespace()
    return scenes


@pytest.mark.parametrize("order", ORDERS)
def test_its_job_is_deleted_in_graph_and_the_namespace_goes(scenes: dict[str, Scene], order: str) -> None:
    scene = scenes[order]
    scene.team.place.wait_namespace_gone()
    assert scene.team.place.world.jobs(scene.principal) == []
    assert scene.team.place.writes(scene.principal) == ["createJob", "startJob", "deleteJob"]
