"""Which job a resource adopts, and whose job it is when several resources want it."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.policies import AdoptionPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Retry, Stall, Wait
from entrasync.core.job.actions import AddFinalizer, CreateJob, HoldJob
from entrasync.core.plan import plan
from entrasync.core.resource.job_claims import Claim
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import (
    JOB,
    PRINCIPAL,
    ago,
    claim,
    desired,
    facts,
    holder,
    minutes,
    remote_job,
    resource,
    seconds,
)
from tests.support.verdicts import action_of, stall_reason, wait_of


class TestAdoption:
    def test_the_one_job_of_the_template_is_adopted(self) -> None:
        assert action_of(plan(facts(None, remote_job("a"), remote_job("b", template="other")))) == HoldJob(
            "a", "Adopted"
        )

    def test_several_jobs_that_fit_stall_with_their_ids(self) -> None:
        verdict = plan(facts(None, remote_job("b"), remote_job("a")))
        assert stall_reason(verdict) is Reason.SEVERAL_JOBS
        assert isinstance(verdict, Stall)
        assert "a, b" in verdict.message

    def test_a_job_is_created_where_none_fits(self) -> None:
        action = action_of(plan(facts(None, remote_job("x", template="other"))))
        assert action == CreateJob(PRINCIPAL, "scim", frozenset({"x"}))

    def test_nothing_is_created_before_the_finalizer_is_set(self) -> None:
        assert action_of(plan(facts(resource(finalizers=())))) == AddFinalizer()

    def test_adopt_only_never_creates(self) -> None:
        wish = desired(adoption_policy=AdoptionPolicy.ADOPT_ONLY)
        assert stall_reason(plan(facts(resource(wish)))) is Reason.NO_JOB_TO_ADOPT
        assert action_of(plan(facts(resource(wish), remote_job("a")))) == HoldJob("a", "Adopted")

    @pytest.mark.parametrize("jobs", [(), (remote_job("a"),)], ids=["none", "one"])
    def test_an_incomplete_list_proves_neither_absence_nor_uniqueness(self, jobs: tuple[Any, ...]) -> None:
        assert isinstance(plan(facts(None, *jobs, is_complete=False)), Retry)


class TestClaimsOfOthers:
    def test_a_job_that_another_holds_is_a_conflict_and_no_reason_to_create(self) -> None:
        verdict = plan(facts(None, remote_job("a"), claims=(claim(held_job_id="a"),)))
        assert stall_reason(verdict) is Reason.CONFLICT

    def test_a_job_that_another_names_is_a_conflict_too(self) -> None:
        verdict = plan(facts(None, remote_job("a"), claims=(claim(wanted_job_id="a"),)))
        assert stall_reason(verdict) is Reason.CONFLICT

    def test_a_claim_to_an_unknown_id_does_not_keep_others_from_creating(self) -> None:
        assert isinstance(action_of(plan(facts(None, claims=(claim(wanted_job_id="typo"),)))), CreateJob)

    def test_another_template_on_the_same_service_principal_is_no_conflict(self) -> None:
        others = (claim(held_job_id="a", template_id="other"),)
        assert isinstance(action_of(plan(facts(None, remote_job("a", template="other"), claims=others))), CreateJob)

    def test_a_claimed_job_does_not_count_among_several(self) -> None:
        jobs = (remote_job("a"), remote_job("b"))
        assert action_of(plan(facts(None, *jobs, claims=(claim(held_job_id="a"),)))) == HoldJob("b", "Adopted")

    @pytest.mark.parametrize(
        ("why", "mine", "theirs", "is_conflict"),
        [
            ("the older holder wins", holder(), claim(held_job_id=JOB, created_at=ago(timedelta(days=2))), True),
            ("the younger holder, a copied manifest, loses", holder(), claim(held_job_id=JOB), False),
            (
                "a holder wins over one that names the job",
                holder(),
                claim(wanted_job_id=JOB, created_at=ago(timedelta(9))),
                False,
            ),
            ("one that names the job loses to a holder", resource(desired(job_id=JOB)), claim(held_job_id=JOB), True),
            ("of two that name the job the older wins", resource(desired(job_id=JOB)), claim(wanted_job_id=JOB), False),
            (
                "of two that name the job the younger loses",
                resource(desired(job_id=JOB)),
                claim(wanted_job_id=JOB, created_at=ago(timedelta(9))),
                True,
            ),
            (
                "a manager wins over an older observer or an annotation by hand",
                holder(),
                claim(held_job_id=JOB, created_at=ago(timedelta(9)), is_recorded=False),
                False,
            ),
            (
                "a resource that begins to manage loses to one that manages",
                holder(finalizers=()),
                claim(held_job_id=JOB),
                True,
            ),
            (
                "of two restored resources the older wins",
                holder(finalizers=()),
                claim(held_job_id=JOB, is_recorded=False),
                False,
            ),
            (
                "of the same age the first by name wins",
                holder(name="b"),
                claim("a", held_job_id=JOB, created_at=ago(timedelta(days=1))),
                True,
            ),
        ],
    )
    def test_one_job_is_held_by_one_resource(self, why: str, mine: Resource, theirs: Any, is_conflict: bool) -> None:
        verdict = plan(facts(mine, remote_job(), claims=(theirs,)))
        assert (isinstance(verdict, Stall) and verdict.reason is Reason.CONFLICT) == is_conflict, why

    def test_one_create_at_a_time_is_sent_on_a_service_principal(self) -> None:
        verdict = wait_of(plan(facts(None, claims=(claim(creating_since=ago(seconds(30))),))))
        assert (verdict.reason, verdict.after) == (Reason.WAITING_FOR_OTHER_CREATE, seconds(20))

    def test_a_create_that_is_not_settled_by_the_bound_is_waited_for_slowly(self) -> None:
        verdict = wait_of(plan(facts(None, claims=(claim(creating_since=ago(minutes(16))),))))
        assert verdict.after == minutes(5)

    def test_a_create_that_is_not_settled_for_long_stalls_the_others_with_its_name(self) -> None:
        verdict = plan(facts(None, claims=(claim(creating_since=ago(minutes(20))),)))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.WAITING_FOR_OTHER_CREATE
        assert "SynchronizationJob identity/other" in verdict.message
        assert "Resume it" in verdict.message

    @pytest.mark.parametrize("subject", [resource(), resource(desired(job_id=JOB)), holder(finalizers=())])
    def test_no_job_is_adopted_while_it_is_unknown_whether_another_may_claim_it(self, subject: Resource) -> None:
        unsure = claim(held_job_id=JOB, created_at=ago(timedelta(days=9)))
        verdict = wait_of(plan(facts(subject, remote_job(), uncertain_claims=(unsure,))))
        assert (verdict.reason, verdict.after) == (Reason.CONNECTION_NOT_READY, seconds(5))
        assert "identity/other" in verdict.message

    @pytest.mark.parametrize("subject", [resource(), resource(desired(job_id=JOB)), holder(finalizers=())])
    def test_a_claim_that_stays_unknown_stalls_after_a_minute_with_the_connection_to_mend(
        self, subject: Resource
    ) -> None:
        unsure = claim(held_job_id=JOB, created_at=ago(timedelta(days=9)), connection="GraphConnection identity/theirs")
        before, after = (
            plan(facts(subject, remote_job(), uncertain_claims=(unsure,), unsure_since={unsure.key: ago(waited)}))
            for waited in (seconds(59), minutes(1))
        )
        assert wait_of(before).after == seconds(5)
        verdict = after
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.CONNECTION_NOT_READY
        assert "identity/other" in verdict.message
        assert "its connection (GraphConnection identity/theirs) has not logged in" in verdict.message
        assert "set deletionPolicy: Retain on identity/other first" in verdict.message

    def test_a_new_claim_is_waited_for_although_another_one_has_been_unknown_for_long(self) -> None:
        unsure, unrelated = claim(held_job_id=JOB), claim("unrelated", held_job_id="another")
        seen = facts(
            resource(),
            remote_job(),
            uncertain_claims=(unrelated, unsure),
            unsure_since={unrelated.key: ago(minutes(60)), unsure.key: ago(seconds(0))},
        )
        assert wait_of(plan(seen)).after == seconds(5)

    @pytest.mark.parametrize(
        ("why", "subject", "unsure"),
        [
            ("it is managed already", holder(), claim(held_job_id=JOB)),
            ("the other names no job", resource(), claim()),
            ("the other names another job", resource(desired(job_id=JOB)), claim(wanted_job_id="another")),
        ],
    )
    def test_no_resource_waits_for_an_unknown_claim_that_changes_nothing(
        self, why: str, subject: Resource, unsure: Claim
    ) -> None:
        verdict = plan(facts(subject, remote_job(), uncertain_claims=(unsure,)))
        assert not isinstance(verdict, Wait), why


class TestNamedJob:
    def test_a_named_job_is_held_when_it_exists(self) -> None:
        verdict = plan(facts(resource(desired(job_id="b")), remote_job("a"), remote_job("b")))
        assert action_of(verdict) == HoldJob("b", "Adopted")

    def test_a_named_job_of_another_template_is_not_held(self) -> None:
        verdict = plan(facts(resource(desired(job_id="b")), remote_job("b", template="other")))
        assert stall_reason(verdict) is Reason.TEMPLATE_CHANGED

    def test_a_missing_named_job_is_waited_for_while_the_spec_is_young(self) -> None:
        subject = resource(desired(job_id="b"))
        assert wait_of(plan(facts(subject, spec_seen_at=ago(minutes(4))))).reason is Reason.JOB_NOT_FOUND
        assert stall_reason(plan(facts(subject, spec_seen_at=ago(minutes(5))))) is Reason.JOB_NOT_FOUND
        assert stall_reason(plan(facts(subject))) is Reason.JOB_NOT_FOUND
