"""What this process remembers of the secrets that it saved.

It keeps digests under a random key of its own, never a value, and never on disk.
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.facts.application_seen import Refusal
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import parse_time
from entrasync.core.record.application_record import RefusalRecord, Source, UntakenRecord
from entrasync.core.remote.stored_secrets import MASK, SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.foreign_keys import MIN_CONFIRMATION_TIME, ForeignKeys

Version = tuple[int, tuple[Source, ...]]
"""A generation of the resource, and the versions of the Secrets that it refers to."""

_DIGEST_KEY = secrets.token_bytes(32)
"""Random in each process, so that a leaked digest reveals nothing about a value."""


MAX_UNUSED = 100
"""Service principals without a resource of which it is remembered what was saved: one may be made again soon."""

_UNKNOWN_DIGEST = b""
"""Stands for a digest when the value is not known, whatever a record says."""


def digest(text: str) -> bytes:
    """Return a digest, which makes a value comparable without keeping it."""
    return hashlib.blake2b(text.encode(), key=_DIGEST_KEY, digest_size=16).digest()


def digest_all(values: Mapping[str, str]) -> bytes:
    """Return one digest of a whole set of values."""
    return digest("\0".join(f"{key}\0{values[key]}" for key in sorted(values)))


def _digest_of(text: str | None) -> bytes | None:
    return None if text is None else digest(text)


@dataclass(frozen=True)
class _PendingValue:
    """A value that Graph accepted and may not show yet: the digest of what it showed before, and when it was sent."""

    before: bytes | None = field(repr=False)
    at: datetime | None
    """None: longer ago than any bound, by a process before this one."""
    generation: int
    """The generation of the resource that wanted it."""


@dataclass
class SavedSecrets:
    """What was saved on one service principal. It outlives the resource, so a new resource need not save it again."""

    digests: dict[str, bytes] = field(default_factory=dict, repr=False)
    is_validated: bool | None = None
    """Whether the saved credentials were validated before; None when there were none."""


@dataclass
class ApplicationMemory:
    """What is remembered for one resource. Losing it costs at most one more save."""

    saved: SavedSecrets = field(default_factory=SavedSecrets)
    """Shared by all resources of a service principal."""
    was_managed: bool = False
    """Whether this resource has had `spec.application` since this process began."""
    stored: SecretValues | None = None
    """What Graph showed last; None after a write of ours."""
    began_at: datetime | None = None
    """When this process first reconciled `spec.application` of this resource."""
    looked_at: datetime | None = None
    looked_for: Version | None = None
    """The version that the last look was for."""
    foreign: ForeignKeys = field(default_factory=ForeignKeys)
    """Foreign keys, as seen after writes of ours."""
    refusal: Refusal | None = None
    refused: tuple[bytes, int] | None = None
    """Which values were refused, and in which generation. After an edit of the resource they are tried again."""
    removing: dict[str, datetime] = field(default_factory=dict)
    """Keys whose removal was sent to Graph, and when, until Graph no longer shows them."""
    _pending: dict[str, _PendingValue] = field(default_factory=dict, repr=False)
    _has_recalled_untaken: bool = False
    _kept: dict[str, bytes] = field(default_factory=dict, repr=False)
    """Digests of how Graph shows accepted values that it displays differently."""

    def stop_managing(self) -> None:
        """Forget what was saved when the spec no longer has it, because others may change it from now on."""
        if self.was_managed:
            self.saved.digests = dict.fromkeys(self.saved.digests, _UNKNOWN_DIGEST)
            self.saved.is_validated, self.was_managed = None, False

    def note_look(self, stored: SecretValues, version: Version | None, at: datetime, *, lost: frozenset[str]) -> None:
        """Record what Graph showed. `lost` has the foreign keys that were already reported as lost."""
        self.stored, self.looked_for, self.looked_at = stored, version, at
        self.foreign.note_look(stored.keys(), lost, at)
        for key, pending in list(self._pending.items()):
            found = stored.get(key)
            if found != MASK and _digest_of(found) == pending.before:
                continue
            del self._pending[key]
            if found is not None and found != MASK:
                self._kept[key] = digest(found)

    def note_saved(
        self, values: Mapping[str, str], at: datetime, *, generation: int, is_validated: bool | None = None
    ) -> None:
        """Record which values Graph accepted. What it showed before is out of date."""
        before = self.stored or SecretValues()
        self.saved.digests |= {key: digest(value) for key, value in values.items()}
        self.saved.is_validated = self.saved.is_validated if is_validated is None else is_validated
        self._pending |= {key: _PendingValue(_digest_of(before.get(key)), at, generation) for key in values}
        self.stored = None

    def forget_saved(self, keys: Iterable[str]) -> None:
        """Forget values that Graph no longer has, or that a write without an answer may have replaced."""
        for key in keys:
            self.saved.digests.pop(key, None)
            self._pending.pop(key, None)
            self.removing.pop(key, None)
        self.stored = None

    def note_removal(self, keys: Iterable[str], at: datetime) -> None:
        """Record that Graph accepted a removal."""
        self.removing |= dict.fromkeys(keys, at)

    def due_removals(self, keys: Iterable[str], now: datetime) -> frozenset[str]:
        """Return which keys must be removed, or removed once more. Reads may be stale, so not at once."""
        sent = self.removing
        return frozenset(key for key in keys if key not in sent or now - sent[key] >= MIN_CONFIRMATION_TIME)

    def note_refusal(self, values: Mapping[str, str], generation: int, refusal: Refusal) -> None:
        """Record that these values were refused."""
        self.refused, self.refusal = (digest_all(values), generation), refusal

    def recall_refusal(self, known: RefusalRecord | None, values: Mapping[str, str], version: Version) -> None:
        """Restore the refusal of these values that a previous process recorded in the status."""
        if known is None or self.refused is not None or (known.generation, known.sources) != version:
            return
        if retry_at := parse_time(known.retry_at):
            refusal = Refusal(known.code, known.message, retry_at, known.is_verdict, parse_time(known.since))
            self.note_refusal(values, known.generation, refusal)

    def refused_since(self, values: Mapping[str, str], generation: int) -> datetime | None:
        """Return when these values were first refused; None if they were not, or if that is not known."""
        is_refused = self.refusal is not None and self.refused == (digest_all(values), generation)
        return self.refusal.since if self.refusal is not None and is_refused else None

    def assume_saved(self, values: Mapping[str, str]) -> None:
        """Assume that values were saved where nothing else is known of them."""
        unknown = values.keys() - self.saved.digests.keys()
        self.saved.digests |= {key: digest(values[key]) for key in unknown}

    def saved_among(self, values: Mapping[str, str]) -> frozenset[str]:
        """Return the keys whose value is certainly the one that was saved last."""
        return frozenset(key for key, value in values.items() if self.saved.digests.get(key) == digest(value))

    def pending_among(self, values: Mapping[str, str], since: datetime) -> frozenset[str]:
        """Return the keys whose value Graph accepted after `since` and still shows as before."""
        sent = ((key, self._pending[key].at) for key in self.saved_among(values) & self._pending.keys())
        return frozenset(key for key, at in sent if at is not None and at > since)

    def untaken_among(self, values: Mapping[str, str], since: datetime, generation: int) -> frozenset[str]:
        """Return the keys whose value Graph accepted before `since` and never showed.

        An edit of the resource asks for them again.
        """
        sent = self.saved_among(values) & self._pending.keys() - self.pending_among(values, since)
        return frozenset(key for key in sent if self._pending[key].generation == generation)

    def recall_untaken(
        self,
        known: UntakenRecord | None,
        values: Mapping[str, str],
        stored: Mapping[str, str],
        version: Version,
    ) -> None:
        """Restore once which values a previous process recorded as never shown, if Graph still shows others."""
        if known is None or self._has_recalled_untaken or (known.generation, known.sources) != version:
            return
        self._has_recalled_untaken = True
        for key in known.keys & values.keys() - self._pending.keys():
            if stored.get(key) not in {MASK, values[key]}:
                self.saved.digests[key] = digest(values[key])
                self._pending[key] = _PendingValue(_digest_of(stored.get(key)), None, known.generation)

    def kept_among(self, saved: frozenset[str], stored: Mapping[str, str]) -> frozenset[str]:
        """Return which of the saved keys Graph shows as it did right after it accepted them."""
        return frozenset(key for key in saved & stored.keys() if self._kept.get(key) == digest(stored[key]))

    def refusal_of(self, values: Mapping[str, str], generation: int, now: datetime) -> Refusal | None:
        """Return the refusal of these values, until it is time to try them again."""
        if self.refusal is None or now >= self.refusal.retry_at or self.refused != (digest_all(values), generation):
            return None
        return self.refusal


@dataclass
class ApplicationMemoryStore:
    """The application memories of all resources. What was saved belongs to the service principal and outlives them."""

    _by_key: dict[ObjectKey, tuple[str, ApplicationMemory]] = field(default_factory=dict)
    _saved: dict[str, SavedSecrets] = field(default_factory=dict)

    def recall(self, resource: Resource) -> ApplicationMemory:
        """Return the memory of a resource, or begin one.

        A resource created again under the same name gets a new one.
        """
        uid, memory = self._by_key.get(resource.key, ("", None))
        if memory is None or uid != resource.uid:
            memory = ApplicationMemory()
            self._by_key[resource.key] = (resource.uid, memory)
        if service_principal_id := resource.service_principal_id:
            memory.saved = self._saved.setdefault(service_principal_id, memory.saved)
        return memory

    def forget_times(self) -> None:
        """Forget all that was remembered by the time of a clock that was set since. What was saved stays known."""
        self._by_key.clear()

    def forget(self, key: ObjectKey) -> None:
        """Drop the memory of a resource that was deleted."""
        self._by_key.pop(key, None)

    def forget_unused(self, service_principal_ids: Collection[str]) -> None:
        """Forget what was saved on all other service principals, except on those that came last."""
        if len(self._saved) <= len(service_principal_ids) + MAX_UNUSED:
            return
        unused = [known for known in self._saved if known not in service_principal_ids]
        for forgotten in unused[:-MAX_UNUSED]:
            del self._saved[forgotten]
