"""What is recorded of a create, before it is sent and once it is settled."""

from dataclasses import replace
from datetime import timedelta

from entrasync.core.job.record import with_create_answer, with_create_intent, without_create_intent
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import CreateIntent, CreationRecord
from entrasync.core.resource.job_resource import Resource
from tests.support.facts import (
    NOW,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    TENANT,
    ago,
    desired,
    holder,
    minutes,
    operation,
    resource,
)

INTENT = CreateIntent(NOW, PRINCIPAL, "scim", frozenset({"b", "a"}))
RECREATE = replace(INTENT, action="RecreateJob")


def refused(subject: Resource) -> JobRecord:
    return without_create_intent(subject.record, has_held_job=subject.annotated_job_id is not None)


class TestCreateIntent:
    def test_an_intent_is_recorded_with_what_settles_it_and_without_the_held_job(self) -> None:
        status = with_create_intent(holder().record, RECREATE, tenant_id=TENANT).write()
        assert status["operation"] == operation(NOW, "a", "b", action="RecreateJob")
        assert not {"job", "synchronizationStatus", "originTime"} & set(status)

    def test_a_refused_intent_frees_a_resource_that_never_held_a_job(self) -> None:
        record = with_create_intent(resource().record, INTENT, tenant_id=TENANT)
        moved = resource(desired(service_principal_id=OTHER_PRINCIPAL), status=record.write())
        assert refused(moved).write() == {}

    def test_a_refused_intent_keeps_the_service_principal_of_a_resource_that_held_a_job(self) -> None:
        record = with_create_intent(holder().record, RECREATE, tenant_id=TENANT)
        kept = refused(holder(status=record.write())).write()
        assert (kept["tenantId"], kept["servicePrincipalId"]) == (TENANT, PRINCIPAL)
        assert "operation" not in kept

    def test_an_answered_intent_stays_until_graph_shows_the_job(self) -> None:
        record = with_create_answer(with_create_intent(resource().record, INTENT, tenant_id=TENANT), "new")
        assert record.operation == INTENT

    def test_an_answered_intent_is_settled_by_a_job_whose_id_was_there_before(self) -> None:
        record = with_create_answer(with_create_intent(holder().record, RECREATE, tenant_id=TENANT), "a")
        assert record.operation is None
        assert (record.tenant_id, record.service_principal_id) == (TENANT, PRINCIPAL)

    def test_a_sent_create_is_counted_and_a_refused_one_is_not(self) -> None:
        sent = with_create_intent(holder().record, RECREATE, tenant_id=TENANT)
        assert sent.creation == CreationRecord("scim", (NOW,))
        assert refused(holder(status=sent.write())).creation == CreationRecord()

    def test_creates_of_the_day_before_are_forgotten(self) -> None:
        old = {"creation": {"times": [write_precise_time(ago(timedelta(days=1))), write_precise_time(ago(minutes(9)))]}}
        sent = with_create_intent(holder(status=old).record, RECREATE, tenant_id=TENANT)
        assert sent.creation.times == (ago(minutes(9)), NOW)

    def test_creates_that_a_wrong_clock_dated_into_the_far_future_are_forgotten(self) -> None:
        future = CreationRecord("scim", (NOW + timedelta(days=300), NOW + timedelta(hours=1)))
        assert future.times_lately(NOW) == (NOW + timedelta(hours=1),)
