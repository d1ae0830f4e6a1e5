"""What a pass leaves in `status.schema`."""

from entrasync.core.facts.facts import Facts
from entrasync.core.record.difference_records import SchemaRecord
from entrasync.core.schema.rules import may_be_stale


def updated_schema_record(facts: Facts) -> SchemaRecord:
    """Write `status.schema` as of this pass. What was not read stays as it was."""
    record, seen = facts.resource.record.schema, facts.observed.job_schema
    if facts.desired.schema is None:
        return SchemaRecord()
    if seen is None or seen.failure is not None:
        return record
    if seen.is_matching:
        return SchemaRecord(sent=record.sent) if _may_change_yet(facts) else SchemaRecord(facts.resource.generation)
    # A schema that does not match and has no difference has a fault: without a generation it is looked at again.
    return record.with_differences(seen.differences) if seen.differences else SchemaRecord()


def _may_change_yet(facts: Facts) -> bool:
    """Whether a change for an earlier spec may still come to show, so that the schema is to be looked at again."""
    sent = facts.resource.record.schema.sent
    return sent is not None and sent.generation != facts.resource.generation and may_be_stale(facts)
