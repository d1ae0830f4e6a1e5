"""What a pass records of drift that it corrected."""

from dataclasses import replace
from datetime import datetime

from entrasync.core.decision.action import Difference
from entrasync.core.record.difference_records import Drift
from entrasync.core.record.job_record import JobRecord


def with_last_drift(record: JobRecord, differences: tuple[Difference, ...], *, now: datetime) -> JobRecord:
    """Record a correction; without differences there was none."""
    return replace(record, last_drift=Drift(now, differences)) if differences else record
