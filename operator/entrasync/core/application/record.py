"""What the record keeps of secrets: which keys Graph took, which were removed, and which of others are unconfirmed."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from entrasync.core.primitives.times import write_time
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import RestartIntent


def with_unconfirmed_keys(record: JobRecord, keys: frozenset[str]) -> JobRecord:
    """Record which keys of others Graph shows, before ours are sent."""
    known = record.application
    return replace(record, application=replace(known, unconfirmed_keys=known.unconfirmed_keys | keys))


def with_stored_intent(record: JobRecord, stored: JobRecord) -> JobRecord:
    """Lay over a working copy what was stored of a write before it was sent."""
    kept = with_unconfirmed_keys(record, stored.application.unconfirmed_keys)
    return replace(kept, operation=stored.operation) if isinstance(stored.operation, RestartIntent) else kept


def with_possibly_saved_keys(record: JobRecord, keys: Collection[str]) -> JobRecord:
    """Record as ours the keys of a save whose answer was lost. Otherwise Graph would later show them as foreign."""
    return replace(record, application=replace(record.application, keys=record.application.keys | frozenset(keys)))


def with_saved_secrets(
    record: JobRecord,
    keys: Collection[str],
    *,
    is_validated: bool | None,
    is_scope_in_force: bool,
    scope: str | None,
    now: datetime,
) -> JobRecord:
    """Record which keys Graph took.

    `is_validated` is None when no credentials were among them. `is_scope_in_force` says that the provisioning `scope`
    was among them and needs no restart: then none is due any more.
    """
    known = record.application
    saved = replace(
        known,
        keys=known.keys | frozenset(keys),
        validated=known.validated if is_validated is None else is_validated,
        scope_in_force=scope if is_scope_in_force else known.scope_in_force,
        time=write_time(now),
        validated_time=known.validated_time if is_validated is None else write_time(now) if is_validated else None,
    )
    return replace(record, application=saved, operation=None if is_scope_in_force else record.operation)


def without_secrets(record: JobRecord, keys: frozenset[str], *, lost: frozenset[str], is_confirmed: bool) -> JobRecord:
    """Record that these keys are no longer ours.

    `lost` are keys of others that vanished with them; `is_confirmed` says that what became of others' keys is known.
    """
    known = record.application
    unconfirmed = frozenset[str]() if is_confirmed else known.unconfirmed_keys
    left = replace(known, keys=known.keys - keys, lost_keys=known.lost_keys | lost, unconfirmed_keys=unconfirmed)
    return replace(record, application=left)


def with_deprecation_reported(record: JobRecord) -> JobRecord:
    """Record that the Event about calls that Graph is about to remove was posted."""
    return replace(record, application=replace(record.application, is_deprecation_reported=True))
