"""What becomes of a job when its resource is deleted."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.names import ABANDON_ANNOTATION, JOB_ID_ANNOTATION
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Retry, Stall, Wait
from entrasync.core.deletion import needs_listing, plan_deletion, release_when_job_is_gone, release_without_graph
from entrasync.core.job.actions import DeleteJob, HoldJob, ReleaseResource
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.actions import PauseJob
from tests.support.facts import (
    JOB,
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
from tests.support.verdicts import action_of

DELETE, PAUSE, RETAIN = DeletionPolicy.DELETE, DeletionPolicy.PAUSE, DeletionPolicy.RETAIN


def unfinished(elapsed: timedelta, **overlay: Any) -> Resource:
    status = {"tenantId": TENANT, "servicePrincipalId": PRINCIPAL, "operation": operation(ago(elapsed), "old")}
    return resource(status=status, **overlay)


class TestWithoutReadingGraph:
    @pytest.mark.parametrize(
        ("why", "subject", "goes"),
        [
            ("it holds no job", resource(), True),
            ("the job of its create may still appear", unfinished(seconds(1)), False),
            ("a suspended resource only lets go", holder(wish=desired(is_suspended=True)), True),
            (
                "a suspended resource waits for an unfinished create",
                unfinished(seconds(1), wish=desired(is_suspended=True)),
                False,
            ),
            (
                "an observer only lets go",
                unfinished(seconds(1), wish=desired(management_policy=ManagementPolicy.OBSERVE)),
                False,
            ),
            (
                "an unfinished create may be abandoned",
                unfinished(seconds(1), annotations={ABANDON_ANNOTATION: "true"}),
                True,
            ),
            (
                "abandoned by a person",
                resource(annotations={ABANDON_ANNOTATION: "true", JOB_ID_ANNOTATION: JOB}),
                True,
            ),
            ("abandoned means the word true", holder(annotations={ABANDON_ANNOTATION: "no"}), False),
            ("adopted, so it is retained", holder(origin="Adopted"), True),
            ("created, so it is deleted", holder(), False),
            ("created, but to be retained", holder(wish=desired(deletion_policy=RETAIN)), True),
            ("adopted, but to be deleted", holder(wish=desired(deletion_policy=DELETE), origin="Adopted"), False),
            ("to be paused", holder(wish=desired(deletion_policy=PAUSE)), False),
        ],
    )
    def test_a_resource_with_nothing_to_settle_is_released_without_reading_graph(
        self, why: str, subject: Resource, goes: bool
    ) -> None:
        assert (release_without_graph(subject) is not None) == goes, why

    def test_the_annotation_names_the_job_before_the_status_does(self) -> None:
        subject = holder(origin="Adopted", status={"origin": "Created"})
        assert subject.origin == "Adopted"
        assert release_without_graph(subject) is not None

    def test_a_resource_without_a_readable_spec_leaves_its_job_alone(self) -> None:
        release = release_without_graph(holder(desired=None, status={"application": {"keys": ["SecretToken"]}}))
        assert release == ReleaseResource(
            f"its stored spec cannot be read, so no deletionPolicy could be followed, and job {JOB} of service "
            f"principal {PRINCIPAL} lives on in Graph. So do the values that were saved for its application: "
            "SecretToken. Delete there what is not wanted",
            is_warning=True,
        )


class TestPolicies:
    def test_delete_needs_no_read_of_graph(self) -> None:
        assert not needs_listing(holder())
        assert action_of(plan_deletion(facts(holder()))) == DeleteJob(PRINCIPAL, JOB)

    def test_pause_pauses_a_running_job(self) -> None:
        subject = holder(wish=desired(deletion_policy=PAUSE))
        assert needs_listing(subject)
        assert action_of(plan_deletion(facts(subject, remote_job()))) == PauseJob(PRINCIPAL, JOB)

    def test_pause_leaves_a_job_that_does_not_run(self) -> None:
        subject = holder(wish=desired(deletion_policy=PAUSE))
        release = action_of(plan_deletion(facts(subject, remote_job(state="Disabled"))))
        assert isinstance(release, ReleaseResource)
        assert "is paused" in release.message

    @pytest.mark.parametrize(("elapsed", "kind"), [(minutes(14), PauseJob), (minutes(15), ReleaseResource)])
    def test_pause_does_not_trust_a_paused_state_shortly_after_our_start(self, elapsed: timedelta, kind: type) -> None:
        started = {"lastStartTime": write_precise_time(ago(elapsed))}
        subject = holder(wish=desired(deletion_policy=PAUSE), status=started)
        assert isinstance(action_of(plan_deletion(facts(subject, remote_job(state="Disabled")))), kind)

    def test_pause_waits_for_a_hidden_job(self) -> None:
        verdict = plan_deletion(facts(holder(wish=desired(deletion_policy=PAUSE)), misses=misses(1, seconds(0))))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.DELETING

    def test_the_job_of_an_older_resource_is_not_touched(self) -> None:
        older = claim(held_job_id=JOB, created_at=ago(timedelta(days=9)))
        assert isinstance(action_of(plan_deletion(facts(holder(), claims=(older,)))), ReleaseResource)

    def test_nothing_is_deleted_in_another_tenant(self) -> None:
        verdict = plan_deletion(facts(holder(), tenant="elsewhere"))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.DELETION_BLOCKED
        assert "entrasync.io/abandon" in verdict.message


class TestUnknownJob:
    @pytest.mark.parametrize(
        ("why", "count", "span", "age"),
        [
            ("missed twice", 2, minutes(9), minutes(60)),
            ("missed often, but not for five minutes", 9, minutes(4.9), minutes(60)),
            ("made within the replication bound", 9, minutes(14), minutes(14.5)),
        ],
    )
    def test_the_deletion_of_an_unknown_job_waits(self, why: str, count: int, span: timedelta, age: timedelta) -> None:
        subject = holder(status={"originTime": write_time(ago(age))})
        verdict = release_when_job_is_gone(facts(subject, misses=misses(count, span)))
        assert isinstance(verdict, Wait), why
        assert verdict.reason is Reason.DELETING

    def test_the_deletion_of_an_unknown_job_ends_after_three_misses_over_five_minutes(self) -> None:
        release = action_of(release_when_job_is_gone(facts(holder(), misses=misses(3, minutes(5)))))
        assert release == ReleaseResource(f"job {JOB} was not there any more")

    def test_the_deletion_of_a_job_that_reads_show_is_sent_again_soon(self) -> None:
        assert isinstance(verdict := release_when_job_is_gone(facts(holder(), remote_job())), Wait)
        assert verdict.after < seconds(10)


class TestUnfinishedCreate:
    def test_an_unfinished_create_keeps_the_resource_until_it_is_settled(self) -> None:
        verdict = plan_deletion(facts(unfinished(minutes(14))))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.DELETING

    @pytest.mark.parametrize("elapsed", [minutes(1), minutes(20)], ids=["within the bound", "after a long stop"])
    def test_an_unfinished_create_whose_job_appeared_is_held_to_be_deleted(self, elapsed: timedelta) -> None:
        verdict = plan_deletion(facts(unfinished(elapsed), remote_job("old"), remote_job("new")))
        assert action_of(verdict) == HoldJob("new", "Created")

    def test_an_unfinished_create_whose_job_never_appeared_is_released_after_the_bound(self) -> None:
        verdict = plan_deletion(facts(unfinished(minutes(15)), remote_job("old")))
        assert isinstance(action_of(verdict), ReleaseResource)

    def test_an_unfinished_create_is_not_released_on_an_incomplete_list(self) -> None:
        assert isinstance(plan_deletion(facts(unfinished(minutes(15)), is_complete=False)), Retry)

    def test_an_unfinished_create_is_not_released_on_an_incomplete_list_without_creation_allowed(self) -> None:
        subject = unfinished(minutes(15), desired=desired(job_id="named"))
        assert isinstance(verdict := plan_deletion(facts(subject, is_complete=False)), Retry)
        assert verdict.reason is Reason.DELETING

    def test_an_unfinished_create_is_never_sent_again_during_a_deletion(self) -> None:
        for wish in (desired(), desired(job_id="named"), desired(template_id="other")):
            verdict = plan_deletion(facts(unfinished(minutes(30), desired=wish)))
            assert isinstance(action_of(verdict), ReleaseResource)

    def test_an_unfinished_create_with_several_candidates_stalls(self) -> None:
        assert isinstance(plan_deletion(facts(unfinished(seconds(3)), remote_job("a"), remote_job("b"))), Stall)
