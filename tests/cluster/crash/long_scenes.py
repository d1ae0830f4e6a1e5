"""Scenes that the replication bound has to pass for, all played at once in one world, so that it passes only once."""

from dataclasses import dataclass
from typing import Any

from tests.cluster.crash.scenes import Scene, apply, holds_a_job, new_scene
from tests.support.operator_environment import OperatorEnvironment

MORE_LOOKS_THAN_THE_BOUND_HAS = 54
"""1, 2, 4, 8, 16, 20, 20 ... s apart they are 50."""

WAYS_TO_LOSE: dict[str, dict[str, Any]] = {
    "the connection is cut": {"action": "close"},
    "the answer is cut short": {"action": "truncate"},
    "a gateway answers 502": {"action": "answer", "status": 502},
    "Graph answers 500": {"action": "answer", "status": 500},
    "the answer is no JSON": {"action": "answer", "status": 201, "body": b"<html>"},
    "the answer has no id": {"action": "answer", "status": 201, "body": b"{}"},
}

RARELY = "24h"
"""How often a job is read once it was found: dozens of them go on while other tests run."""

TEN_MINUTES, FOURTEEN_MINUTES = 10 * 60, 14 * 60


@dataclass(frozen=True)
class LongScenes:
    """The scenes, by what happens to the create."""

    invisible_for: dict[int, Scene]
    """The answer is lost and the job is invisible for so many looks."""
    never_arrived: Scene
    refused_by_a_gateway: Scene
    in_each_way: dict[str, Scene]
    seen_late: Scene
    """Graph answers, and shows the job after 14 minutes only."""
    lost_and_seen_late: Scene
    settled: Scene
    """All goes well; the test hides the job when it is old."""
    deleted_before_it_shows: Scene
    deleted_and_never_arrived: Scene
    deleted_and_unknown: Scene
    """Graph answers the create, and then knows nothing of the job for ten minutes, not even when asked to delete it."""


def play(place: OperatorEnvironment) -> LongScenes:
    """Begin all scenes."""
    world = place.world
    scenes = LongScenes(
        invisible_for={
            looks: new_scene(place, creation={"looks": looks}) for looks in range(MORE_LOOKS_THAN_THE_BOUND_HAS)
        },
        never_arrived=new_scene(place),
        refused_by_a_gateway=new_scene(place),
        in_each_way={way: new_scene(place) for way in WAYS_TO_LOSE},
        seen_late=new_scene(place, creation={"seconds": FOURTEEN_MINUTES}),
        lost_and_seen_late=new_scene(place, creation={"seconds": FOURTEEN_MINUTES}),
        settled=new_scene(place),
        deleted_before_it_shows=new_scene(place, creation={"looks": 9}),
        deleted_and_never_arrived=new_scene(place),
        deleted_and_unknown=new_scene(place, creation={"seconds": TEN_MINUTES, "hides": ["list", "get", "act"]}),
    )
    for scene in (scenes.never_arrived, scenes.deleted_and_never_arrived):
        world.fault("close", operation="createJob", point="before", service_principal=scene.principal)
    world.fault("answer", operation="createJob", status=503, service_principal=scenes.refused_by_a_gateway.principal)
    for scene in (*scenes.invisible_for.values(), scenes.lost_and_seen_late, scenes.deleted_before_it_shows):
        world.fault("close", operation="createJob", point="after", service_principal=scene.principal)
    for way, scene in scenes.in_each_way.items():
        world.fault(operation="createJob", point="after", service_principal=scene.principal, **WAYS_TO_LOSE[way])
    for scene in (scenes.deleted_and_never_arrived, scenes.deleted_before_it_shows):
        _begin(scene)
        place.delete_job(scene.name)
    _begin(scenes.deleted_and_unknown)
    place.wait(scenes.deleted_and_unknown.name, holds_a_job, "the job is held")
    place.delete_job(scenes.deleted_and_unknown.name)
    _begin(scenes.settled, pollInterval="30s")
    for scene in (scenes.seen_late, scenes.lost_and_seen_late, scenes.never_arrived):
        _begin(scene)
    for scene in (scenes.refused_by_a_gateway, *scenes.invisible_for.values(), *scenes.in_each_way.values()):
        _begin(scene, pollInterval=RARELY)
    return scenes


def _begin(scene: Scene, **spec: Any) -> None:
    """Apply a resource and see its create sent.

    One after the other: in a crowd they would wait for each other, and miss looks.
    """
    apply(scene, **spec).creates(at_least=1)
    scene.place.world.change_service_principal(scene.principal, creation={})  # a second job, if any, shows at once
