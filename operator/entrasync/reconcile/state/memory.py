"""What this process remembers of each job beyond its status. Losing it is always safe."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.facts.observed import Misses
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.job_settings import SentSetting, read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource


@dataclass
class JobMemory:
    """What is remembered of one resource. Times are world time."""

    uid: str
    generation: int
    spec_seen_at: datetime
    """When this process first saw this generation."""
    read_at: datetime
    """When Graph was last read for the resource."""
    misses: Misses | None = None
    missed_job_id: str | None = None
    pause_taken: tuple[str, datetime] | None = None
    """The job that Graph took a pause of ours for, and when; None once Graph has shown it."""
    settings_sent: tuple[str, Mapping[str, SentSetting]] = ("", {})
    """The job that Graph took settings of ours for, and those that it has not shown since."""
    complaints: tuple[str, ...] = ()
    """What an Event has said of Graph's answer."""
    hold_fault: str | None = None
    """What an Event has said of the annotation that should hold the job."""

    def see_generation(self, generation: int, now: datetime) -> None:
        """Take note of the resource's generation; a new one is first seen `now`."""
        if self.generation != generation:
            self.generation, self.spec_seen_at = generation, now

    def count_miss(self, job_id: str, at: datetime) -> Misses:
        """Count one more look that did not show the job; the same look, shared by several passes, counts once."""
        known = self.misses if self.missed_job_id == job_id else None
        if known is not None and known.last_at == at:
            return known
        misses = Misses(1, at, at) if known is None else Misses(known.count + 1, known.first_at, at)
        self.misses, self.missed_job_id = misses, job_id
        return misses

    def pause_taken_at(self, job_id: str | None) -> datetime | None:
        """Return when Graph took a pause of ours that it has not shown since; None where there is none."""
        paused_job_id, paused_at = self.pause_taken or (None, None)
        return paused_at if paused_job_id == job_id else None

    def note_settings_sent(self, job_id: str, sent: Mapping[str, SentSetting]) -> None:
        """Remember settings that Graph took, by name."""
        self.settings_sent = (job_id, {**self.settings_sent_to(job_id), **sent})

    def settings_sent_to(self, job_id: str | None) -> Mapping[str, SentSetting]:
        """Return the settings that a job was sent and has not shown since, by name."""
        known_id, sent = self.settings_sent
        return sent if known_id == job_id else {}

    def forget_shown(self, job: RemoteJob) -> None:
        """Forget those of our writes that Graph shows: a change from now on is a drift."""
        if not job.is_active:
            self.pause_taken = None
        shown = dict(read_settings(job.raw) or ())
        sent = self.settings_sent_to(job.id)
        self.settings_sent = (job.id, {name: entry for name, entry in sent.items() if shown.get(name) != entry.wanted})


@dataclass
class MemoryStore:
    """The memories of all jobs, by resource. A resource made anew under the same name starts with none."""

    _by_key: dict[ObjectKey, JobMemory] = field(default_factory=dict)

    def recall(self, resource: Resource, now: datetime) -> JobMemory:
        """Find or begin the memory of a resource; a new generation is first seen `now`."""
        known = self._by_key.get(resource.key)
        if known is None or known.uid != resource.uid:
            known = JobMemory(resource.uid, resource.generation, spec_seen_at=now, read_at=now)
            self._by_key[resource.key] = known
        known.see_generation(resource.generation, now)
        return known

    def read_at(self, key: ObjectKey) -> datetime | None:
        """Return when Graph was last read for a resource in this process' life (world time)."""
        known = self._by_key.get(key)
        return known.read_at if known else None

    def forget(self, key: ObjectKey) -> None:
        """Drop a resource that is gone."""
        self._by_key.pop(key, None)
