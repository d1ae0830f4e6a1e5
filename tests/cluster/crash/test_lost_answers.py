"""A create whose answer is lost: its job is looked for until the bound ends, and only then asked for anew."""

import pytest

from tests.cluster.crash.long_scenes import MORE_LOOKS_THAN_THE_BOUND_HAS, WAYS_TO_LOSE, LongScenes
from tests.cluster.crash.scenes import BOUND, Scene


class TestAJobThatArrivedAndShowsLate:
    @pytest.mark.parametrize("looks", range(MORE_LOOKS_THAN_THE_BOUND_HAS))
    def test_is_found_and_not_made_again_within_the_bound(self, long_scenes: LongScenes, looks: int) -> None:
        scene = long_scenes.invisible_for[looks]
        scene.settle()
        first, *more = scene.creates()
        if more:  # the bound had fewer looks than the job was invisible for
            assert len(scene.looks_between(first, more[0])) <= looks
            assert more[0].world_time - scene.decided_at(first) >= BOUND
            assert len(more) == 1
        else:
            scene.assert_one_job_by_one_post()
            assert len(scene.looks_between(first)) > looks

    def test_is_found_by_every_look_that_the_bound_has(self, long_scenes: LongScenes) -> None:
        scenes = [long_scenes.never_arrived, *long_scenes.invisible_for.values()]
        for scene in scenes:
            scene.settle()
        looks_of_a_whole_bound = [
            len(scene.looks_between(first, more[0])) for scene in scenes for first, *more in [scene.creates()] if more
        ]
        found_after = {looks for looks, scene in long_scenes.invisible_for.items() if len(scene.creates()) == 1}
        assert found_after >= set(range(min(looks_of_a_whole_bound)))
        assert max(looks_of_a_whole_bound) < MORE_LOOKS_THAN_THE_BOUND_HAS


class TestAJobThatNeverArrived:
    @pytest.mark.parametrize("which", ["never_arrived", "refused_by_a_gateway"])
    def test_is_asked_for_once_more_when_the_bound_has_passed(self, long_scenes: LongScenes, which: str) -> None:
        scene: Scene = getattr(long_scenes, which)
        scene.assert_one_job_by_one_post()
        first, second = scene.creates()
        assert not first.had_effect
        assert second.world_time - scene.decided_at(first) >= BOUND


class TestAnAnswerThatIsLost:
    @pytest.mark.parametrize("way", WAYS_TO_LOSE)
    def test_in_whatever_way_costs_no_second_job(self, long_scenes: LongScenes, way: str) -> None:
        long_scenes.in_each_way[way].assert_one_job_by_one_post()
