"""Which job is ours: what is found, adopted, created, and what is left to a person."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.names import JOB_ID_ANNOTATION
from entrasync.api.policies import AdoptionPolicy, OnMissing
from entrasync.core.decision.action import AddFinalizer, CreateJob, ForgetCreate, HoldJob
from entrasync.core.decision.verdicts import Do, Retry, Stall, Wait
from entrasync.core.job.rules import until_next_look
from entrasync.core.plan import plan
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.primitives.times import write_time
from entrasync.core.resource.job_claims import Claim
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import (
    JOB,
    NOW,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    TENANT,
    ago,
    claim,
    desired,
    facts,
    holder,
    minutes,
    misses,
    operation,
    remote_job,
    resource,
    seconds,
)

BOUND = Bounds().replication


def stalled(verdict: object) -> Reason:
    assert isinstance(verdict, Stall), verdict
    return verdict.reason


def waiting(verdict: object) -> Wait:
    assert isinstance(verdict, Wait), verdict
    return verdict


def done(verdict: object) -> Any:
    assert isinstance(verdict, Do), verdict
    return verdict.action


class TestAdoption:
    def test_the_one_job_of_the_template_is_adopted(self) -> None:
        assert done(plan(facts(None, remote_job("a"), remote_job("b", template="other")))) == HoldJob("a", "Adopted")

    def test_several_that_fit_are_left_to_a_person_who_reads_their_ids(self) -> None:
        verdict = plan(facts(None, remote_job("b"), remote_job("a")))
        assert stalled(verdict) is Reason.SEVERAL_JOBS
        assert isinstance(verdict, Stall)
        assert "a, b" in verdict.message

    def test_without_one_a_job_is_created(self) -> None:
        action = done(plan(facts(None, remote_job("x", template="other"))))
        assert action == CreateJob(PRINCIPAL, "scim", frozenset({"x"}))

    def test_nothing_is_created_before_the_resource_is_held_back_from_deletion(self) -> None:
        assert done(plan(facts(resource(finalizers=())))) == AddFinalizer()

    def test_adopt_only_never_creates(self) -> None:
        wish = desired(adoption_policy=AdoptionPolicy.ADOPT_ONLY)
        assert stalled(plan(facts(resource(wish)))) is Reason.NO_JOB_TO_ADOPT
        assert done(plan(facts(resource(wish), remote_job("a")))) == HoldJob("a", "Adopted")

    @pytest.mark.parametrize("jobs", [(), (remote_job("a"),)], ids=["none", "one"])
    def test_a_list_unreadable_in_part_proves_neither_absence_nor_uniqueness(self, jobs: tuple[Any, ...]) -> None:
        assert isinstance(plan(facts(None, *jobs, is_complete=False)), Retry)


class TestOthersClaims:
    def test_a_job_that_another_holds_is_a_conflict_and_no_reason_to_create(self) -> None:
        verdict = plan(facts(None, remote_job("a"), claims=(claim(held_job_id="a"),)))
        assert stalled(verdict) is Reason.CONFLICT

    def test_a_job_that_another_names_is_a_conflict_too(self) -> None:
        verdict = plan(facts(None, remote_job("a"), claims=(claim(wanted_job_id="a"),)))
        assert stalled(verdict) is Reason.CONFLICT

    def test_an_id_that_nobody_has_keeps_nobody_from_creating(self) -> None:
        assert isinstance(done(plan(facts(None, claims=(claim(wanted_job_id="typo"),)))), CreateJob)

    def test_another_template_on_the_same_service_principal_is_no_conflict(self) -> None:
        others = (claim(held_job_id="a", template_id="other"),)
        assert isinstance(done(plan(facts(None, remote_job("a", template="other"), claims=others))), CreateJob)

    def test_a_claimed_job_does_not_make_several_of_one(self) -> None:
        jobs = (remote_job("a"), remote_job("b"))
        assert done(plan(facts(None, *jobs, claims=(claim(held_job_id="a"),)))) == HoldJob("b", "Adopted")

    @pytest.mark.parametrize(
        ("why", "mine", "theirs", "is_conflict"),
        [
            ("the older holder wins", holder(), claim(held_job_id=JOB, created_at=ago(timedelta(days=2))), True),
            ("the younger holder, a copied manifest, loses", holder(), claim(held_job_id=JOB), False),
            ("who holds wins over who names", holder(), claim(wanted_job_id=JOB, created_at=ago(timedelta(9))), False),
            ("who names loses to who holds", resource(desired(job_id=JOB)), claim(held_job_id=JOB), True),
            ("of two who name the older wins", resource(desired(job_id=JOB)), claim(wanted_job_id=JOB), False),
            (
                "of two who name the younger loses",
                resource(desired(job_id=JOB)),
                claim(wanted_job_id=JOB, created_at=ago(timedelta(9))),
                True,
            ),
            (
                "who manages it wins over an older that only observed it, or that was annotated by hand",
                holder(),
                claim(held_job_id=JOB, created_at=ago(timedelta(9)), has_finalizer=False),
                False,
            ),
            ("who begins to manage loses to who does", holder(finalizers=()), claim(held_job_id=JOB), True),
            (
                "of two that came back from a backup the older wins",
                holder(finalizers=()),
                claim(held_job_id=JOB, has_finalizer=False),
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
    def test_one_job_has_one_resource(self, why: str, mine: Resource, theirs: Any, is_conflict: bool) -> None:
        verdict = plan(facts(mine, remote_job(), claims=(theirs,)))
        assert (isinstance(verdict, Stall) and verdict.reason is Reason.CONFLICT) == is_conflict, why

    def test_one_create_at_a_time_on_a_service_principal(self) -> None:
        verdict = waiting(plan(facts(None, claims=(claim(creating_since=ago(seconds(30))),))))
        assert (verdict.reason, verdict.after) == (Reason.WAITING_FOR_OTHER_CREATE, seconds(20))

    def test_a_create_that_is_not_settled_by_the_bound_is_waited_for_slowly(self) -> None:
        verdict = waiting(plan(facts(None, claims=(claim(creating_since=ago(minutes(16))),))))
        assert verdict.after == minutes(5)

    def test_and_then_it_is_for_a_person_who_is_told_where_it_hangs(self) -> None:
        verdict = plan(facts(None, claims=(claim(creating_since=ago(minutes(20))),)))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.WAITING_FOR_OTHER_CREATE
        assert "SynchronizationJob identity/other" in verdict.message
        assert "Resume it" in verdict.message

    @pytest.mark.parametrize("subject", [resource(), resource(desired(job_id=JOB)), holder(finalizers=())])
    def test_nobody_takes_a_job_while_it_is_not_known_whether_an_other_may_claim_it(self, subject: Resource) -> None:
        unsure = claim(held_job_id=JOB, created_at=ago(timedelta(days=9)))
        verdict = waiting(plan(facts(subject, remote_job(), unsure_claims=(unsure,))))
        assert (verdict.reason, verdict.after) == (Reason.CONNECTION_NOT_READY, seconds(5))
        assert "identity/other" in verdict.message

    @pytest.mark.parametrize(
        ("why", "subject", "unsure"),
        [
            ("it is managed already", holder(), claim(held_job_id=JOB)),
            ("the other names no job", resource(), claim()),
            ("the other names another job", resource(desired(job_id=JOB)), claim(wanted_job_id="another")),
        ],
    )
    def test_but_nobody_waits_where_that_changes_nothing(self, why: str, subject: Resource, unsure: Claim) -> None:
        verdict = plan(facts(subject, remote_job(), unsure_claims=(unsure,)))
        assert not isinstance(verdict, Wait), why


class TestAnUnfinishedCreate:
    def subject(self, elapsed: timedelta, *before: str, **overlay: Any) -> Resource:
        status = {"tenantId": TENANT, "servicePrincipalId": PRINCIPAL, "operation": operation(ago(elapsed), *before)}
        return resource(status=status, **overlay)

    @pytest.mark.parametrize(
        ("elapsed", "pause"),
        [(0, 1), (0.5, 0.5), (1, 2), (3, 4), (7, 8), (15, 16), (31, 20), (51, 20), (71, 20), (895, 5), (899.5, 0.5)],
    )
    def test_is_looked_for_at_growing_pauses_the_last_when_the_bound_ends(self, elapsed: float, pause: float) -> None:
        assert until_next_look(seconds(elapsed), BOUND) == seconds(pause)
        verdict = waiting(plan(facts(self.subject(seconds(elapsed)))))
        assert (verdict.reason, verdict.after) == (Reason.CREATE_UNCONFIRMED, seconds(pause))

    def test_says_the_same_at_each_look(self) -> None:
        subject = self.subject(seconds(10))
        messages = {waiting(plan(facts(subject, now=NOW + seconds(s)))).message for s in (0, 1, 30, 600)}
        assert len(messages) == 1

    def test_holds_the_job_that_turned_up(self) -> None:
        jobs = (remote_job("old"), remote_job("new"), remote_job("x", template="other"))
        assert done(plan(facts(self.subject(seconds(5), "old"), *jobs))) == HoldJob("new", "Created")

    def test_does_not_take_what_another_claims_for_its_own(self) -> None:
        verdict = plan(facts(self.subject(seconds(5)), remote_job("a"), claims=(claim(held_job_id="a"),)))
        assert waiting(verdict).reason is Reason.CREATE_UNCONFIRMED

    def test_with_several_that_turned_up_is_for_a_person(self) -> None:
        assert stalled(plan(facts(self.subject(minutes(20)), remote_job("a"), remote_job("b")))) is Reason.SEVERAL_JOBS

    def test_with_several_takes_the_one_that_the_person_then_names(self) -> None:
        subject = self.subject(minutes(20), desired=desired(job_id="b"))
        assert done(plan(facts(subject, remote_job("a"), remote_job("b")))) == HoldJob("b", "Created")

    def test_is_sent_again_when_the_bound_has_passed(self) -> None:
        action = done(plan(facts(self.subject(BOUND, "old"), remote_job("y", template="other"))))
        assert action == CreateJob(PRINCIPAL, "scim", frozenset({"old", "y"}))

    def test_waits_for_a_list_read_after_the_bound(self) -> None:
        """A list that was asked for before the bound ended says nothing of its last moment."""
        verdict = plan(facts(self.subject(BOUND), read_at=NOW - seconds(1)))
        assert waiting(verdict).after == seconds(0)

    def test_is_not_sent_again_on_an_incomplete_list(self) -> None:
        assert isinstance(plan(facts(self.subject(BOUND), is_complete=False)), Retry)

    @pytest.mark.parametrize(
        ("why", "overlay"),
        [
            ("jobId never creates", {"desired": desired(job_id="named")}),
            ("AdoptOnly never creates", {"desired": desired(adoption_policy=AdoptionPolicy.ADOPT_ONLY)}),
            ("the spec went elsewhere", {"desired": desired(service_principal_id=OTHER_PRINCIPAL)}),
            (
                "a recreate that is now only to be reported",
                {"desired": desired(on_missing=OnMissing.REPORT), "annotations": {JOB_ID_ANNOTATION: "old"}},
            ),
        ],
    )
    def test_is_forgotten_where_the_spec_no_longer_allows_it(self, why: str, overlay: dict[str, Any]) -> None:
        assert done(plan(facts(self.subject(BOUND, "old", **overlay)))) == ForgetCreate(), why
        assert isinstance(plan(facts(self.subject(minutes(14), "old", **overlay))), Wait), why

    def test_on_missing_report_does_not_touch_a_first_create(self) -> None:
        subject = self.subject(BOUND, desired=desired(on_missing=OnMissing.REPORT))
        assert isinstance(done(plan(facts(subject))), CreateJob)

    def test_of_another_template_is_settled_by_the_template_that_was_sent(self) -> None:
        subject = self.subject(seconds(5), desired=desired(template_id="other"))
        assert done(plan(facts(subject, remote_job("a")))) == HoldJob("a", "Created")


class TestWhatIsBelieved:
    def test_an_unfinished_operation_comes_before_status_and_an_old_annotation(self) -> None:
        subject = holder("old", status={"operation": operation(ago(seconds(1)), "old")})
        assert subject.held_job_id is None
        assert facts(subject, remote_job("old")).job_id is None

    def test_an_annotation_newer_than_the_operation_settles_it(self) -> None:
        subject = resource(
            annotations={JOB_ID_ANNOTATION: "new"}, status={"operation": operation(ago(seconds(1)), "old")}
        )
        assert subject.held_job_id == "new"

    def test_the_annotation_comes_before_status(self) -> None:
        subject = holder("annotated", status={"job": {"id": "mirrored"}})
        assert subject.held_job_id == "annotated"

    def test_status_alone_is_enough(self) -> None:
        assert resource(status={"job": {"id": "mirrored"}}).held_job_id == "mirrored"

    @pytest.mark.parametrize("stored", [None, [], {}, {"startedAt": "soon"}, {"startedAt": 1}])
    def test_an_unreadable_operation_is_none(self, stored: object) -> None:
        assert resource(status={"operation": stored}).operation is None

    def test_an_operation_without_its_list_still_counts(self) -> None:
        stored = operation(NOW) | {"jobIdsBefore": 7}
        found = resource(status={"operation": stored}).operation
        assert found is not None
        assert found.job_ids_before == frozenset()

    def test_a_job_id_set_later_to_the_held_one_changes_nothing(self) -> None:
        assert plan(facts(holder(wish=desired(job_id=JOB)), remote_job())) is None

    def test_another_job_id_than_the_held_one_stalls(self) -> None:
        jobs = (remote_job(), remote_job("b"))
        assert stalled(plan(facts(holder(wish=desired(job_id="b")), *jobs))) is Reason.JOB_ID_MISMATCH

    def test_a_resource_from_a_backup_finds_its_job_by_the_annotation(self) -> None:
        assert plan(facts(holder(status={}), remote_job())) is None

    def test_a_job_known_from_status_only_is_written_down(self) -> None:
        subject = resource(status={"job": {"id": JOB}, "origin": "Created"})
        assert done(plan(facts(subject, remote_job()))) == HoldJob(JOB, "Created")

    def test_a_lost_finalizer_is_set_again(self) -> None:
        assert done(plan(facts(holder(finalizers=()), remote_job()))) == HoldJob(JOB, "Created")

    def test_nothing_of_a_former_job_is_believed_of_the_next(self) -> None:
        pause = {"by": "Graph", "reason": "x"}
        subject = holder("new", status={"job": {"id": "old"}, "pause": pause, "lastStartTime": "2026-11-01T00:00:00Z"})
        remembered = subject.without_former_job().status
        assert not {"job", "pause", "lastStartTime", "originTime", "synchronizationStatus"} & set(remembered)
        assert remembered["tenantId"] == TENANT


class TestANamedJob:
    def test_is_held_when_it_is_there(self) -> None:
        verdict = plan(facts(resource(desired(job_id="b")), remote_job("a"), remote_job("b")))
        assert done(verdict) == HoldJob("b", "Adopted")

    def test_of_another_template_is_not_taken(self) -> None:
        verdict = plan(facts(resource(desired(job_id="b")), remote_job("b", template="other")))
        assert stalled(verdict) is Reason.TEMPLATE_CHANGED

    def test_that_is_not_there_is_waited_for_while_the_spec_is_young(self) -> None:
        subject = resource(desired(job_id="b"))
        assert waiting(plan(facts(subject, spec_seen_at=ago(minutes(4))))).reason is Reason.JOB_NOT_FOUND
        assert stalled(plan(facts(subject, spec_seen_at=ago(minutes(5))))) is Reason.JOB_NOT_FOUND
        assert stalled(plan(facts(subject))) is Reason.JOB_NOT_FOUND


class TestAMissingJob:
    @pytest.mark.parametrize(
        ("why", "count", "span", "is_gone"),
        [
            ("one look is none", 1, 0, False),
            ("two looks are too few", 2, 60, False),
            ("three looks in a moment may ask one stale replica", 3, 4.9, False),
            ("three looks over five minutes", 3, 5, True),
        ],
    )
    def test_is_gone_only_after_three_looks_over_five_minutes(
        self, why: str, count: int, span: float, is_gone: bool
    ) -> None:
        verdict = plan(facts(holder(), misses=misses(count, minutes(span))))
        assert isinstance(verdict, Do if is_gone else Wait), why

    def test_is_never_gone_without_a_counted_look(self) -> None:
        assert waiting(plan(facts(holder()))).reason is Reason.JOB_MISSING

    def test_is_recreated_with_its_id_among_those_before(self) -> None:
        action = done(plan(facts(holder(), remote_job("x", template="other"), misses=misses(4, minutes(6)))))
        assert action == CreateJob(PRINCIPAL, "scim", frozenset({JOB, "x"}))

    def test_another_that_fits_is_adopted_instead(self) -> None:
        verdict = plan(facts(holder(), remote_job("b"), misses=misses(4, minutes(6))))
        assert done(verdict) == HoldJob("b", "Adopted")

    @pytest.mark.parametrize(
        ("why", "status"),
        [
            ("its status was written", {"originTime": write_time(ago(minutes(14)))}),
            ("the crash came before", {"originTime": None, "job": None, "operation": operation(ago(minutes(14)), "x")}),
        ],
    )
    def test_is_never_gone_within_the_bound_of_its_own_creation(self, why: str, status: dict[str, Any]) -> None:
        verdict = waiting(plan(facts(holder(status=status), misses=misses(30, minutes(13)))))
        assert verdict.reason is Reason.JOB_MISSING, why
        assert verdict.after <= seconds(20), why

    def test_an_adopted_one_has_no_such_protection(self) -> None:
        subject = holder(origin="Adopted", status={"originTime": write_time(ago(minutes(6)))})
        assert isinstance(done(plan(facts(subject, misses=misses(3, minutes(5))))), CreateJob)

    def test_that_we_just_made_is_looked_for_within_seconds(self) -> None:
        subject = holder(status={"originTime": write_time(NOW)})
        assert waiting(plan(facts(subject, misses=misses(1, seconds(0))))).after == seconds(1)

    def test_that_is_old_is_looked_for_over_minutes(self) -> None:
        assert waiting(plan(facts(holder(), misses=misses(1, seconds(0))))).after == seconds(100)

    @pytest.mark.parametrize(
        ("wish", "words"),
        [
            (desired(on_missing=OnMissing.REPORT), "spec.onMissing is Report"),
            (desired(job_id=JOB), "spec.jobId names it"),
            (desired(adoption_policy=AdoptionPolicy.ADOPT_ONLY), "spec.adoptionPolicy is AdoptOnly"),
        ],
    )
    def test_is_only_reported_where_the_spec_says_so(self, wish: Any, words: str) -> None:
        verdict = plan(facts(holder(wish=wish), misses=misses(3, minutes(5))))
        assert stalled(verdict) is Reason.JOB_GONE
        assert isinstance(verdict, Stall)
        assert words in verdict.message


class TestWhatMayNotChange:
    def test_another_tenant_stalls_before_all_else(self) -> None:
        assert stalled(plan(facts(holder(), tenant="elsewhere"))) is Reason.TENANT_CHANGED

    def test_another_service_principal_stalls(self) -> None:
        subject = holder(wish=desired(service_principal_id=OTHER_PRINCIPAL))
        assert stalled(plan(facts(subject, remote_job()))) is Reason.SERVICE_PRINCIPAL_CHANGED

    def test_a_guid_in_capitals_is_the_same(self) -> None:
        subject = holder(wish=desired(service_principal_id=PRINCIPAL.upper()))
        assert plan(facts(subject, remote_job(), tenant=TENANT.upper())) is None

    def test_another_template_stalls(self) -> None:
        subject = holder(wish=desired(template_id="other"))
        assert stalled(plan(facts(subject, remote_job()))) is Reason.TEMPLATE_CHANGED

    def test_a_job_without_a_readable_template_is_believed(self) -> None:
        assert plan(facts(holder(), remote_job(template=None))) is None
