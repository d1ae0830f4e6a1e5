"""What of a job a restart is decided on, compared once more before a dangerous one is sent."""

from dataclasses import dataclass
from datetime import datetime

from entrasync.core.health.quarantine import holds_deletions, quarantine_began_at
from entrasync.core.remote.jobs import RemoteJob


@dataclass(frozen=True)
class Basis:
    """Whether the job runs, since when it is in quarantine, and whether Graph holds back deletions of it."""

    is_active: bool
    is_paused: bool
    quarantined_since: datetime | None
    """In whole seconds, which tell one quarantine from another."""
    holds_deletions: bool


def read_basis(job: RemoteJob) -> Basis:
    """Read from a job what a restart of it is decided on."""
    began = quarantine_began_at(job)
    since = began.replace(microsecond=0) if began else None
    return Basis(job.is_active, job.is_paused, since, holds_deletions(job))
