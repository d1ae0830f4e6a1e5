"""A job that the resource holds and that Graph does not show."""

from typing import Any

import pytest

from entrasync.api.policies import AdoptionPolicy, OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Wait
from entrasync.core.job.actions import CreateJob, HoldJob
from entrasync.core.plan import plan
from entrasync.core.primitives.times import write_precise_time, write_time
from tests.support.facts import (
    JOB,
    NOW,
    PRINCIPAL,
    ago,
    desired,
    facts,
    holder,
    minutes,
    misses,
    operation,
    remote_job,
    seconds,
)
from tests.support.verdicts import action_of, stall_reason, wait_of


class TestMissingJob:
    @pytest.mark.parametrize(
        ("why", "count", "span", "is_gone"),
        [
            ("one read is too few", 1, 0, False),
            ("two reads are too few", 2, 60, False),
            ("three reads at once may ask one stale replica", 3, 4.9, False),
            ("three reads over five minutes", 3, 5, True),
        ],
    )
    def test_a_missing_job_is_gone_only_after_three_reads_over_five_minutes(
        self, why: str, count: int, span: float, is_gone: bool
    ) -> None:
        verdict = plan(facts(holder(), misses=misses(count, minutes(span))))
        assert isinstance(verdict, Do if is_gone else Wait), why

    def test_a_missing_job_is_never_gone_without_a_counted_read(self) -> None:
        assert wait_of(plan(facts(holder()))).reason is Reason.JOB_MISSING

    def test_a_missing_job_is_recreated_and_its_id_is_no_candidate(self) -> None:
        action = action_of(plan(facts(holder(), remote_job("x", template="other"), misses=misses(4, minutes(6)))))
        assert action == CreateJob(PRINCIPAL, "scim", frozenset({JOB, "x"}))

    def test_a_missing_job_is_replaced_by_another_that_fits(self) -> None:
        verdict = plan(facts(holder(), remote_job("b"), misses=misses(4, minutes(6))))
        assert action_of(verdict) == HoldJob("b", "Adopted")

    @pytest.mark.parametrize(
        ("why", "status"),
        [
            ("its status was written", {"originTime": write_time(ago(minutes(14)))}),
            (
                "a crash came before the status",
                {"originTime": None, "job": None, "operation": operation(ago(minutes(14)), "x")},
            ),
        ],
    )
    def test_a_missing_job_is_never_gone_within_the_bound_of_its_own_creation(
        self, why: str, status: dict[str, Any]
    ) -> None:
        verdict = wait_of(plan(facts(holder(status=status), misses=misses(30, minutes(13)))))
        assert verdict.reason is Reason.NOT_SHOWN_YET, why
        assert verdict.after <= seconds(20), why

    def test_a_job_that_was_shown_for_hours_is_missing_and_not_new_after_a_restart(self) -> None:
        created_at = ago(minutes(1200))
        subject = holder(status={"originTime": write_time(created_at)})
        seen = facts(subject, misses=misses(1, seconds(0)), first_seen={created_at: NOW})
        assert wait_of(plan(seen)).reason is Reason.JOB_MISSING

    def test_an_adopted_job_may_be_gone_within_the_bound(self) -> None:
        subject = holder(origin="Adopted", status={"originTime": write_time(ago(minutes(6)))})
        assert isinstance(action_of(plan(facts(subject, misses=misses(3, minutes(5))))), CreateJob)

    def test_a_missing_job_that_is_new_is_read_again_within_seconds(self) -> None:
        subject = holder(status={"originTime": write_time(NOW)})
        assert wait_of(plan(facts(subject, misses=misses(1, seconds(0))))).after == seconds(1)

    def test_a_missing_job_that_is_old_is_read_again_over_minutes(self) -> None:
        assert wait_of(plan(facts(holder(), misses=misses(1, seconds(0))))).after == seconds(100)

    def test_a_job_that_never_showed_after_its_create_is_not_created_again(self) -> None:
        subject = holder("new", status={"originTime": None, "job": None, "operation": operation(ago(minutes(15)))})
        verdict = plan(facts(subject, misses=misses(30, minutes(15))))
        assert stall_reason(verdict) is Reason.JOB_NEVER_SHOWN
        assert isinstance(verdict, Stall)
        assert "job new" in verdict.message

    @pytest.mark.parametrize(("creates", "reason"), [(2, None), (3, Reason.CREATED_TOO_OFTEN)])
    def test_a_job_that_goes_again_and_again_is_created_three_times_a_day_at_most(
        self, creates: int, reason: Reason | None
    ) -> None:
        times = [write_precise_time(ago(minutes(20 * number + 20))) for number in reversed(range(creates))]
        subject = holder(status={"creation": {"templateId": "scim", "times": times}})
        verdict = plan(facts(subject, misses=misses(3, minutes(5))))
        assert (verdict.reason if isinstance(verdict, Stall) else None) is reason
        assert isinstance(verdict, Do) == (reason is None)

    def test_a_job_that_has_gone_is_the_drift_that_its_successor_corrects(self) -> None:
        gone = misses(3, minutes(5))
        created, adopted = plan(facts(holder(), misses=gone)), plan(facts(holder(), remote_job("b"), misses=gone))
        assert [difference.wanted for difference in action_of(created).drift] == [JOB]
        assert [difference.wanted for difference in action_of(adopted).drift] == [JOB]

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            (desired(on_missing=OnMissing.REPORT), "spec.onMissing is Report"),
            (desired(job_id=JOB), "spec.jobId names it"),
            (desired(adoption_policy=AdoptionPolicy.ADOPT_ONLY), "spec.adoptionPolicy is AdoptOnly"),
        ],
    )
    def test_a_missing_job_is_only_reported_where_the_spec_says_so(self, wish: Any, words: str) -> None:
        verdict = plan(facts(holder(wish=wish), misses=misses(3, minutes(5))))
        assert stall_reason(verdict) is Reason.JOB_GONE
        assert isinstance(verdict, Stall)
        assert words in verdict.message
