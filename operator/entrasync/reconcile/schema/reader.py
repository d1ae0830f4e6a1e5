"""The reader of the job's schema. It reads it only when something may differ, because it is large."""

from datetime import timedelta

from entrasync.api.job.schema import SchemaSpec
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.schema.merge import list_expressions, merge_schema
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.schema.memory import SchemaMemory, SchemaMemoryStore

DRIFT_CHECK_INTERVAL = timedelta(hours=1)
"""How often a schema that matches spec is read again, to see changes from outside."""


class SchemaReader:
    """Reads what one pass needs to know of the job's schema."""

    def __init__(self, memories: SchemaMemoryStore) -> None:
        self._memories = memories

    async def read(self, api: SyncApi, facts: Facts) -> SchemaSeen | None:
        """Read the schema, and let Graph read the expressions of spec, if they may differ from each other.

        Returns None when spec says nothing of it or nothing is due. A failure of Graph is part of the result.
        """
        spec, job = facts.desired.schema, facts.job
        if spec is None:
            self._memories.forget(facts.resource.key)
            return None
        if job is None:
            return None
        memory = self._memories.recall(facts.resource)
        memory.began_at = memory.began_at or facts.now
        if memory.seen is not None and memory.seen_in == facts.observed.listing.read_at:
            return memory.seen
        memory.seen = None
        if not _is_look_due(facts, memory):
            return None
        memory.looked_at = facts.now
        seen = await _look(api, facts, job, spec, memory)
        if seen.failure is not None and facts.resource.record.schema.is_settled_for(facts.resource.generation):
            return None  # only a look for drift, which the next one repeats
        memory.seen, memory.seen_in = (None, None) if seen.failure else (seen, facts.observed.listing.read_at)
        return seen


def _is_look_due(facts: Facts, memory: SchemaMemory) -> bool:
    if not facts.resource.record.schema.is_settled_for(facts.resource.generation):
        return True
    return facts.now - (memory.looked_at or memory.began_at or facts.now) >= DRIFT_CHECK_INTERVAL


async def _look(api: SyncApi, facts: Facts, job: RemoteJob, spec: SchemaSpec, memory: SchemaMemory) -> SchemaSeen:
    texts = list_expressions(spec)
    known = {text: memory.expressions[text] for text in texts if text in memory.expressions}
    try:
        schema = await api.get_schema(facts.service_principal_id, job.id)
        for text in texts:
            if text not in known:
                known[text] = await api.parse_expression(facts.service_principal_id, job.id, text)
    except EntraSyncError as error:
        return SchemaSeen(failure=error)
    finally:
        memory.expressions = {text: parsed for text, parsed in known.items() if parsed.source is not None}
    merged = merge_schema(schema, spec, known)
    if merged.differences or merged.unknown or merged.refused:
        return SchemaSeen(schema, known)
    return SchemaSeen(is_matching=True)
