"""A create whose answer was lost."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.names import JOB_ID_ANNOTATION
from entrasync.api.policies import AdoptionPolicy, OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Retry, Stall, Wait
from entrasync.core.job.actions import CreateJob, ForgetCreate, HoldJob
from entrasync.core.job.unconfirmed_create import until_next_look
from entrasync.core.plan import plan
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import (
    NOW,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    TENANT,
    ago,
    claim,
    desired,
    facts,
    minutes,
    operation,
    remote_job,
    resource,
    seconds,
)
from tests.support.verdicts import action_of, stall_reason, wait_of

BOUND = Bounds().replication


class TestUnfinishedCreate:
    def subject(self, elapsed: timedelta, *before: str, **overlay: Any) -> Resource:
        status = {"tenantId": TENANT, "servicePrincipalId": PRINCIPAL, "operation": operation(ago(elapsed), *before)}
        return resource(status=status, **overlay)

    @pytest.mark.parametrize(
        ("elapsed", "pause"),
        [(0, 1), (0.5, 0.5), (1, 2), (3, 4), (7, 8), (15, 16), (31, 20), (51, 20), (71, 20), (895, 5), (899.5, 0.5)],
    )
    def test_an_unfinished_create_is_read_back_at_growing_intervals_up_to_the_bound(
        self, elapsed: float, pause: float
    ) -> None:
        assert until_next_look(seconds(elapsed), BOUND) == seconds(pause)
        verdict = wait_of(plan(facts(self.subject(seconds(elapsed)))))
        assert (verdict.reason, verdict.after) == (Reason.CREATE_UNCONFIRMED, seconds(pause))

    def test_an_unfinished_create_reports_the_same_at_each_read(self) -> None:
        subject = self.subject(seconds(10))
        messages = {wait_of(plan(facts(subject, now=NOW + seconds(s)))).message for s in (0, 1, 30, 600)}
        assert len(messages) == 1

    def test_an_unfinished_create_holds_the_job_that_appeared(self) -> None:
        jobs = (remote_job("old"), remote_job("new"), remote_job("x", template="other"))
        assert action_of(plan(facts(self.subject(seconds(5), "old"), *jobs))) == HoldJob("new", "Created")

    def test_an_unfinished_create_does_not_take_what_another_claims_for_its_own(self) -> None:
        verdict = plan(facts(self.subject(seconds(5)), remote_job("a"), claims=(claim(held_job_id="a"),)))
        assert wait_of(verdict).reason is Reason.CREATE_UNCONFIRMED

    def test_an_unfinished_create_with_several_candidates_stalls(self) -> None:
        assert (
            stall_reason(plan(facts(self.subject(minutes(20)), remote_job("a"), remote_job("b"))))
            is Reason.SEVERAL_JOBS
        )

    def test_an_unfinished_create_with_several_candidates_holds_the_one_that_the_spec_names(self) -> None:
        subject = self.subject(minutes(20), desired=desired(job_id="b"))
        assert action_of(plan(facts(subject, remote_job("a"), remote_job("b")))) == HoldJob("b", "Created")

    def test_an_unfinished_create_is_sent_again_when_the_bound_has_passed(self) -> None:
        action = action_of(plan(facts(self.subject(BOUND, "old", "y"), remote_job("y", template="other"))))
        assert action == CreateJob(PRINCIPAL, "scim", frozenset({"old", "y"}))

    def test_an_unfinished_create_is_not_sent_again_beside_a_job_that_was_only_hidden_when_it_was_sent(self) -> None:
        """It counted as gone, so it is among the jobs that were there before."""
        subject = self.subject(BOUND, "old", annotations={JOB_ID_ANNOTATION: "old"})
        assert isinstance(plan(facts(self.subject(minutes(14), "old"), remote_job("old"))), Wait)
        assert action_of(plan(facts(subject, remote_job("old")))) == ForgetCreate()

    def test_an_unfinished_create_is_forgotten_where_another_resource_has_a_job_of_its_template_by_now(self) -> None:
        subject, other = self.subject(BOUND, "old"), (claim(held_job_id="old"),)
        assert action_of(plan(facts(subject, remote_job("old"), claims=other))) == ForgetCreate()

    def test_an_unfinished_create_is_forgotten_where_several_jobs_of_its_template_are_there_by_now(self) -> None:
        subject = self.subject(BOUND, "old", "older")
        assert action_of(plan(facts(subject, remote_job("old"), remote_job("older")))) == ForgetCreate()

    @pytest.mark.parametrize("job_id", ["scim.tenant.9", "SCIM.tenant.9"])
    def test_an_unfinished_create_knows_its_job_by_its_id_where_graph_shows_another_template(self, job_id: str) -> None:
        jobs = (remote_job("old"), remote_job(job_id, template="ADDCInPassthrough"), remote_job("x", template="other"))
        assert action_of(plan(facts(self.subject(seconds(5), "old"), *jobs))) == HoldJob(job_id, "Created")

    def test_an_unfinished_create_is_not_sent_again_beside_a_newcomer_that_may_be_its_job(self) -> None:
        newcomer = remote_job("y", template="other")
        assert isinstance(plan(facts(self.subject(minutes(14)), newcomer)), Wait)
        verdict = plan(facts(self.subject(BOUND), newcomer))
        assert stall_reason(verdict) is Reason.SEVERAL_JOBS
        assert isinstance(verdict, Stall)
        assert "y" in verdict.message

    def test_an_unfinished_create_holds_a_newcomer_that_the_spec_names(self) -> None:
        subject = self.subject(BOUND, desired=desired(job_id="y"))
        assert action_of(plan(facts(subject, remote_job("y", template="other")))) == HoldJob("y", "Created")

    def test_an_unfinished_create_is_sent_three_times_a_day_at_most(self) -> None:
        sent = {"times": [write_precise_time(ago(hours)) for hours in (minutes(60), minutes(40), BOUND)]}
        status = {"servicePrincipalId": PRINCIPAL, "operation": operation(ago(BOUND)), "creation": sent}
        verdict = plan(facts(resource(status=status)))
        assert stall_reason(verdict) is Reason.CREATED_TOO_OFTEN

    def test_an_unfinished_create_waits_for_a_list_read_after_the_bound(self) -> None:
        """A list that was asked for before the bound ended says nothing of its last moment."""
        verdict = plan(facts(self.subject(BOUND), read_at=NOW - seconds(1)))
        assert wait_of(verdict).after == seconds(0)

    def test_an_unfinished_create_waits_for_the_bound_from_when_this_process_first_saw_it(self) -> None:
        """The clock of the process that wrote it may have been behind."""
        written, seen = ago(minutes(40)), ago(minutes(14))
        subject = self.subject(minutes(40))
        verdict = wait_of(plan(facts(subject, first_seen={written: seen})))
        assert (verdict.reason, verdict.after) == (Reason.CREATE_UNCONFIRMED, seconds(11))
        assert "12:01:00" in verdict.message
        assert isinstance(action_of(plan(facts(subject, first_seen={written: ago(BOUND)}))), CreateJob)

    def test_an_unfinished_create_is_not_sent_again_on_an_incomplete_list(self) -> None:
        assert isinstance(plan(facts(self.subject(BOUND), is_complete=False)), Retry)

    @pytest.mark.parametrize(
        ("why", "overlay"),
        [
            ("jobId never creates", {"desired": desired(job_id="named")}),
            ("AdoptOnly never creates", {"desired": desired(adoption_policy=AdoptionPolicy.ADOPT_ONLY)}),
            ("the spec names another service principal", {"desired": desired(service_principal_id=OTHER_PRINCIPAL)}),
            (
                "onMissing is now Report",
                {"desired": desired(on_missing=OnMissing.REPORT), "annotations": {JOB_ID_ANNOTATION: "old"}},
            ),
        ],
    )
    def test_an_unfinished_create_is_forgotten_where_the_spec_no_longer_allows_it(
        self, why: str, overlay: dict[str, Any]
    ) -> None:
        assert action_of(plan(facts(self.subject(BOUND, "old", **overlay)))) == ForgetCreate(), why
        assert isinstance(plan(facts(self.subject(minutes(14), "old", **overlay))), Wait), why

    def test_on_missing_report_does_not_affect_a_first_create(self) -> None:
        subject = self.subject(BOUND, desired=desired(on_missing=OnMissing.REPORT))
        assert isinstance(action_of(plan(facts(subject))), CreateJob)

    def test_an_unfinished_create_of_another_template_is_settled_by_the_template_that_was_sent(self) -> None:
        subject = self.subject(seconds(5), desired=desired(template_id="other"))
        assert action_of(plan(facts(subject, remote_job("a")))) == HoldJob("a", "Created")
