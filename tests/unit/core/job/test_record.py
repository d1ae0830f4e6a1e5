"""What is recorded of a create, before it is sent and once it is settled."""

from dataclasses import replace

from entrasync.core.job.record import with_create_answer, with_create_intent, without_create_intent
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.operation import CreateIntent
from entrasync.core.resource.record import JobRecord
from tests.support.facts import NOW, OTHER_PRINCIPAL, PRINCIPAL, TENANT, desired, holder, operation, resource

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

    def test_an_answered_intent_is_settled_and_keeps_the_service_principal(self) -> None:
        record = with_create_answer(with_create_intent(resource().record, INTENT, tenant_id=TENANT))
        assert record.write() == {"tenantId": TENANT, "servicePrincipalId": PRINCIPAL}
