"""The reader of the job's schema. It reads it only when something may differ, because it is large."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from entrasync.api.job.schema import SchemaSpec
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import Case, SchemaSeen
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.schema import Schema
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
    graph = _JobSchema(api, facts.service_principal_id, job.id, memory)
    try:
        await graph.parse(list_expressions(spec))
        return await _compare(graph, spec, is_settled=_is_settled(facts))
    except EntraSyncError as error:
        return SchemaSeen(failure=error)


async def _compare(graph: "_JobSchema", spec: SchemaSpec, *, is_settled: bool) -> SchemaSeen:
    """Read the schema and test it.

    It is read last: a schema that was read before Graph was asked about tests is read again, because what somebody
    changes meanwhile would be undone by a write of it.
    """
    while True:
        schema = await graph.read()
        merged = merge_schema(schema, spec, graph.memory.expressions)
        has_faults = bool(merged.unknown or merged.refused)
        if not merged.differences and not has_faults and is_settled:
            return SchemaSeen(is_matching=True)
        calls = 0 if has_faults else await graph.evaluate(list_cases(merged.schema, spec))
        has_faults = has_faults or bool(find_failed_tests(merged.schema, spec, graph.memory.evaluations))
        if has_faults or (merged.differences and not calls):
            return SchemaSeen(schema, dict(graph.memory.expressions), dict(graph.memory.evaluations))
        if not merged.differences:
            return SchemaSeen(is_matching=True)


@dataclass(frozen=True)
class _JobSchema:
    """The schema of one job in Graph. Each answer about it is remembered at once: a failure later on loses none."""

    api: SyncApi
    service_principal_id: str
    job_id: str
    memory: SchemaMemory

    async def read(self) -> Schema:
        return await self.api.get_schema(self.service_principal_id, self.job_id)

    async def parse(self, texts: Collection[str]) -> None:
        """Let Graph read the expressions that are not known. Those that it refused are asked again."""
        wanted, earlier = set(texts), self.memory.expressions
        known = {text: found for text, found in earlier.items() if text in wanted and found.source is not None}
        self.memory.expressions = known
        for text in texts:
            if text not in known:
                known[text] = await self.api.parse_expression(self.service_principal_id, self.job_id, text)

    async def evaluate(self, cases: Collection[Case]) -> int:
        """Let Graph evaluate the cases that are not known. What it could not evaluate is asked again.

        Returns:
            How many calls that took.
        """
        wanted, earlier = set(cases), self.memory.evaluations
        known = {case: found for case, found in earlier.items() if case in wanted and found.error is None}
        self.memory.evaluations = known
        missing = [case for case in cases if case not in known]
        for case in missing:
            known[case] = await self.api.evaluate_expression(
                self.service_principal_id, self.job_id, case.expression, dict(case.attributes)
            )
        return len(missing)
