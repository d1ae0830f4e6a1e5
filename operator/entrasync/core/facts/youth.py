"""Until when an odd answer of Graph may be replication: something about the resource is so new."""

from dataclasses import replace
from datetime import datetime, timedelta

from entrasync.core.record.job_record import JobRecord
from entrasync.core.resource.job_resource import Resource


def first_sight(resource: Resource, now: datetime) -> datetime:
    """Return when the operator first saw this generation of a resource, whichever of its processes did.

    The status has it, so a restart makes nothing new. A time that is still to come was written by a wrong clock and
    counts as `now`. Without a time, a generation that was reconciled before is as old as its resource.
    """
    if not resource.has_current_status:
        return now
    return min(resource.record.generation_seen_at or resource.created_at, now)


def with_first_sight(record: JobRecord, stored: JobRecord, seen_at: datetime) -> JobRecord:
    """Record when the operator first saw the observed generation, together with the first status that is for it.

    A stored time is changed only if it was still to come, so that no poll writes anything for this.
    """
    is_first = record.observed_generation != stored.observed_generation
    is_to_come = record.generation_seen_at is not None and record.generation_seen_at > seen_at
    return replace(record, generation_seen_at=seen_at) if is_first or is_to_come else record


def young_until(
    resource: Resource, *, spec_seen_at: datetime, job_seen_at: datetime | None, young: timedelta
) -> datetime:
    """Return the time until which a resource and its job are young.

    `spec_seen_at` is when the operator first saw the generation, `job_seen_at` from when bounds count that begin with
    the create of its job. The earlier of that and of the time in the status counts, so that no restart makes a job new.
    A create that is further ahead than a job stays young was written by a wrong clock, and says nothing.
    """
    created_at = resource.created_job_at
    if created_at is None or job_seen_at is None or created_at - job_seen_at >= young:
        return spec_seen_at + young
    return max(spec_seen_at, min(created_at, job_seen_at)) + young
