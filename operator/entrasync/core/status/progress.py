"""Tells a change of progress alone, which can wait, from what people act on."""

from dataclasses import replace
from datetime import timedelta

from entrasync.core.record.job_record import JobRecord

PROGRESS_WRITE_INTERVAL = timedelta(minutes=5)
"""Time between two writes of one job's status for its progress alone. Graph counts all the time while a cycle runs."""

PROGRESS_MEMBERS = ("progress", "synchronizedEntryCountByType")
"""Members of Graph's synchronizationStatus that only count. Its code, its runs and its quarantine say the results."""


def is_progress_alone(stored: JobRecord, fresh: JobRecord) -> bool:
    """Whether nothing differs but the numbers of a cycle that goes on. The end of a cycle is more than that."""
    before, after = stored.synchronization_status or {}, fresh.synchronization_status or {}
    if before == after or not after.get("progress"):
        return False
    return _without_progress(stored) == _without_progress(fresh)


def _without_progress(record: JobRecord) -> JobRecord:
    mirrored = record.synchronization_status or {}
    kept = {name: value for name, value in mirrored.items() if name not in PROGRESS_MEMBERS}
    return replace(record, synchronization_status=kept)
