"""What the record keeps of a create: that it is about to be sent, and what came of it."""

from dataclasses import replace

from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import CreateIntent


def with_create_intent(record: JobRecord, intent: CreateIntent, *, tenant_id: str) -> JobRecord:
    """Record that a create is about to be sent, and where.

    The job held before, if any, is forgotten in the same write.
    """
    return replace(
        record.without_job(),
        creation=record.creation.with_create(intent.template_id, intent.started_at),
        tenant_id=tenant_id,
        service_principal_id=intent.service_principal_id,
        operation=intent,
    )


def without_create_intent(record: JobRecord, *, has_held_job: bool) -> JobRecord:
    """Forget a create that certainly did not happen.

    A resource that never held a job may still move to another tenant or service principal.
    """
    forgotten = replace(record, operation=None)
    if isinstance(record.operation, CreateIntent):
        forgotten = replace(forgotten, creation=record.creation.without_create(record.operation.started_at))
    return forgotten if has_held_job else replace(forgotten, tenant_id=None, service_principal_id=None)


def with_create_answer(record: JobRecord, job_id: str) -> JobRecord:
    """Record the answer to a create.

    The intent stays until Graph has shown the job, for a job that never shows is not created again. A job whose id was
    there before (graph-facts 4.1) cannot be told from its predecessor, and settles the intent at once.
    """
    intent = record.operation
    is_known_id = isinstance(intent, CreateIntent) and job_id in intent.job_ids_before
    return replace(record, operation=None) if is_known_id else record
