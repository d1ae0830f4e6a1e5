"""What this process remembers of each resource beyond its status. Losing it is always safe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.decision.action import PatchSettings
from entrasync.core.facts.observed import Misses
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.job_settings import SentSetting, read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.memory import ApplicationMemory, Saved


@dataclass
class JobMemory:
    """One resource's part."""

    uid: str
    generation: int
    spec_seen_at: datetime
    read_at: datetime
    misses: Misses | None = None
    missed_job_id: str | None = None
    pause_taken: tuple[str, datetime] | None = None
    """The job that Graph took a pause of ours for, and when; None once Graph has shown it."""
    settings_sent: tuple[str, Mapping[str, SentSetting]] = ("", {})
    """The job that Graph took settings of ours for, and those that it has not shown since."""
    complaints: tuple[str, ...] = ()
    application: ApplicationMemory = field(default_factory=ApplicationMemory)
    hold_fault: str | None = None
    """What was told of the annotation that should hold the job."""


@dataclass
class MemoryStore:
    """All recollections, by resource. A resource made anew under the same name starts with none."""

    _by_key: dict[ObjectKey, JobMemory] = field(default_factory=dict)
    _saved: dict[str, Saved] = field(default_factory=dict)

    def recall(self, resource: Resource, now: datetime) -> JobMemory:
        """Find or begin the recollection; a new generation is first seen now."""
        known = self._by_key.get(resource.key)
        if known is None or known.uid != resource.uid:
            known = JobMemory(resource.uid, resource.generation, spec_seen_at=now, read_at=now)
            self._by_key[resource.key] = known
        elif known.generation != resource.generation:
            known.generation, known.spec_seen_at = resource.generation, now
        return known

    def application_of(self, resource: Resource, now: datetime) -> ApplicationMemory:
        """Find what is remembered of `spec.application`; what was saved is the service principal's."""
        memory = self.recall(resource, now).application
        if service_principal_id := resource.service_principal_id:
            memory.saved = self._saved.setdefault(service_principal_id, memory.saved)
        return memory

    def read_at(self, key: ObjectKey) -> datetime | None:
        """When Graph was last read for a resource in this process' life (world time)."""
        known = self._by_key.get(key)
        return known.read_at if known else None

    def forget(self, key: ObjectKey) -> None:
        """Drop a resource that is gone."""
        self._by_key.pop(key, None)


def count_miss(job_memory: JobMemory, job_id: str, at: datetime) -> Misses:
    """Count one more look that did not show the job; the same look, shared by several passes, counts once."""
    known = job_memory.misses if job_memory.missed_job_id == job_id else None
    if known is not None and known.last_at == at:
        return known
    misses = Misses(1, at, at) if known is None else Misses(known.count + 1, known.first_at, at)
    job_memory.misses, job_memory.missed_job_id = misses, job_id
    return misses


def note_settings(job_memory: JobMemory, action: PatchSettings, at: datetime) -> None:
    """Remember what Graph took."""
    sent = {entry.name: SentSetting(entry.wanted, entry.found, at) for entry in action.differences}
    job_memory.settings_sent = (action.job.id, {**settings_sent_to(job_memory, action.job.id), **sent})


def settings_sent_to(job_memory: JobMemory, job_id: str | None) -> Mapping[str, SentSetting]:
    """Tell which settings a job was sent and has not shown since, by name."""
    known_id, sent = job_memory.settings_sent
    return sent if known_id == job_id else {}


def forget_shown(job_memory: JobMemory, job: RemoteJob) -> None:
    """Forget which of our writes Graph has shown: who changes that from now on makes a drift."""
    if not job.is_active:
        job_memory.pause_taken = None
    shown = dict(read_settings(job.raw) or ())
    sent = settings_sent_to(job_memory, job.id)
    kept = {name: entry for name, entry in sent.items() if shown.get(name) != entry.wanted}
    job_memory.settings_sent = (job.id, kept)
