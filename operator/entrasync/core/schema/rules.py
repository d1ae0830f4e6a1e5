"""Rules about the job's schema that spec names. Each is named by the fault it finds."""

from entrasync.api.policies import SchemaApproval
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.remote.schema import writable
from entrasync.core.resource.difference_records import SentChange, hash_differences
from entrasync.core.schema.actions import PutSchema, describe_difference
from entrasync.core.schema.mapping_tests import FailedTest, find_failed_tests
from entrasync.core.schema.merge import Merged, merge_schema

MAX_QUOTE_LENGTH = 512
MAX_NAMED_PARTS = 8
MAX_NAMED_FAULTS = 3


def schema_could_not_be_read(facts: Facts) -> Verdict | None:
    """Find that Graph did not show the schema or did not read an expression, so that nothing can be compared."""
    seen = facts.observed.job_schema
    if seen is None or seen.failure is None:
        return None
    return seen.failure.judge(young_until=facts.young_until, now=facts.now)


def schema_part_is_unknown(facts: Facts) -> Verdict | None:
    """Find a rule or an object mapping of spec that the job's schema does not have. Nothing is written then."""
    merged = merge_of(facts)
    if merged is None or not merged.unknown:
        return None
    part = merged.unknown[0]
    names = ", ".join(f'"{shorten(name, MAX_QUOTE_LENGTH)}"' for name in part.known[:MAX_NAMED_PARTS]) or "none"
    return Stall(
        Reason.SCHEMA_PART_UNKNOWN,
        f"The job's schema has no {part.field}. It has {names}. Correct the name, or take it out of spec.schema.",
    )


def expression_is_refused(facts: Facts) -> Verdict | None:
    """Find an expression of spec that Graph cannot read. Nothing is written then."""
    merged = merge_of(facts)
    if merged is None or not merged.refused:
        return None
    quoted = " ".join(
        f"{entry.field}: {shorten(entry.error, MAX_QUOTE_LENGTH).rstrip('.')}."
        for entry in merged.refused[:MAX_NAMED_FAULTS]
    )
    return Stall(
        Reason.EXPRESSION_REFUSED, f"Graph cannot read an expression of spec.schema. {quoted} Correct the expression."
    )


def mapping_test_fails(facts: Facts) -> Verdict | None:
    """Find a test of spec that fails for the schema as spec wants it. Nothing is written then."""
    failed = _find_failed_tests(facts)
    if not failed:
        return None
    told = " ".join(
        f'Test "{test.name}" of spec.schema failed: {shorten(test.why, MAX_QUOTE_LENGTH)}.'
        for test in failed[:MAX_NAMED_FAULTS]
    )
    more = f" {len(failed) - MAX_NAMED_FAULTS} more failed." if len(failed) > MAX_NAMED_FAULTS else ""
    return Stall(Reason.MAPPING_TEST_FAILED, f"{told}{more} Correct the mapping or the test.")


def schema_change_awaits_approval(facts: Facts) -> Verdict | None:
    """Find a change of the schema that a person has to approve first."""
    merged = merge_of(facts)
    if merged is None or not merged.differences or _is_approved(facts, merged):
        return None
    diff_hash = hash_differences(merged.differences)
    return Stall(
        Reason.APPROVAL_NEEDED,
        f"{_describe(merged)} A change makes Entra run an initial cycle. To approve it, set "
        f"spec.schema.approvedDiff to {diff_hash}.",
    )


def schema_differs(facts: Facts) -> Verdict | None:
    """Find a schema that differs from the spec.

    The same change is not sent twice while Graph may still show the schema from before it, nor after that unless the
    spec is edited: each write makes Entra run an initial cycle.
    """
    seen, merged = facts.observed.job_schema, merge_of(facts)
    if facts.job is None or seen is None or merged is None or not merged.differences:
        return None
    if merged.unknown or merged.refused or _find_failed_tests(facts):
        return None
    if not _is_approved(facts, merged) or _was_sent(facts, merged):
        return None
    return Do(
        PutSchema(
            facts.service_principal_id,
            facts.job.id,
            document=writable(merged.schema),
            differences=merged.differences,
            has_drifted=facts.resource.record.schema.generation == facts.resource.generation,
        )
    )


def schema_was_not_taken(facts: Facts) -> Verdict | None:
    """Find a change of the schema that Graph accepted and does not show.

    Within the replication bound reads may be stale. Afterwards Graph ignores the change.
    """
    merged, sent = merge_of(facts), facts.resource.record.schema.sent
    if merged is None or not merged.differences or sent is None or not _was_sent(facts, merged):
        return None
    if may_be_unseen(facts, sent):
        message = f"Graph took the schema at {write_readable_time(sent.at)} and does not show it yet."
        return Wait(Reason.WAITING_FOR_REPLICATION, message, STALE_READ_DELAY)
    return Stall(
        Reason.SCHEMA_NOT_TAKEN,
        f"Graph accepted the change of the schema and does not show it. {_describe(merged)} Correct spec.schema, or "
        "take out what Graph does not keep.",
    )


def merge_of(facts: Facts) -> Merged | None:
    """Merge spec into the schema that this pass has seen; None where nothing is to be compared."""
    spec, seen = facts.desired.schema, facts.observed.job_schema
    if spec is None or seen is None or seen.schema is None or seen.failure is not None:
        return None
    return merge_schema(seen.schema, spec, seen.expressions)


def _find_failed_tests(facts: Facts) -> tuple[FailedTest, ...]:
    spec, seen, merged = facts.desired.schema, facts.observed.job_schema, merge_of(facts)
    if spec is None or seen is None or merged is None or merged.unknown or merged.refused:
        return ()
    return find_failed_tests(merged.schema, spec, seen.evaluations)


def _is_approved(facts: Facts, merged: Merged) -> bool:
    spec = facts.desired.schema
    if spec is None or spec.approval is not SchemaApproval.REQUIRED:
        return True
    return spec.approved_diff == hash_differences(merged.differences) or _was_sent(facts, merged)


def _was_sent(facts: Facts, merged: Merged) -> bool:
    """Whether Graph accepted this very change, lately or for this generation of the spec."""
    sent = facts.resource.record.schema.sent
    if sent is None or sent.diff_hash != hash_differences(merged.differences):
        return False
    return sent.generation == facts.resource.generation or may_be_unseen(facts, sent)


def may_be_unseen(facts: Facts, sent: SentChange) -> bool:
    """Whether reads may still show the schema from before a change that Graph accepted."""
    return facts.now - facts.counted_from(sent.at) < facts.bounds.replication


def _describe(merged: Merged) -> str:
    named = "; ".join(describe_difference(entry) for entry in merged.differences[:MAX_NAMED_FAULTS])
    more = len(merged.differences) - MAX_NAMED_FAULTS
    return f"The schema differs from spec.schema: {named}{f'; and {more} more' if more > 0 else ''}."
