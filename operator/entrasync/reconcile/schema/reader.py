"""The reader of the job's schema. It reads it only when something may differ, because it is large."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from entrasync.api.job.schema import SchemaSpec
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.schema import Schema
from entrasync.core.schema.mapping_tests import Case, find_failed_tests, list_cases
from entrasync.core.schema.merge import list_expressions, merge_schema
from entrasync.core.schema.rules import is_approved, may_be_stale, was_sent
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.schema.memory import SchemaInHand, SchemaMemory, SchemaMemoryStore

MAX_QUESTIONS = 25
"""How many expressions and tests Graph is asked about at once. A pause or a deletion waits for the end of that."""

NEXT_QUESTIONS_DELAY = timedelta(seconds=1)

LOOK_INTERVAL = timedelta(hours=1)
"""How often a schema is read again that matches spec, or that waits for a person."""


class SchemaReader:
    """Reads what one pass needs to know of the job's schema."""

    def __init__(self, memories: SchemaMemoryStore) -> None:
        self._memories = memories

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
        if _is_settled(facts) and not _is_overdue(facts, memory):
            return None
        if memory.seen is not None and _waits_for_a_person(facts, memory.seen, memory):
            return memory.seen
        return await self._look(api, facts, job, spec, memory=memory, in_hand=in_hand)

    async def _look(
        self,
        api: SyncApi,
        facts: Facts,
        job: RemoteJob,
        spec: SchemaSpec,
        *,
        memory: SchemaMemory,
        in_hand: SchemaInHand,
    ) -> SchemaSeen | None:
        memory.seen = None
        graph = _JobSchema(api, facts.service_principal_id, job.id, memory)
        seen = await _compare(graph, spec, is_settled=_is_settled(facts))
        if seen.failure is None or seen.failure.reason is not Reason.TESTING_SCHEMA:
            memory.looked_at = facts.now  # one that has more questions goes on in the next pass
        if seen.failure is not None:
            # A failed look for drift is repeated by the next one.
            return None if _is_settled(facts) else seen
        memory.seen, memory.seen_for = replace(seen, wanted=None, shown=None), _version(facts)
        in_hand.wanted, in_hand.shown, in_hand.listed_at = seen.wanted, seen.shown, facts.observed.listing.read_at
        return seen


def _is_settled(facts: Facts) -> bool:
    return facts.resource.record.schema.is_settled_for(facts.resource.generation)


def _is_overdue(facts: Facts, memory: SchemaMemory) -> bool:
    return facts.now - (memory.looked_at or memory.began_at or facts.now) >= LOOK_INTERVAL


def _version(facts: Facts) -> tuple[int, str | None]:
    return facts.resource.generation, facts.observed.request


def _waits_for_a_person(facts: Facts, seen: SchemaSeen, memory: SchemaMemory) -> bool:
    """Whether the last look found something that only a person can change, who has changed nothing since."""
    if memory.seen_for != _version(facts) or _is_overdue(facts, memory):
        return False
    if seen.faults.are_any or not seen.differences:
        return seen.faults.are_any
    is_ignored = was_sent(facts, seen) and not may_be_stale(facts)
    return is_ignored or not is_approved(facts, seen)


async def _compare(graph: "_JobSchema", spec: SchemaSpec, *, is_settled: bool) -> SchemaSeen:
    """Read the schema and test it.

    It is read last: a schema that was read before Graph was asked about tests is read again, because what somebody
    changes meanwhile would be undone by a write of it.
    """
    try:
        await graph.parse(list_expressions(spec))
        while True:
            schema = await graph.read()
            merged = merge_schema(schema, spec, graph.memory.expressions)
            seen = SchemaSeen(merged.differences, merged.faults, merged.schema, schema)
            if merged.faults.are_any or (seen.is_matching and is_settled):
                return seen
            calls = await graph.evaluate(list_cases(merged.schema, spec))
            failed = find_failed_tests(merged.schema, spec, graph.memory.evaluations)
            seen = replace(seen, faults=replace(merged.faults, failed=failed))
            if seen.faults.are_any or not (merged.differences and calls):
                return seen
    except EntraSyncError as error:
        return SchemaSeen(failure=error)


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
