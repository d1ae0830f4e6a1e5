"""Rules about the job's schema that spec names. Each is named by the fault it finds."""

from entrasync.api.policies import SchemaApproval, SchemaBackup, SchemaPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.schema_seen import SchemaSeen, UnknownAttribute
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.record.difference_records import hash_differences
from entrasync.core.remote.schema import writable
from entrasync.core.schema.actions import PutSchema, describe_difference
from entrasync.core.schema.wish import hash_wish

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
    seen = facts.observed.job_schema
    if seen is None or not seen.faults.unknown:
        return None
    part = seen.faults.unknown[0]
    names = ", ".join(f'"{shorten(name, MAX_QUOTE_LENGTH)}"' for name in part.known[:MAX_NAMED_PARTS]) or "none"
    return Stall(
        Reason.SCHEMA_PART_UNKNOWN,
        f"The job's schema has no {part.field}. It has {names}. Correct the name, or take it out of spec.schema.",
    )


def attribute_is_unknown(facts: Facts) -> Verdict | None:
    """Find an attribute that spec wants to use and that the directory does not have. Nothing is written then."""
    seen = facts.observed.job_schema
    if seen is None or not seen.faults.unknown_attributes:
        return None
    told = " ".join(_describe_attribute(entry) for entry in seen.faults.unknown_attributes[:MAX_NAMED_FAULTS])
    more = len(seen.faults.unknown_attributes) - MAX_NAMED_FAULTS
    others = f" {more} more attributes are unknown." if more > 0 else ""
    may_be_added = any(entry.may_be_added for entry in seen.faults.unknown_attributes)
    is_whole = facts.desired.schema is not None and facts.desired.schema.policy is SchemaPolicy.REPLACE
    place = "to directories of the whole schema" if is_whole else "in spec.schema.directories"
    remedy = f", or add the attribute {place}" if may_be_added else ""
    return Stall(Reason.SCHEMA_PART_UNKNOWN, f"{told}{others} Correct the name{remedy}.")


def _describe_attribute(entry: UnknownAttribute) -> str:
    name, kind, directory = (shorten(text, MAX_QUOTE_LENGTH) for text in (entry.name, entry.kind, entry.directory))
    similar = ", ".join(f'"{shorten(known, MAX_QUOTE_LENGTH)}"' for known in entry.similar)
    nearest = f"Similar names there are {similar}." if similar else "No name there is similar."
    return f'{entry.field} uses "{name}", which object "{kind}" of directory "{directory}" does not have. {nearest}'


def rule_is_not_editable(facts: Facts) -> Verdict | None:
    """Find a rule that spec wants to change and that Graph marks as not editable. Nothing is written then."""
    seen = facts.observed.job_schema
    if seen is None or not seen.faults.not_editable:
        return None
    return Stall(
        Reason.SCHEMA_RULE_NOT_EDITABLE,
        f"Graph does not let {seen.faults.not_editable[0]} be changed: the rule is marked as not editable. "
        "Take the rule out of spec.schema.",
    )


def directory_is_read_only(facts: Facts) -> Verdict | None:
    """Find a directory that spec wants to change and that Graph marks as read-only. Nothing is written then."""
    seen = facts.observed.job_schema
    if seen is None or not seen.faults.read_only:
        return None
    return Stall(
        Reason.SCHEMA_DIRECTORY_READ_ONLY,
        f"Graph does not let {seen.faults.read_only[0]} be changed: the directory is marked as read-only. "
        "Take the directory out of spec.schema.",
    )


def expression_is_refused(facts: Facts) -> Verdict | None:
    """Find an expression of spec that Graph cannot read. Nothing is written then."""
    seen = facts.observed.job_schema
    if seen is None or not seen.faults.refused:
        return None
    quoted = " ".join(
        f"{entry.field}: {shorten(entry.error, MAX_QUOTE_LENGTH).rstrip('.')}."
        for entry in seen.faults.refused[:MAX_NAMED_FAULTS]
    )
    return Stall(
        Reason.EXPRESSION_REFUSED, f"Graph cannot read an expression of spec.schema. {quoted} Correct the expression."
    )


def mapping_test_fails(facts: Facts) -> Verdict | None:
    """Find a test of spec that fails for the schema as spec wants it. Nothing is written then."""
    seen = facts.observed.job_schema
    if seen is None or not seen.faults.failed:
        return None
    failed = seen.faults.failed
    told = " ".join(
        f'Test "{test.name}" of spec.schema failed: {shorten(test.why, MAX_QUOTE_LENGTH)}.'
        for test in failed[:MAX_NAMED_FAULTS]
    )
    more = f" {len(failed) - MAX_NAMED_FAULTS} more failed." if len(failed) > MAX_NAMED_FAULTS else ""
    return Stall(Reason.MAPPING_TEST_FAILED, f"{told}{more} Correct the mapping or the test.")


