"""The reader of the job's schema. It reads it only when something may differ, because it is large."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from entrasync.api.job.schema import SchemaSpec
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import Case, SchemaSeen
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.schema import Evaluation, ParsedExpression, Schema
from entrasync.core.schema.mapping_tests import find_failed_tests, list_cases
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
        if seen.failure is not None and _is_settled(facts):
            return None  # only a look for drift, which the next one repeats
        memory.seen, memory.seen_in = (None, None) if seen.failure else (seen, facts.observed.listing.read_at)
        return seen


def _is_settled(facts: Facts) -> bool:
    return facts.resource.record.schema.is_settled_for(facts.resource.generation)


def _is_look_due(facts: Facts, memory: SchemaMemory) -> bool:
    if not _is_settled(facts):
        return True
    return facts.now - (memory.looked_at or memory.began_at or facts.now) >= DRIFT_CHECK_INTERVAL


async def _look(api: SyncApi, facts: Facts, job: RemoteJob, spec: SchemaSpec, memory: SchemaMemory) -> SchemaSeen:
    graph = _JobSchema(api, facts.service_principal_id, job.id)
    try:
        schema = await graph.read()
        memory.expressions = await graph.parse(list_expressions(spec), memory.expressions)
        merged = merge_schema(schema, spec, memory.expressions)
        has_faults = bool(merged.unknown or merged.refused)
        if not merged.differences and not has_faults and _is_settled(facts):
            return SchemaSeen(is_matching=True)
        cases = () if has_faults else list_cases(merged.schema, spec)
        memory.evaluations = await graph.evaluate(cases, memory.evaluations)
    except EntraSyncError as error:
        return SchemaSeen(failure=error)
    failed = find_failed_tests(merged.schema, spec, memory.evaluations)
    if merged.differences or has_faults or failed:
        return SchemaSeen(schema, dict(memory.expressions), dict(memory.evaluations))
    return SchemaSeen(is_matching=True)


@dataclass(frozen=True)
class _JobSchema:
    """The schema of one job in Graph."""

    api: SyncApi
    service_principal_id: str
    job_id: str

    async def read(self) -> Schema:
        return await self.api.get_schema(self.service_principal_id, self.job_id)

    async def parse(self, texts: Iterable[str], known: Mapping[str, ParsedExpression]) -> dict[str, ParsedExpression]:
        """Let Graph read the expressions that are not known. Those that it refused are asked again."""
        parsed = {}
        for text in texts:
            if (found := known.get(text)) is None or found.source is None:
                found = await self.api.parse_expression(self.service_principal_id, self.job_id, text)
            parsed[text] = found
        return parsed

    async def evaluate(self, cases: Iterable[Case], known: Mapping[Case, Evaluation]) -> dict[Case, Evaluation]:
        """Let Graph evaluate the cases that are not known. What it could not evaluate is asked again."""
        evaluated = {}
        for case in cases:
            if (found := known.get(case)) is None or found.error is not None:
                found = await self.api.evaluate_expression(
                    self.service_principal_id, self.job_id, case.expression, dict(case.attributes)
                )
            evaluated[case] = found
        return evaluated
