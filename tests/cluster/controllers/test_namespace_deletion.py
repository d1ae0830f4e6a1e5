"""What becomes of our resources, and of their jobs, when the whole namespace is deleted."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.cluster import Object, has_condition
from tests.support.operator_environment import OperatorEnvironment, another_namespace, condition
from tests.support.polling import until


@dataclass(frozen=True)
class Scene:
    """A namespace with one resource, and the service principal of its job."""

    place: OperatorEnvironment
    principal: str
    name: str

    def namespace(self) -> Object:
        """Look at the namespace."""
        return self.place.cluster.get("v1", "namespaces", self.place.namespace)

    def schedule_states(self) -> list[str]:
        """List what Graph has of the job: nothing, or how it is scheduled."""
        return [job.schedule_state for job in self.place.world.jobs(self.principal)]

    def writes(self) -> list[str]:
        """List the writes that Graph was asked for."""
        return self.place.writes(self.principal)


@dataclass(frozen=True)
class Scenes:
    """Namespaces that were all asked to go at once: controllers let 5 s pass before they touch one, and then 8 s."""

    settled: Scene
    retained: Scene
    unfinished: Scene
    """The answer to the create was lost, and the job shows only when the resource is being deleted."""
    refused: Scene
    """Graph refuses to delete the job, for want of a permission."""
    unanswered: Scene
    """Graph answers nothing about the service principal any more."""


@pytest.fixture(scope="module")
def scenes(everywhere: OperatorEnvironment) -> Scenes:
    world = everywhere.world
    refused, unanswered = set_up(everywhere), set_up(everywhere)
    scenes = Scenes(
        set_up(everywhere), set_up(everywhere, deletionPolicy="Retain"), lose_answer(everywhere), refused, unanswered
    )
    refusal = {"status": 403, "code": "Authorization_RequestDenied", "times": None}
    world.fault("answer", operation="deleteJob", service_principal=refused.principal, **refusal)
    world.fault("close", service_principal=unanswered.principal, times=None)
    for scene in (scenes.settled, scenes.retained, scenes.unfinished, refused, unanswered):
        scene.place.delete_namespace()
    return scenes


def set_up(everywhere: OperatorEnvironment, **spec: Any) -> Scene:
    """Have a job created and started in a namespace of its own."""
    place = another_namespace(everywhere)
    principal = place.world.create_service_principal().id
    name = place.apply_job(principal, **spec)
    place.wait_ready(name)
    return Scene(place, principal, name)


def lose_answer(everywhere: OperatorEnvironment) -> Scene:
    """Have the answer to a create lost, and the job hidden for almost as long as it is waited for."""
    place = another_namespace(everywhere)
    principal = place.world.create_service_principal(creation={"seconds": 14 * 60, "hides": ["list", "get"]}).id
    lost = place.world.fault("close", operation="createJob", service_principal=principal, point="after")
    name = place.apply_job(principal)
    lost.wait_hits()
    return Scene(place, principal, name)


@dataclass(frozen=True)
class LetGo:
    """What stood in the way, as the resource and its namespace told it, before a person let go of both jobs."""

    refused: str
    unanswered: Object
    namespaces: list[Object]


@pytest.fixture(scope="module", autouse=True)
def let_go(scenes: Scenes) -> LetGo:
    """See what stands in the way, then take it away; for every test, so that all namespaces end at the same time."""
    reveal(scenes.unfinished)
    blocked = (scenes.refused, scenes.unanswered)
    found = LetGo(
        refused=scenes.refused.place.wait_stalled(scenes.refused.name, "DeletionBlocked"),
        unanswered=scenes.unanswered.place.wait_condition(
            scenes.unanswered.name, "Reconciling", reason="GraphUnreachable"
        ),
        namespaces=[
            until(scene.namespace, is_held_up, what="the namespace says what it waits for") for scene in blocked
        ],
    )
    for scene in blocked:
        scene.place.annotate(scene.name, abandon="true")
    return found


def reveal(scene: Scene) -> None:
    """Have a hidden job shown, now that its resource is being deleted."""
    scene.place.wait_condition(scene.name, "Reconciling", reason="Deleting")
    [job] = scene.place.world.jobs(scene.principal)
    scene.place.world.hide(job.id, seconds=0)


def is_held_up(namespace: Object) -> bool:
    return has_condition(namespace, "NamespaceFinalizersRemaining")


def test_a_job_that_we_created_is_deleted_and_the_namespace_goes(scenes: Scenes) -> None:
    scenes.settled.place.wait_namespace_gone()
    assert scenes.settled.schedule_states() == []
    assert scenes.settled.writes() == ["createJob", "startJob", "deleteJob"]


def test_a_job_to_be_retained_lives_on_and_the_namespace_goes(scenes: Scenes) -> None:
    scenes.retained.place.wait_namespace_gone()
    assert scenes.retained.schedule_states() == ["Active"]
    assert scenes.retained.writes() == ["createJob", "startJob"]


def test_a_create_whose_answer_was_lost_is_waited_for_and_its_job_deleted(scenes: Scenes) -> None:
    scenes.unfinished.place.wait_namespace_gone()
    assert scenes.unfinished.schedule_states() == []
    assert scenes.unfinished.writes() == ["createJob", "deleteJob"]


class TestWhatStandsInTheWay:
    def test_keeps_the_namespace_which_says_that_it_waits_for_our_finalizer(self, let_go: LetGo) -> None:
        for namespace in let_go.namespaces:
            assert namespace["status"]["phase"] == "Terminating"
            assert "entrasync.io" in condition(namespace, "NamespaceFinalizersRemaining")["message"]

    def test_is_a_refusal_of_graph_with_the_way_out_said(self, let_go: LetGo) -> None:
        assert "Graph refused to delete the job (403" in let_go.refused
        assert 'annotate the resource with entrasync.io/abandon: "true"' in let_go.refused

    def test_is_a_graph_that_does_not_answer_with_the_way_out_said(self, let_go: LetGo) -> None:
        message = condition(let_go.unanswered, "Reconciling")["message"]
        assert "No answer from Graph when asked to delete the job" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message

    @pytest.mark.parametrize("which", ["refused", "unanswered"])
    def test_is_over_when_a_person_lets_go(self, scenes: Scenes, let_go: LetGo, which: str) -> None:
        scene: Scene = getattr(scenes, which)
        scene.place.wait_namespace_gone()
        assert scene.schedule_states() == ["Active"]


def test_events_that_a_terminating_namespace_refuses_do_no_harm(scenes: Scenes, workplace: OperatorEnvironment) -> None:
    scenes.settled.place.wait_namespace_gone()
    refusals = [line for line in workplace.log.read_text().splitlines() if "An Event could not be posted" in line]
    assert any(scenes.settled.place.namespace in line and "is being terminated" in line for line in refusals)
    name = workplace.apply_job(workplace.world.create_service_principal().id)
    workplace.wait_ready(name)
    workplace.wait_event(name, "JobCreated")
