"""What the record keeps of a create: that it is about to be sent, and what came of it."""

from dataclasses import replace

from entrasync.core.resource.operation import CreateIntent
from entrasync.core.resource.record import JobRecord


def with_create_intent(record: JobRecord, intent: CreateIntent, *, tenant_id: str) -> JobRecord:
    """Record that a create is about to be sent, and where.

    The job held before, if any, is forgotten in the same write.
    """
    return replace(
        record.without_job(),
        tenant_id=tenant_id,
        service_principal_id=intent.service_principal_id,
        operation=intent,
    )


def without_create_intent(record: JobRecord, *, has_held_job: bool) -> JobRecord:
    """Forget a create that certainly did not happen.

    A resource that never held a job may still move to another tenant or service principal.
    """
    forgotten = replace(record, operation=None)
    return forgotten if has_held_job else replace(forgotten, tenant_id=None, service_principal_id=None)


def with_create_answer(record: JobRecord) -> JobRecord:
    """Settle a create: Graph has answered with the id of the job."""
    return replace(record, operation=None)
