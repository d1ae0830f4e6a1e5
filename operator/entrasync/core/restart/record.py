"""What the record keeps of a restart: that it is due, how often it was sent, and what came of it."""

from dataclasses import replace
from datetime import datetime

from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import RestartIntent


def with_restart_intent(record: JobRecord, now: datetime, *, service_principal_id: str | None) -> JobRecord:
    """Record that a restart will be due, before the write that needs it is sent."""
    return replace(record, operation=RestartIntent(now, service_principal_id))


def with_restart_try(record: JobRecord) -> JobRecord:
    """Count a restart that is about to be sent, in case its answer is lost."""
    if not isinstance(record.operation, RestartIntent):
        return record
    return replace(record, operation=replace(record.operation, tries=record.operation.tries + 1))


def with_restart(record: JobRecord, *, scope: str | None) -> JobRecord:
    """Record that Graph accepted the restart: the saved provisioning scope, if spec has one, is in force."""
    application = replace(record.application, scope_in_force=scope or record.application.scope_in_force)
    return replace(record, operation=None, application=application)


def with_unknown_restart(record: JobRecord) -> JobRecord:
    """Record that a restart was never answered, so that it is not known which provisioning scope is in force."""
    return replace(record, operation=None, application=replace(record.application, scope_in_force=None))
