"""While it is not known what became of a create, nothing else may be created in its place, and nothing is let go."""

from datetime import timedelta

import pytest

from tests.cluster.crash.long_scenes import LongScenes
from tests.cluster.crash.scenes import BOUND, LONG, Scene, apply, holds_a_job, new_scene, wait_until_world
from tests.support.operator_environment import OperatorEnvironment, condition


class TestAJobThatGraphDoesNotShow:
    @pytest.mark.parametrize("which", ["seen_late", "lost_and_seen_late"])
    def test_for_the_first_14_minutes_is_not_made_again(self, long_scenes: LongScenes, which: str) -> None:
        scene: Scene = getattr(long_scenes, which)
        scene.assert_one_job_by_one_post()

    def test_for_4_minutes_when_long_settled_is_not_made_again(self, long_scenes: LongScenes) -> None:
        scene, world = long_scenes.settled, long_scenes.settled.place.world
        job_id = scene.settle()["status"]["job"]["id"]
        wait_until_world(scene.place, scene.creates()[0].world_time + BOUND + timedelta(seconds=1))
        world.hide(job_id, seconds=240)
        shown_again = world.now() + timedelta(seconds=240)
        missed = scene.place.wait_condition(scene.name, "Ready", "Unknown", reason="JobMissing")
        assert condition(missed, "Reconciling")["status"] == "True"
        wait_until_world(scene.place, shown_again)
        scene.assert_one_job_by_one_post()
        assert len(scene.creates()) == 1


class TestAResourceThatIsDeleted:
    def test_before_its_job_shows_stays_until_the_job_can_be_deleted(self, long_scenes: LongScenes) -> None:
        scene = long_scenes.deleted_before_it_shows
        scene.place.wait_gone(scene.name, LONG)
        assert scene.jobs() == []
        [create] = scene.creates()
        calls = scene.place.world.journal(service_principal=scene.principal, after=create.sequence)
        assert [call.operation for call in calls][-1] == "deleteJob"
        assert len(scene.looks_between(create)) > 9
        assert calls[-1].job == create.job

    def test_while_no_job_shows_stays_until_the_bound_has_passed(self, long_scenes: LongScenes) -> None:
        scene = long_scenes.deleted_and_never_arrived
        scene.place.wait_gone(scene.name, LONG)
        [create] = scene.creates()
        assert scene.jobs() == []
        assert scene.looks_between(create)[-1].world_time - scene.decided_at(create) >= BOUND
        assert "deleteJob" not in scene.place.calls(scene.principal)

    def test_while_graph_does_not_know_its_young_job_stays_until_it_does(self, long_scenes: LongScenes) -> None:
        scene = long_scenes.deleted_and_unknown
        scene.place.wait_gone(scene.name, LONG)
        assert scene.jobs() == []
        assert len(scene.creates()) == 1


class TestACreateThatGraphRefuses:
    @pytest.mark.parametrize("status", [403, 404, 409])
    def test_shortly_after_is_tried_again(self, hurried: OperatorEnvironment, status: int) -> None:
        scene = new_scene(hurried)
        hurried.world.fault("answer", operation="createJob", status=status, service_principal=scene.principal)
        apply(scene).assert_one_job_by_one_post()
        refused, taken = scene.creates()
        assert refused.status == status
        assert taken.world_time - refused.world_time < BOUND  # it surely did not arrive: nobody waits for its job

    def test_with_401_and_no_words_is_tried_again(self, hurried: OperatorEnvironment) -> None:
        scene, body = new_scene(hurried), b'{"error":{"code":"UnknownError","message":""}}'
        hurried.world.fault("answer", operation="createJob", status=401, body=body, service_principal=scene.principal)
        apply(scene).assert_one_job_by_one_post()
        assert [create.status for create in scene.creates()] == [401, 201]

    def test_for_good_stalls_and_leaves_no_intent(self, hurried: OperatorEnvironment) -> None:
        scene = new_scene(hurried)
        refusal = hurried.world.fault(
            "answer", operation="createJob", status=400, times=None, service_principal=scene.principal
        )
        apply(scene, pollInterval="30s")
        hurried.wait_condition(scene.name, "Stalled", reason="RequestRefused")
        # It is tried again slowly, and has an intent only meanwhile.
        hurried.wait(scene.name, lambda found: "operation" not in found["status"], "the intent is cleared")
        refusal.remove()
        scene.assert_one_job_by_one_post()
        assert condition(scene.resource(), "Stalled") == {}

    @pytest.mark.parametrize("form", ["seconds", "date", "none"])
    def test_with_a_pause_is_tried_again_after_it(self, hurried: OperatorEnvironment, form: str) -> None:
        scene = new_scene(hurried)
        hurried.world.fault(
            "answer",
            operation="createJob",
            status=429,
            retry_after=form,
            retry_after_seconds=2,
            service_principal=scene.principal,
        )
        apply(scene).assert_one_job_by_one_post()
        throttled, taken = scene.creates()
        shortest = timedelta(seconds=1 if form == "none" else 2)
        assert taken.world_time - throttled.world_time >= shortest - timedelta(seconds=1 if form == "date" else 0)
        assert taken.world_time - throttled.world_time < BOUND


