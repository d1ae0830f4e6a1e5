"""The promises of docs/promises.md about restarts, schemas and provisioning requests, looked at in a random world."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from entrasync.api.job.restart import are_dangerous
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.record.restart_record import Channel, RestartOutcome, RestartRecord
from entrasync.core.remote.schema import Schema
from entrasync.core.resource.config_map import ConfigMap
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schema.wish import hash_wish
from tests.support.random_world.faults import BrokenPromise
from tests.support.random_world.replicated_schemas import UNKNOWN, first_schema

MAX_RESTARTS = 2
"""How often a restart with harmless scopes is sent for one token at most, if an answer was lost."""


RULES = 2
"""How many rules each schema has."""

LATELY = timedelta(minutes=25)
"""The longest lag of a replica, and the replication bound of the operator."""


@dataclass(frozen=True)
class Token:
    """What one restart is asked for by."""

    uid: str
    channel: Channel
    token: str


class RestartPromises:
    """Counts the restarts that Graph carries out, each for the token whose try was recorded last."""

    def __init__(self, looks: Counter[str]) -> None:
        self._looks = looks
        self._done: Counter[Token] = Counter()
        self._dangerous: set[Token] = set()

    def watch(self, resource: Resource, scopes: tuple[str, ...], *, announced: Mapping[str, Any]) -> None:
        """Check a restart just before Graph carries it out. The one that a new provisioning scope needs has no scopes.

        `announced` is the last patch of a status, which must be the record of this restart.
        """
        if not scopes:
            if not resource.is_restart_due:
                raise BrokenPromise(f"a restart of {resource.key} for a provisioning scope is not recorded as due")
            return
        token = _find_announced(resource, announced)
        self._looks[f"a restart by {token.channel}"] += 1
        self._done[token] += 1
        if token in self._dangerous or (are_dangerous(scopes) and self._done[token] > 1):
            raise BrokenPromise(f"a dangerous restart is sent again for {token}")
        if are_dangerous(scopes):
            self._looks["a dangerous restart"] += 1
            self._dangerous.add(token)
        self._looks["a restart that is sent again"] += self._done[token] > 1
        if self._done[token] > MAX_RESTARTS:
            raise BrokenPromise(f"a third restart is sent for {token}")

    def watch_settled(self, resource: Resource) -> None:
        """Check after a long peace that no restart of a job that runs is left without a result."""
        if resource.desired is None or resource.is_suspended or resource.record.mirrored_job.is_paused:
            return
        for channel in Channel:
            known = resource.record.restarts.of(channel)
            if known is None:
                continue
            if known.is_unanswered:
                raise BrokenPromise(f"{resource.key}: {channel} {known.token} has no result")
            if known.outcome == RestartOutcome.RESTARTED and not self._done[_token(resource, channel, known)]:
                raise BrokenPromise(f"{resource.key}: {channel} {known.token} says Restarted, and Graph did nothing")


def _find_announced(resource: Resource, announced: Mapping[str, Any]) -> Token:
    """Find what a restart is for. Raises `BrokenPromise` for one that no record has announced."""
    for channel in Channel:
        known = resource.record.restarts.of(channel)
        if channel in announced.get("restarts", {}) and known is not None and known.is_unanswered:
            return _token(resource, channel, known)
    raise BrokenPromise(f"a restart of {resource.key} is sent that no record has announced")


def _token(resource: Resource, channel: Channel, known: RestartRecord) -> Token:
    return Token(resource.uid, channel, known.token)


class SchemaPromises:
    """Looks at each schema that is written."""

    def __init__(self, looks: Counter[str]) -> None:
        self._looks = looks
        self._sent: dict[str, tuple[str, int, str]] = {}
        """For each job the resource, its generation, and the hash of what was shown and is wanted."""
        self._changed_at: dict[str, datetime] = {}
        self._wished: dict[str, tuple[str, str, datetime]] = {}
        """For each job the resource, the hash of what it wanted of the schema, and when that was sent."""

    def forget(self) -> None:
        """Forget what was sent: its answer was lost, or its record was not written."""
        self._sent.clear()
        self._wished.clear()

    def note_change(self, job_id: str, now: datetime) -> None:
        """Note that somebody has changed a schema. What a stale read shows of that is another difference each time."""
        self._changed_at[job_id] = now

    def watch(
        self,
        resource: Resource,
        job_id: str,
        document: Schema,
        *,
        backups: Mapping[ObjectKey, ConfigMap],
        now: datetime,
    ) -> None:
        """Check a schema just before Graph takes it."""
        self._looks["a schema that is written"] += 1
        if document.get(UNKNOWN) != first_schema()[UNKNOWN] or len(document["synchronizationRules"]) != RULES:
            raise BrokenPromise(f"{resource.key}: a write of the schema lost parts that spec does not name")
        kept = resource.record.schema.backups
        if not kept or ObjectKey(resource.key.namespace, kept[0].name) not in backups:
            raise BrokenPromise(f"{resource.key}: the schema is written without a backup")
        sent, changed_at = (resource.uid, resource.generation, kept[0].diff_hash), self._changed_at.get(job_id)
        if self._sent.get(job_id) == sent and (changed_at is None or now - changed_at > LATELY):
            raise BrokenPromise(f"{resource.key}: a change of the schema is sent again that Graph has taken")
        self._sent[job_id] = sent
        self._check_wish(resource, job_id, now)

    def _check_wish(self, resource: Resource, job_id: str, now: datetime) -> None:
        """Check that what the resource wants was not sent a moment ago, whatever Graph has shown since."""
        assert resource.desired is not None
        assert resource.desired.schema is not None
        wish = hash_wish(resource.desired.schema, None)
        uid, former, at = self._wished.get(job_id, ("", "", now))
        if (uid, former) == (resource.uid, wish) and now - at < Bounds().replication:
            raise BrokenPromise(f"{resource.key}: a schema is sent again although reads may be older than the last one")
        self._wished[job_id] = (resource.uid, wish, now)
