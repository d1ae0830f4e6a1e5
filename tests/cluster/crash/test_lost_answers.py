"""A create whose answer is lost: its job is looked for until the bound ends, and only then is the create sent again."""

import pytest

from tests.cluster.crash.cases import BOUND, Case
from tests.cluster.crash.slow_cases import MORE_READS_THAN_THE_BOUND_HAS, WAYS_TO_LOSE, SlowCases


class TestLateJob:
    @pytest.mark.parametrize("looks", range(MORE_READS_THAN_THE_BOUND_HAS))
    def test_a_job_that_shows_late_is_found_and_not_created_again_within_the_bound(
        self, slow_cases: SlowCases, looks: int
    ) -> None:
        case = slow_cases.hidden_for[looks]
        case.settle()
        first, *more = case.creates()
        if more:  # the bound had fewer reads than the job was hidden for
            assert len(case.reads_between(first, more[0])) <= looks
            assert more[0].world_time - case.decided_at(first) >= BOUND
            assert len(more) == 1
        else:
            case.assert_one_job_by_one_post()
            assert len(case.reads_between(first)) > looks

    def test_a_job_that_shows_late_is_found_by_each_read_within_the_bound(self, slow_cases: SlowCases) -> None:
        cases = [slow_cases.never_arrived, *slow_cases.hidden_for.values()]
        for case in cases:
            case.settle()
        looks_of_a_whole_bound = [
            len(case.reads_between(first, more[0])) for case in cases for first, *more in [case.creates()] if more
        ]
        found_after = {looks for looks, case in slow_cases.hidden_for.items() if len(case.creates()) == 1}
        assert found_after >= set(range(min(looks_of_a_whole_bound)))
        assert max(looks_of_a_whole_bound) < MORE_READS_THAN_THE_BOUND_HAS


class TestCreateThatNeverArrived:
    @pytest.mark.parametrize("which", ["never_arrived", "refused_by_a_gateway"])
    def test_a_create_that_never_arrived_is_sent_once_more_when_the_bound_has_passed(
        self, slow_cases: SlowCases, which: str
    ) -> None:
        case: Case = getattr(slow_cases, which)
        case.assert_one_job_by_one_post()
        first, second = case.creates()
        assert not first.had_effect
        assert second.world_time - case.decided_at(first) >= BOUND


class TestLostAnswer:
    @pytest.mark.parametrize("way", WAYS_TO_LOSE)
    def test_an_answer_lost_in_any_way_leads_to_no_second_job(self, slow_cases: SlowCases, way: str) -> None:
        slow_cases.in_each_way[way].assert_one_job_by_one_post()
