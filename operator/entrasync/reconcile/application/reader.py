"""The reader of `spec.application`: it reads Secrets at each pass, and Graph's stored secrets only when needed."""

from dataclasses import replace

from entrasync.api.job.application import ApplicationSpec
from entrasync.core.application.lost_keys import unacknowledged_loss
from entrasync.core.application.ownership import find_application_claim
from entrasync.core.application.wanted_secrets import DRIFT_CHECK_INTERVAL, is_unfinished, wanted_secrets
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.facts.application_seen import ApplicationSeen, Credentials
from entrasync.core.facts.facts import Facts
from entrasync.core.record.application_record import ApplicationRecord
from entrasync.core.remote.stored_secrets import MASK, SecretValues
from entrasync.reconcile.application.credentials import read_credentials
from entrasync.reconcile.application.memory import ApplicationMemory, ApplicationMemoryStore
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import SecretStore


class ApplicationReader:
    """Reads what one pass needs to know of the service principal's secrets."""

    def __init__(self, secrets: SecretStore, memories: ApplicationMemoryStore) -> None:
        self._secrets = secrets
        self._memories = memories

    async def read_values(self, facts: Facts, known: Credentials | None) -> Credentials | None:
        """Read the wanted values, unless this pass has them (`known`) and spec is the same.

        Returns None when spec has none, or when another resource writes them. Raises `ApiServerUnavailable`.
        """
        spec, resource = facts.desired.application, facts.resource
        if spec is None or find_application_claim(facts):
            return None
        if known is not None and known.generation == resource.generation:
            return known
        return replace(
            await read_credentials(self._secrets, resource.key.namespace, spec), generation=resource.generation
        )

    async def read(self, api: SyncApi, facts: Facts, credentials: Credentials | None) -> ApplicationSeen | None:
        """Read what Graph stores, if that may differ from the wanted values.

        A failure of Graph is part of the result.
        """
        spec, resource = facts.desired.application, facts.resource
        memory = self._memories.recall(resource)
        if spec is None:
            memory.stop_managing()
            return None
        if credentials is None:
            return None
        memory.was_managed = True
        memory.began_at = memory.began_at or facts.now
        memory.foreign.expect(resource.application.unconfirmed_keys)
        memory.assume_saved(_unchanged_values(facts, spec, credentials))
        version = (resource.generation, credentials.sources)
        memory.recall_refusal(resource.application.refused, credentials.values, version)
        seen = ApplicationSeen(
            credentials,
            stored=memory.stored if memory.looked_for == version else None,
            is_validated=memory.saved.is_validated,
            removing=frozenset(memory.removing),
            refusal=memory.refusal_of(credentials.values, resource.generation, facts.now),
        )
        seen = replace(_with_shown(facts, seen, memory), is_unconfirmed=bool(memory.foreign.unconfirmed))
        return await self._look(api, facts, seen, memory) if _needs_look(facts, seen, memory) else seen

    async def _look(
        self, api: SyncApi, facts: Facts, seen: ApplicationSeen, memory: ApplicationMemory
    ) -> ApplicationSeen:
        version = (facts.resource.generation, seen.credentials.sources)
        try:
            stored = SecretValues.shown(await api.list_secrets(facts.service_principal_id))
        except EntraSyncError as error:
            if not memory.foreign.is_look_due and facts.resource.application.covers(*version):
                memory.looked_at = facts.now  # only a look for drift, which the next one repeats
                return seen
            return replace(seen, failure=error)
        memory.note_look(stored, version, facts.now, lost=facts.resource.application.lost_keys)
        foreign = memory.foreign
        seen = replace(
            seen,
            stored=stored,
            is_unconfirmed=bool(foreign.unconfirmed),
            missing=foreign.missing,
            lost=foreign.lost,
            returned=foreign.returned,
        )
        return _with_shown(facts, seen, memory)


def _with_shown(facts: Facts, seen: ApplicationSeen, memory: ApplicationMemory) -> ApplicationSeen:
    """Return what was saved, and which of it Graph does not show yet or displays differently."""
    spec, stored = facts.desired.application, seen.stored
    if spec is None or seen.credentials.unreadable:
        return seen
    wanted = wanted_secrets(spec, seen.credentials.values, stored or SecretValues())
    saved = memory.saved_among(wanted)
    if stored is None:
        return replace(seen, saved=saved)
    kept = memory.kept_among(saved, stored)
    if facts.desired.is_observe_only:  # masked values cannot be compared
        kept |= {key for key, value in stored.items() if value == MASK}
    bound, generation = facts.now - facts.bounds.replication, facts.resource.generation
    memory.recall_untaken(facts.resource.application.untaken, wanted, stored, (generation, seen.credentials.sources))
    pending, untaken = memory.pending_among(wanted, bound), memory.untaken_among(wanted, bound, generation)
    return replace(seen, saved=saved, pending=pending, untaken=untaken, kept=kept)


def _unchanged_values(facts: Facts, spec: ApplicationSpec, credentials: Credentials) -> SecretValues:
    """Return the values that have not changed since Graph was last seen to match."""
    record = facts.resource.application
    if record.generation != facts.resource.generation:
        return SecretValues()
    wanted = wanted_secrets(spec, credentials.values, SecretValues())
    return wanted.only([key for key in record.keys if _is_unchanged(key, credentials, record)])


def _is_unchanged(key: str, credentials: Credentials, record: ApplicationRecord) -> bool:
    origin = credentials.origins.get(key)
    return origin is None or origin in record.sources


def _needs_look(facts: Facts, seen: ApplicationSeen, memory: ApplicationMemory) -> bool:
    """Whether Graph must be read: something of ours is unfinished or new, or the last look is long ago."""
    if memory.foreign.is_look_due or memory.foreign.unconfirmed or unacknowledged_loss(facts):
        return True
    if seen.credentials.unreadable:
        return False
    since = memory.looked_at or memory.began_at or facts.now
    is_overdue = facts.now - since >= DRIFT_CHECK_INTERVAL
    if seen.stored is None:
        return is_overdue or not facts.resource.application.covers(facts.resource.generation, seen.credentials.sources)
    if seen.refusal or facts.observed.secrets_blocked_by or facts.desired.is_observe_only:
        return is_overdue
    return is_overdue or _is_unfinished(facts, seen)


def _is_unfinished(facts: Facts, seen: ApplicationSeen) -> bool:
    spec, record = facts.desired.application, facts.resource.application
    if spec is None or seen.pending or seen.untaken:
        return bool(seen.pending or seen.untaken)
    return is_unfinished(spec, seen, record)