class TestSeveralJobsThatFit:
    @pytest.fixture
    def scene(self, hurried: OperatorEnvironment) -> Scene:
        """The answer is lost, and before the next look somebody makes a job of the same template in the portal."""
        scene = new_scene(hurried)
        hurried.world.fault("close", operation="createJob", point="after", service_principal=scene.principal)
        look = hurried.world.hold("listJobs", "before", service_principal=scene.principal, skip=1)
        apply(scene)
        look.wait_held()
        hurried.world.create_job(scene.principal, "scim")
        look.release()
        return scene

    def test_stall_the_resource_with_their_ids(self, scene: Scene) -> None:
        stalled = scene.place.wait_condition(scene.name, "Stalled", reason="SeveralJobs")
        message = condition(stalled, "Stalled")["message"]
        assert len(scene.jobs()) == 2
        assert all(job.id in message for job in scene.jobs())
        assert len(scene.creates()) == 1
        assert not holds_a_job(stalled)

    def test_are_told_apart_by_the_person_who_names_one(self, scene: Scene) -> None:
        scene.place.wait_condition(scene.name, "Stalled", reason="SeveralJobs")
        [ours] = [job.id for job in scene.jobs() if job.id == scene.creates()[0].job]
        scene.place.change_job(scene.name, jobId=ours)
        found = scene.settle()
        assert found["status"]["job"]["id"] == ours
        assert len(scene.creates()) == 1


class TestTwoResourcesOnOneServicePrincipal:
    def test_of_different_templates_create_one_after_the_other(self, hurried: OperatorEnvironment) -> None:
        first = new_scene(hurried, templates=("scim", "aWSSingleSignon"), creation={"looks": 6})
        second = Scene(hurried, first.principal, f"{first.name}-second")
        hurried.world.fault("close", operation="createJob", point="after", service_principal=first.principal)
        apply(first).creates(at_least=1)
        hurried.world.change_service_principal(first.principal, creation={})
        hurried.apply_job(first.principal, name=second.name, template="aWSSingleSignon")
        hurried.wait_condition(second.name, "Ready", "False", reason="WaitingForOtherCreate")
        first.settle()
        second.settle()
        lost, later = first.creates()
        assert [create.body["templateId"] for create in (lost, later)] == ["scim", "aWSSingleSignon"]
        assert len(first.looks_between(lost, later)) > 6
        assert {job.id for job in first.jobs()} == {lost.job, later.job}


class TestAResourceThatChangesDuringThePass:
    def test_is_looked_at_anew_before_anything_is_created(self, hurried: OperatorEnvironment) -> None:
        scene = new_scene(hurried)
        look = hurried.world.hold("listJobs", "before", service_principal=scene.principal)
        apply(scene)
        look.wait_held()
        hurried.change_job(scene.name, schedule={"state": "Paused"})
        look.release()
        scene.assert_one_job_by_one_post()
        [create] = scene.creates()
        looks = hurried.world.journal(operation="listJobs", service_principal=scene.principal)
        assert len([look for look in looks if look.sequence < create.sequence]) == 2
        assert [job.starts for job in scene.jobs()] == [0]
