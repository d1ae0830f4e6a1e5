"""The jobs that were created lately, whoever holds them now: Graph may not show them yet (graph-facts 4.2)."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import MAX_CLOCK_ERROR
from entrasync.core.resource.job_claims import CreatedJob, created_job_of
from entrasync.core.resource.job_resource import Resource

PRUNE_INTERVAL = timedelta(minutes=1)


@dataclass
class _Entry:
    created: CreatedJob
    first_seen: datetime | None = None
    """When this process first looked at it; until then nobody has asked."""
    is_deleted: bool = False


class RecentCreates:
    """What the resources say, and said before they were deleted or only observed, of the jobs that they created."""

    def __init__(self) -> None:
        self._on_service_principal: defaultdict[str, dict[str, _Entry]] = defaultdict(dict)
        self._pruned_at: datetime | None = None

    def note(self, resource: Resource) -> None:
        """Remember the job of a resource if the operator created it."""
        service_principal_id = resource.service_principal_id
        if service_principal_id and (created := created_job_of(resource)):
            self._on_service_principal[service_principal_id].setdefault(created.job_id, _Entry(created))

    def note_deletion(self, service_principal_id: str, job_id: str) -> None:
        """Remember that a job was deleted, so that nobody waits for it to show."""
        if entry := self._on_service_principal.get(service_principal_id, {}).get(job_id):
            entry.is_deleted = True

    def list_lately(
        self, bound: timedelta, *, service_principal_id: str, tenant_id: str, now: datetime
    ) -> list[CreatedJob]:
        """List the jobs of a service principal that were created within a day, and not deleted by the operator.

        Those within the bound are recent.
        """
        self._see(service_principal_id, now)
        entries = self._on_service_principal.get(service_principal_id, {}).values()
        return [
            replace(entry.created, is_recent=now - entry.first_seen < bound)
            for entry in entries
            if not entry.is_deleted and entry.first_seen is not None and is_same_id(entry.created.tenant_id, tenant_id)
        ]

    def forget_times(self) -> None:
        """Count every job as first seen at the next look, because the clock was set."""
        for entries in self._on_service_principal.values():
            for entry in entries.values():
                entry.first_seen = None

    def prune(self, now: datetime) -> None:
        """Forget the jobs that no bound can concern any more, once a minute: it looks at all of them."""
        if self._pruned_at is not None and abs(now - self._pruned_at) < PRUNE_INTERVAL:
            return
        self._pruned_at = now
        for service_principal_id in list(self._on_service_principal):
            self._see(service_principal_id, now)

    def _see(self, service_principal_id: str, now: datetime) -> None:
        entries = self._on_service_principal.get(service_principal_id, {})
        for job_id, entry in list(entries.items()):
            written = entry.created.created_at
            entry.first_seen = entry.first_seen or (written if now - written >= MAX_CLOCK_ERROR else now)
            if now - entry.first_seen >= MAX_CLOCK_ERROR:
                del entries[job_id]
        if not entries:
            self._on_service_principal.pop(service_principal_id, None)
