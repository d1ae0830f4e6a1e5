"""What a pass leaves in `status.schema`."""

from dataclasses import replace

from entrasync.core.facts.facts import Facts
from entrasync.core.record.schema_record import CONTESTED_AFTER, SchemaRecord
from entrasync.core.schema.rules import may_be_stale, shows_another_earlier_state

CONTEST = (
    f"Something else writes the job's schema: {CONTESTED_AFTER} changes in a row were undone within a day. Let it "
    "leave alone what spec.schema names, or take that out of spec.schema."
)


def updated_schema_record(facts: Facts) -> SchemaRecord:
    """Write `status.schema` as of this pass. What was not read stays as it was."""
    record, seen = facts.resource.record.schema, facts.observed.job_schema
    if facts.desired.schema is None:
        return replace(record.without_look(), corrections=())
    if seen is None or seen.failure is not None:
        return record
    blank = record.without_look()
    if seen.is_matching and _may_change_yet(facts):
        return replace(blank, sent=record.sent)
    if seen.is_matching:
        return replace(blank, generation=facts.resource.generation, source=seen.source)
    # A schema that does not match and has no difference has a fault: without a generation it is looked at again.
    if not seen.differences:
        return blank
    return record.with_differences(seen.differences, keeps_sent=shows_another_earlier_state(facts, seen))


def _may_change_yet(facts: Facts) -> bool:
    """Whether a change for an earlier spec may still come to show, so that the schema is to be looked at again."""
    sent = facts.resource.record.schema.sent
    return sent is not None and sent.generation != facts.resource.generation and may_be_stale(facts)


def describe_contest(facts: Facts) -> str:
    """Say that something else writes the schema, as one more sentence of Ready; empty if it does not."""
    if facts.desired.schema is None or not facts.resource.record.schema.is_contested(facts.now):
        return ""
    return f" {CONTEST}"