def schema_change_awaits_approval(facts: Facts) -> Verdict | None:
    """Find a change of the schema that a person has to approve first."""
    seen = facts.observed.job_schema
    if seen is None or not seen.differences or is_approved(facts, seen):
        return None
    return Stall(
        Reason.APPROVAL_NEEDED,
        f"{_describe(seen)} A change makes Entra run an initial cycle. To approve it, set "
        f"spec.schema.approvedDiff to {hash_differences(seen.differences)}.",
    )


def schema_differs(facts: Facts) -> Verdict | None:
    """Find a schema that differs from the spec.

    The same change is not sent twice while Graph may still show the schema from before it, nor after that unless a
    person asks for it: each write makes Entra run an initial cycle.
    """
    seen = facts.observed.job_schema
    spec = facts.desired.schema
    if facts.job is None or spec is None or seen is None or not seen.differences:
        return None
    if seen.wanted is None or seen.shown is None:
        return None
    if seen.faults.are_any or not is_approved(facts, seen) or was_sent(facts, seen):
        return None
    return Do(
        PutSchema(
            facts.service_principal_id,
            facts.job.id,
            document=writable(seen.wanted),
            replaced=seen.shown,
            differences=seen.differences,
            wish=hash_wish(spec, seen.source),
            has_drifted=facts.resource.record.schema.was_as_wanted(facts.resource.generation, seen.source),
            resets=spec.policy is SchemaPolicy.TEMPLATE_DEFAULT,
            needs_backup=spec.backup is not SchemaBackup.NEVER,
        )
    )


def schema_was_not_taken(facts: Facts) -> Verdict | None:
    """Find a change of the schema that Graph accepted and does not show.

    Within the replication bound reads may be stale. Afterwards Graph ignores the change.
    """
    seen, sent = facts.observed.job_schema, facts.resource.record.schema.sent
    if seen is None or sent is None or not seen.differences or not was_sent(facts, seen):
        return None
    if may_be_stale(facts):
        message = f"Graph took the schema at {write_readable_time(sent.at)} and does not show it yet."
        return Wait(Reason.WAITING_FOR_REPLICATION, message, STALE_READ_DELAY)
    return Stall(
        Reason.SCHEMA_NOT_TAKEN,
        f"Graph accepted the change of the schema and does not show it. {_describe(seen)} Correct spec.schema, or "
        "take out what Graph does not keep.",
    )


def is_approved(facts: Facts, seen: SchemaSeen) -> bool:
    """Whether the change that spec wants may be written, or was written already."""
    spec = facts.desired.schema
    if spec is None or spec.approval is not SchemaApproval.REQUIRED:
        return True
    return spec.approved_diff == hash_differences(seen.differences) or was_sent(facts, seen)


def was_sent(facts: Facts, seen: SchemaSeen) -> bool:
    """Whether Graph accepted this change: a moment ago, or before the newest request without ever showing it."""
    sent = facts.resource.record.schema.sent
    if was_just_sent(facts, seen):
        return True
    if sent is None or sent.diff_hash != hash_differences(seen.differences):
        return False
    return may_be_stale(facts) or (not sent.is_shown and sent.request == facts.observed.request)


def was_just_sent(facts: Facts, seen: SchemaSeen) -> bool:
    """Whether Graph accepted what spec wants so lately that reads may still be older.

    They may show a schema from even before the one that the write was made from, and so another change.
    """
    sent, spec = facts.resource.record.schema.sent, facts.desired.schema
    if sent is None or spec is None or not may_be_stale(facts):
        return False
    return sent.wish == hash_wish(spec, seen.source)


def may_be_stale(facts: Facts) -> bool:
    """Whether Graph may still show the schema from before the last write."""
    sent = facts.resource.record.schema.sent
    return sent is not None and facts.now - facts.counted_from(sent.at) < facts.bounds.replication


def _describe(seen: SchemaSeen) -> str:
    named = "; ".join(describe_difference(entry) for entry in seen.differences[:MAX_NAMED_FAULTS])
    more = len(seen.differences) - MAX_NAMED_FAULTS
    return f"The schema differs from spec.schema: {named}{f'; and {more} more' if more > 0 else ''}."
