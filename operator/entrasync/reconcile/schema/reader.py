"""The reader of the job's schema. It reads it only when something may differ, because it is large."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.remote.schema import ParsedExpression, Schema
from entrasync.core.schema.mapping_tests import Case, find_failed_tests, list_cases
from entrasync.core.schema.merge import Merged, list_expressions, merge_schema
from entrasync.core.schema.replacement import replace_schema
from entrasync.core.schema.rules import is_approved, may_be_stale, was_sent
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.schema.memory import Asked, SchemaInHand, SchemaMemory, SchemaMemoryStore
from entrasync.reconcile.schema.sources import SchemaSources, WholeSchema

MAX_QUESTIONS = 25
"""How many expressions and tests Graph is asked about at once. A pause or a deletion waits for the end of that."""

NEXT_QUESTIONS_DELAY = timedelta(seconds=1)

LOOK_INTERVAL = timedelta(hours=1)
"""How often a schema is read again that matches spec, or that waits for a person."""


class SchemaReader:
    """Reads what one pass needs to know of the job's schema."""

    def __init__(self, memories: SchemaMemoryStore, sources: SchemaSources) -> None:
        self._memories = memories
        self._sources = sources

    async def read(self, api: SyncApi, facts: Facts, in_hand: SchemaInHand) -> SchemaSeen | None:
        """Read the schema, and let Graph read the expressions of spec, if they may differ from each other.

        What this pass has seen already, and what waits for a person, is not read again. Returns None when spec says
        nothing of the schema or nothing is due. A failure of Graph is part of the result.
        """
        spec, job = facts.desired.schema, facts.job
        if spec is None:
            self._memories.forget(facts.resource.key)
            return None
        if job is None:
            return None
        memory = self._memories.recall(facts.resource)
        memory.began_at = memory.began_at or facts.now
        if memory.seen is not None and in_hand.listed_at == facts.observed.listing.read_at:
            return replace(memory.seen, wanted=in_hand.wanted, shown=in_hand.shown)
        try:
            version = await self._sources.find_version(facts)
        except EntraSyncError as error:
            return SchemaSeen(failure=error)
        if _is_settled(facts, version) and not _is_overdue(facts, memory):
            return None
        if memory.seen is not None and _waits_for_a_person(facts, version, memory.seen, memory):
            return memory.seen
        graph = _JobSchema(api, facts.service_principal_id, job.id, memory)
        return await self._look(facts, spec, graph, version=version, in_hand=in_hand)

    async def _look(
        self,
        facts: Facts,
        spec: SchemaSpec,
        graph: "_JobSchema",
        *,
        version: ConfigMapVersion | None,
        in_hand: SchemaInHand,
    ) -> SchemaSeen | None:
        memory, is_settled = graph.memory, _is_settled(facts, version)
        memory.seen = None
        try:
            await graph.parse(list_expressions(spec))
            whole = await self._sources.load(facts, graph.api, graph.job_id)
            seen = await _compare(graph, spec, whole, is_settled=is_settled)
        except EntraSyncError as error:
            seen = SchemaSeen(failure=error)
        if seen.failure is None or seen.failure.reason is not Reason.TESTING_SCHEMA:
            memory.looked_at = facts.now  # one that has more questions goes on in the next pass
        if seen.failure is not None:
            # A failed look for drift is repeated by the next one.
            return None if is_settled else seen
        memory.seen, memory.seen_for = replace(seen, wanted=None, shown=None), _asked(facts, version)
        in_hand.wanted, in_hand.shown, in_hand.listed_at = seen.wanted, seen.shown, facts.observed.listing.read_at
        return seen


def _is_settled(facts: Facts, version: ConfigMapVersion | None) -> bool:
    return facts.resource.record.schema.is_settled_for(facts.resource.generation, version)


def _is_overdue(facts: Facts, memory: SchemaMemory) -> bool:
    return facts.now - (memory.looked_at or memory.began_at or facts.now) >= LOOK_INTERVAL


def _asked(facts: Facts, version: ConfigMapVersion | None) -> Asked:
    return facts.resource.generation, facts.observed.request, version


def _waits_for_a_person(facts: Facts, version: ConfigMapVersion | None, seen: SchemaSeen, memory: SchemaMemory) -> bool:
    """Whether the last look found something that only a person can change, who has changed nothing since."""
    if memory.seen_for != _asked(facts, version) or _is_overdue(facts, memory):
        return False
    if seen.faults.are_any or not seen.differences:
        return seen.faults.are_any
    is_ignored = was_sent(facts, seen) and not may_be_stale(facts)
    return is_ignored or not is_approved(facts, seen)


async def _compare(graph: "_JobSchema", spec: SchemaSpec, whole: WholeSchema | None, *, is_settled: bool) -> SchemaSeen:
    """Read the schema and test it.

    It is read last: a schema that was read before Graph was asked about tests is read again, because what somebody
    changes meanwhile would be undone by a write of it.
    """
    while True:
        shown = await graph.read()
        wanted = await asyncio.to_thread(_make, shown, spec, whole, graph.memory.expressions)
        source = whole.version if whole else None
        seen = SchemaSeen(wanted.differences, wanted.faults, wanted.schema, shown, source)
        if wanted.faults.are_any or (seen.is_matching and is_settled):
            return seen
        calls = await graph.evaluate(list_cases(wanted.schema, spec))
        failed = find_failed_tests(wanted.schema, spec, graph.memory.evaluations)
        seen = replace(seen, faults=replace(wanted.faults, failed=failed))
        if seen.faults.are_any or not (wanted.differences and calls):
            return seen


def _make(
    shown: Schema, spec: SchemaSpec, whole: WholeSchema | None, expressions: Mapping[str, ParsedExpression]
) -> Merged:
    """Make the schema that spec wants. A large one takes so long that a thread does it."""
    if whole is None:
        return merge_schema(shown, spec, expressions)
    return replace_schema(shown, whole.schema, is_of_template=whole.version is None)


@dataclass
class _JobSchema:
    """The schema of one job in Graph. Each answer about it is remembered at once: a failure later on loses none."""

    api: SyncApi
    service_principal_id: str
    job_id: str
    memory: SchemaMemory
    questions: int = 0
    """How many expressions and tests Graph was asked about in this look."""

    def count_question(self) -> None:
        """Count a question that is about to be asked. Raises `Halted` when there were enough for one look."""
        if self.questions >= MAX_QUESTIONS:
            message = "Graph reads the expressions and tests of spec.schema, some in each pass."
            raise Halted(Wait(Reason.TESTING_SCHEMA, message, NEXT_QUESTIONS_DELAY))
        self.questions += 1

    async def read(self) -> Schema:
        return await self.api.get_schema(self.service_principal_id, self.job_id)

    async def parse(self, texts: Collection[str]) -> None:
        """Let Graph read the expressions that are not known. Those that it refused are asked again."""
        wanted, earlier = set(texts), self.memory.expressions
        known = {text: found for text, found in earlier.items() if text in wanted and found.source is not None}
        self.memory.expressions = known
        for text in texts:
            if text not in known:
                self.count_question()
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
            self.count_question()
            known[case] = await self.api.evaluate_expression(
                self.service_principal_id, self.job_id, case.expression, dict(case.attributes)
            )
        return len(missing)
