"""What this process remembers of each job besides its status. Losing it is always safe."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.decision.refused_write import RefusedWrite
from entrasync.core.facts.observed import Misses
from entrasync.core.facts.youth import first_sight, young_until
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import MAX_CLOCK_ERROR, Bounds
from entrasync.core.record.schedule_record import UnansweredStart
from entrasync.core.remote.job_settings import SentSetting, read_settings
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.hold import Hold


@dataclass
class JobMemory:
    """What is remembered of one resource. Times are world time."""

    uid: str
    generation: int
    spec_seen_at: datetime
    """When the operator first saw this generation, whichever of its processes did."""
    read_at: datetime
    """When Graph was last read for the resource."""
    first_seen: Mapping[datetime, datetime] = field(default_factory=dict)
    """When this process first saw the times in the status that bounds count from, each in whole seconds."""
    disconnected_since: datetime | None = None
    """Since when the resource has had no connection that works; None when it has one."""
    unsure_since: Mapping[ObjectKey, datetime] = field(default_factory=dict)
    """Since when each other resource has had a claim of which it is not known whether it counts."""
    misses: Misses | None = None
    missed_job_id: str | None = None
    unanswered_start: tuple[str, UnansweredStart] | None = None
    """The job whose last start has an unknown outcome; None once Graph has answered one or shows the job running."""
    settings_sent: tuple[str, Mapping[str, SentSetting]] = ("", {})
    """The job that settings were sent to, and those that Graph accepted and has not shown since."""
    possibly_saved: frozenset[str] = frozenset()
    """Keys of saves without an answer, until the status has them: the pass may have been cancelled in the middle."""
    deleted_job_id: str | None = None
    """The job that Graph deleted because its resource is being deleted. The resource goes next."""
    refused_write: RefusedWrite | None = None
    """The last write of the resource that Graph refused; None once Graph has taken it."""
    progress_written_at: datetime | None = None
    """When the status was last written for the progress of a cycle alone."""
    hold: Hold | None = None
    """The hold that was seen last; None before the first look."""

    def see_generation(self, resource: Resource, now: datetime) -> None:
        """Record the resource's generation; one that no process has reconciled is first seen `now`."""
        if self.generation != resource.generation:
            self.generation, self.spec_seen_at = resource.generation, first_sight(resource, now)

    def see_times(self, times: Iterable[datetime], now: datetime) -> Mapping[datetime, datetime]:
        """Remember when times that a status holds were first seen, and forget all others."""
        known, seconds = self.first_seen, {time.replace(microsecond=0) for time in times}
        self.first_seen = {time: known.get(time) or _begin(time, now) for time in seconds}
        return self.first_seen

    def see_time(self, time: datetime, now: datetime) -> None:
        """Remember when one more time that a status holds was first seen."""
        second = time.replace(microsecond=0)
        if second not in self.first_seen:
            self.first_seen = {**self.first_seen, second: _begin(second, now)}

    def see_new_time(self, now: datetime) -> None:
        """Remember a time that is about to be written: this process sees it as it begins."""
        self.first_seen = {**self.first_seen, now.replace(microsecond=0): now}

    def counted_from(self, written: datetime) -> datetime:
        """Return when the bound begins that counts from a time in the status."""
        return self.first_seen.get(written.replace(microsecond=0), written)

    def young_until(self, resource: Resource, bounds: Bounds) -> datetime:
        """Return until when what Graph does not know of the resource may still be replicating."""
        created_at = resource.created_job_at
        return young_until(
            resource,
            spec_seen_at=self.spec_seen_at,
            job_seen_at=self.counted_from(created_at) if created_at else None,
            young=bounds.young,
        )

    def note_unsure(self, claimants: Iterable[ObjectKey], now: datetime) -> Mapping[ObjectKey, datetime]:
        """Remember since when each resource has had a claim of which it is not known whether it counts."""
        self.unsure_since = {key: self.unsure_since.get(key, now) for key in claimants}
        return self.unsure_since

    def count_miss(self, job_id: str, at: datetime) -> Misses:
        """Count one more look that did not show the job. A look that several passes share counts once."""
        known = self.misses if self.missed_job_id == job_id else None
        if known is not None and known.last_at == at:
            return known
        misses = Misses(1, at, at) if known is None else Misses(known.count + 1, known.first_at, at)
        self.misses, self.missed_job_id = misses, job_id
        return misses

    def unanswered_start_of(self, job_id: str | None) -> UnansweredStart | None:
        """Return the last start of a job if its outcome is not known."""
        known_id, start = self.unanswered_start or (None, None)
        return start if known_id == job_id else None

    def note_unanswered_start(self, job_id: str, words: str, now: datetime) -> None:
        """Remember that the outcome of a start is not known, and since when that is so."""
        known = self.unanswered_start_of(job_id)
        self.unanswered_start = (job_id, UnansweredStart(known.since if known else now, words))

    def note_settings_sent(self, job_id: str, sent: Mapping[str, SentSetting]) -> None:
        """Remember settings that Graph accepted, by name."""
        self.settings_sent = (job_id, {**self.settings_sent_to(job_id), **sent})

    def settings_sent_to(self, job_id: str | None) -> Mapping[str, SentSetting]:
        """Return the settings that were sent to a job and that Graph has not shown since, by name."""
        known_id, sent = self.settings_sent
        return sent if known_id == job_id else {}

    def forget_shown(self, job: RemoteJob) -> None:
        """Forget those writes of the operator that Graph shows. A change from now on is a drift."""
        if job.is_active:
            self.unanswered_start = None
        shown = dict(read_settings(job.raw) or ())
        sent = self.settings_sent_to(job.id)
        self.settings_sent = (job.id, {name: entry for name, entry in sent.items() if shown.get(name) != entry.wanted})


def _begin(time: datetime, now: datetime) -> datetime:
    """Return when a bound begins that counts from a time seen first `now`.

    One that is so old that no wrong clock explains it counts as it is.
    """
    return time if now - time >= MAX_CLOCK_ERROR else now


@dataclass
class MemoryStore:
    """The memories of all jobs, by resource. A resource created again under the same name starts with a new one."""

    _by_key: dict[ObjectKey, JobMemory] = field(default_factory=dict)

    def recall(self, resource: Resource, now: datetime) -> JobMemory:
        """Return the memory of a resource, or begin one; a generation that is new to all is first seen `now`."""
        known = self._by_key.get(resource.key)
        if known is None or known.uid != resource.uid:
            seen_at = first_sight(resource, now)
            known = JobMemory(resource.uid, resource.generation, spec_seen_at=seen_at, read_at=now)
            self._by_key[resource.key] = known
        known.see_generation(resource, now)
        if created_at := resource.created_job_at:
            known.see_time(created_at, now)
        return known

    def read_at(self, key: ObjectKey) -> datetime | None:
        """Return when this process last read Graph for a resource (world time)."""
        known = self._by_key.get(key)
        return known.read_at if known else None

    def clear(self) -> None:
        """Drop all memories: the times in them are those of a clock that was set."""
        self._by_key.clear()

    def forget(self, key: ObjectKey) -> None:
        """Drop the memory of a resource that was deleted."""
        self._by_key.pop(key, None)
