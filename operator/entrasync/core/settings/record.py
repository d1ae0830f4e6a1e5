"""What the record says of settings that Graph ignores.

A condition Stalled with reason SettingsNotTaken is about the settings that are mirrored beside it: together they say
which values were wanted and which ones Graph kept, also to an operator that was started since.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.remote.job_settings import Setting, read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.mirror import mirror_job
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.record import JobRecord


def was_reported_as_not_taken(resource: Resource, job: RemoteJob, names: frozenset[str]) -> bool:
    """Whether the status says of this very spec that Graph ignores settings, and the job still has the same values.

    `names` are those of the settings in spec.
    """
    if not resource.has_current_status or not _reports(resource.record):
        return False
    return _select(resource.record.job or {}, names) == _select(mirror_job(job).job, names)


def without_outdated_report(record: JobRecord, mirror: Mapping[str, Any], names: frozenset[str]) -> JobRecord:
    """Forget the report before a mirror with other values takes the place of the one that it is about."""
    if not _reports(record) or _select(record.job or {}, names) == _select(mirror, names):
        return record
    kept = (entry for entry in record.stored_conditions if entry.get("type") != ConditionType.STALLED)
    return replace(record, stored_conditions=tuple(kept))


def _reports(record: JobRecord) -> bool:
    stalled = record.conditions.get(ConditionType.STALLED)
    return stalled is not None and stalled.is_true and stalled.reason == Reason.SETTINGS_NOT_TAKEN


def _select(job: Mapping[str, Any], names: frozenset[str]) -> dict[str, str | None]:
    settings: tuple[Setting, ...] = read_settings(job) or ()
    return {name: value for name, value in settings if name in names}
