"""Which job a resource holds, by its annotation and its status, and what may not change."""

import pytest

from entrasync.api.names import JOB_ID_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.job.actions import HoldJob
from entrasync.core.plan import plan
from tests.support.facts import (
    JOB,
    NOW,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    TENANT,
    ago,
    desired,
    facts,
    holder,
    operation,
    remote_job,
    resource,
    seconds,
)
from tests.support.verdicts import action_of, stall_reason


class TestHeldJob:
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

    def test_the_status_alone_is_enough_to_know_the_job(self) -> None:
        assert resource(status={"job": {"id": "mirrored"}}).held_job_id == "mirrored"

    @pytest.mark.parametrize("stored", [None, [], {}, {"startedAt": "soon"}, {"startedAt": 1}])
    def test_an_unreadable_operation_counts_as_none(self, stored: object) -> None:
        assert resource(status={"operation": stored}).create_intent is None

    def test_an_operation_without_its_list_still_counts(self) -> None:
        stored = operation(NOW) | {"jobIdsBefore": 7}
        found = resource(status={"operation": stored}).create_intent
        assert found is not None
        assert found.job_ids_before == frozenset()

    def test_a_job_id_set_later_to_the_held_job_changes_nothing(self) -> None:
        assert plan(facts(holder(wish=desired(job_id=JOB)), remote_job())) is None

    def test_a_job_id_other_than_the_held_job_stalls(self) -> None:
        jobs = (remote_job(), remote_job("b"))
        assert stall_reason(plan(facts(holder(wish=desired(job_id="b")), *jobs))) is Reason.JOB_ID_MISMATCH

    def test_a_restored_resource_finds_its_job_by_the_annotation(self) -> None:
        assert plan(facts(holder(status={}), remote_job())) is None

    def test_a_job_known_only_from_status_is_recorded_in_the_annotation(self) -> None:
        subject = resource(status={"job": {"id": JOB}, "origin": "Created"})
        assert action_of(plan(facts(subject, remote_job()))) == HoldJob(JOB, "Created")

    def test_a_lost_finalizer_is_set_again(self) -> None:
        assert action_of(plan(facts(holder(finalizers=()), remote_job()))) == HoldJob(JOB, "Created")

    def test_nothing_of_a_former_job_is_kept_for_the_next_one(self) -> None:
        pause = {"by": "Graph", "reason": "x"}
        subject = holder("new", status={"job": {"id": "old"}, "pause": pause, "lastStartTime": "2026-11-01T00:00:00Z"})
        remembered = subject.without_former_job().record.write()
        assert not {"job", "pause", "lastStartTime", "originTime", "synchronizationStatus"} & set(remembered)
        assert remembered["tenantId"] == TENANT


class TestFixedFields:
    def test_another_tenant_stalls_before_all_else(self) -> None:
        assert stall_reason(plan(facts(holder(), tenant="elsewhere"))) is Reason.TENANT_CHANGED

    def test_another_service_principal_stalls(self) -> None:
        subject = holder(wish=desired(service_principal_id=OTHER_PRINCIPAL))
        assert stall_reason(plan(facts(subject, remote_job()))) is Reason.SERVICE_PRINCIPAL_CHANGED

    def test_a_guid_in_capital_letters_is_the_same(self) -> None:
        subject = holder(wish=desired(service_principal_id=PRINCIPAL.upper()))
        assert plan(facts(subject, remote_job(), tenant=TENANT.upper())) is None

    def test_another_template_stalls(self) -> None:
        subject = holder(wish=desired(template_id="other"))
        assert stall_reason(plan(facts(subject, remote_job()))) is Reason.TEMPLATE_CHANGED

    @pytest.mark.parametrize(("template", "job_id"), [("SCIM", JOB), ("other", "Scim.tenant.7")])
    def test_a_template_is_told_by_its_name_or_by_the_id_of_the_job_in_any_case(
        self, template: str, job_id: str
    ) -> None:
        assert plan(facts(holder(job_id), remote_job(job_id, template=template))) is None

    def test_the_template_that_graph_answered_a_create_with_is_that_of_the_job(self) -> None:
        created = {"creation": {"templateId": "scim", "times": []}}
        assert plan(facts(holder(status=created), remote_job(template="other"))) is None

    def test_a_template_other_than_the_created_one_stalls_whatever_graph_shows(self) -> None:
        created = {"creation": {"templateId": "aws", "times": []}}
        verdict = plan(facts(holder(status=created), remote_job(template="other")))
        assert stall_reason(verdict) is Reason.TEMPLATE_CHANGED

    def test_a_job_without_a_readable_template_is_accepted(self) -> None:
        assert plan(facts(holder(), remote_job(template=None))) is None
