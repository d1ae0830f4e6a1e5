"""What a pass leaves in `status.schema`."""

from dataclasses import replace

from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.record.schema_record import CONTESTED_AFTER, SchemaRecord
from entrasync.core.schema.rules import may_be_stale, was_just_sent

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
    if seen.is_matching:
        return _matching_record(facts, seen, blank)
    # A schema that does not match and has no difference has a fault: without a generation it is looked at again.
    if not seen.differences:
        return blank
    return record.with_differences(seen.differences, keeps_sent=was_just_sent(facts, seen))


def _matching_record(facts: Facts, seen: SchemaSeen, blank: SchemaRecord) -> SchemaRecord:
    """Write that Graph shows what spec wants.

    A change for another wish may still come to show, so the schema is looked at again. Reads that are older than the
    change for this wish may still come too, so it is remembered as long.
    """
    sent = facts.resource.record.schema.sent
    if sent is not None and may_be_stale(facts) and not was_just_sent(facts, seen):
        return replace(blank, sent=sent)
    kept = replace(sent, is_shown=True) if sent is not None and may_be_stale(facts) else None
    return replace(blank, generation=facts.resource.generation, source=seen.source, sent=kept)


def describe_contest(facts: Facts) -> str:
    """Say that something else writes the schema, as one more sentence of Ready; empty if it does not."""
    if facts.desired.schema is None or not facts.resource.record.schema.is_contested(facts.now):
        return ""
    return f" {CONTEST}"
