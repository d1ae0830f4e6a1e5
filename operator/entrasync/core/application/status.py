"""What a pass leaves in `status.application`, and the conditions that follow from it."""

from dataclasses import replace

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import CredentialValidation
from entrasync.api.reasons import Reason
from entrasync.core.application.lost_keys import explain_loss, unacknowledged_loss
from entrasync.core.application.ownership import find_application_claim
from entrasync.core.application.refusal import needs_person
from entrasync.core.application.wanted_secrets import entry_keys, is_unfinished, owned_keys
from entrasync.core.decision.condition import Condition
from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import write_precise_time
from entrasync.core.record.application_record import ApplicationRecord, RefusalRecord, UntakenRecord
from entrasync.core.resource.job_resource import Resource


def updated_application_record(facts: Facts) -> ApplicationRecord:
    """Write `status.application` as of this pass; once Graph matches, for which generation and which Secrets."""
    spec, seen = facts.desired.application, facts.observed.application
    if spec is None:
        return ApplicationRecord(lost_keys=unacknowledged_loss(facts))
    record = replace(facts.resource.application, lost_keys=unacknowledged_loss(facts))
    if seen is not None:
        unconfirmed = record.unconfirmed_keys if seen.is_unconfirmed else frozenset()
        refused, untaken = _write_refusal(facts, seen), _write_untaken(facts, seen)
        record = replace(record, unconfirmed_keys=unconfirmed, refused=refused, untaken=untaken)
    if find_application_claim(facts):  # the other resource may overwrite what this one has saved
        return replace(record, sources=(), generation=None, validated=None)
    if seen is None or seen.stored is None or seen.credentials.unreadable:
        return record
    if seen.pending or seen.untaken or is_unfinished(spec, seen, record):
        return record
    return replace(
        record,
        keys=(record.keys | seen.saved) & owned_keys(spec),
        validated=seen.is_validated if record.validated is None and seen.saved & entry_keys(spec) else record.validated,
        sources=seen.credentials.sources,
        generation=facts.resource.generation,
    )


def _write_refusal(facts: Facts, seen: ApplicationSeen) -> RefusalRecord | None:
    if (refusal := seen.refusal) is None:
        return None
    return RefusalRecord(
        facts.resource.generation,
        seen.credentials.sources,
        code=refusal.code,
        message=refusal.message,
        retry_at=write_precise_time(refusal.retry_at),
        is_verdict=refusal.is_verdict,
        since=write_precise_time(refusal.since) if refusal.since else None,
    )


def _write_untaken(facts: Facts, seen: ApplicationSeen) -> UntakenRecord | None:
    """Keep what was recorded while Graph was not read."""
    version = (facts.resource.generation, seen.credentials.sources)
    if seen.stored is not None:
        return UntakenRecord(*version, seen.untaken) if seen.untaken else None
    known = facts.resource.application.untaken
    return known if known and (known.generation, known.sources) == version else None


def application_conditions(facts: Facts) -> list[Condition]:
    """Write the conditions that spec.application brings along."""
    conditions = loss_conditions(facts.resource)
    spec = facts.desired.application
    return [*_credentials_valid(facts), *conditions] if spec and entry_keys(spec) else conditions


def loss_conditions(resource: Resource) -> list[Condition]:
    """Write the condition that holds back all writing of secrets in the tenant, where it is due."""
    lost = resource.application.lost_keys
    if not lost:
        return []
    message = explain_loss(resource, lost)
    return [Condition(ConditionType.FOREIGN_SECRET_LOST, "True", Reason.FOREIGN_SECRET_LOST, message)]


def _credentials_valid(facts: Facts) -> list[Condition]:
    kind, seen, record = ConditionType.CREDENTIALS_VALID, facts.observed.application, facts.resource.application
    if find_application_claim(facts):
        return []
    if seen is None:  # Graph was not asked this time, which is no news
        return [known for known in facts.resource.record.conditions.values() if known.type is kind]
    if seen.refusal is not None:
        words = f"{seen.refusal.code}: {seen.refusal.message}".strip(": ").rstrip(".")
        if seen.refusal.is_verdict:
            return [
                Condition(
                    kind,
                    "False",
                    Reason.VALIDATION_FAILED,
                    f"Graph refused the credentials of spec.application ({words}). Correct their source.",
                )
            ]
        untried = f"Graph could not try the credentials of spec.application ({words})."
        if needs_person(seen.refusal, facts.now):
            return [Condition(kind, "False", Reason.VALIDATION_FAILED, f"{untried} Correct the cause that it names.")]
        return [Condition(kind, "Unknown", Reason.VALIDATION_UNAVAILABLE, f"{untried} It is tried again.")]
    if record.validated:
        return [Condition(kind, "True", Reason.VALIDATED, "Graph accepted the credentials before they were saved.")]
    if record.validated is None and record.generation is None:
        return []  # nothing is known of them yet
    message = "The credentials that Graph has were not tried by the operator; they are tried when they change."
    if _is_never_tried(facts):
        message = "spec.application.credentials.validation is Never: the credentials were saved untried."
    return [Condition(kind, "Unknown", Reason.NOT_VALIDATED, message)]


def _is_never_tried(facts: Facts) -> bool:
    spec = facts.desired.application
    return bool(spec and spec.credentials and spec.credentials.validation is CredentialValidation.NEVER)
