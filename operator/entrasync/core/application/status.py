"""What a pass leaves in `status.application`, and the conditions that follow from it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from entrasync.api.conditions import ConditionType
from entrasync.api.policies import CredentialValidation
from entrasync.api.reasons import Reason
from entrasync.core.application.ownership import find_application_claim
from entrasync.core.application.rules import explain_loss, unacknowledged_loss, wanted_scope
from entrasync.core.application.wanted_secrets import entry_keys, is_unfinished, owned_keys
from entrasync.core.decision.condition import Condition
from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.remote.stored_secrets import SYNC_ALL
from entrasync.core.resource.application_record import ApplicationRecord, RefusalRecord
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.operation import RESTART_JOB


def updated_application_record(facts: Facts) -> dict[str, Any] | None:
    """Write `status.application` as of this pass; once Graph matches, for which generation and which Secrets."""
    spec, seen = facts.desired.application, facts.observed.application
    if spec is None:
        return ApplicationRecord(lost_keys=unacknowledged_loss(facts)).write()
    record = replace(facts.resource.application, lost_keys=unacknowledged_loss(facts))
    if seen is not None:
        unconfirmed = record.unconfirmed_keys if seen.is_unconfirmed else frozenset()
        record = replace(record, unconfirmed_keys=unconfirmed, refused=_write_refusal(facts, seen))
    if find_application_claim(facts):  # the other resource may overwrite what this one has saved
        return replace(record, sources=(), generation=None, validated=None).write()
    if seen is None or seen.stored is None or seen.credentials.unreadable:
        return record.write()
    if seen.pending or is_unfinished(spec, seen, record):
        return record.write()
    settled = replace(
        record,
        keys=(record.keys | seen.saved) & owned_keys(spec),
        validated=seen.is_validated if record.validated is None and seen.saved & entry_keys(spec) else record.validated,
        sources=seen.credentials.sources,
        generation=facts.resource.generation,
    )
    return settled.write()


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
    )


def application_conditions(facts: Facts) -> list[Condition]:
    """Write the conditions that spec.application brings along."""
    conditions = loss_conditions(facts.resource)
    spec = facts.desired.application
    return [*_credentials_valid(facts), *conditions] if spec and spec.credentials else conditions


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
        words = f"{seen.refusal.code}: {seen.refusal.message}".strip(": ")
        if seen.refusal.is_verdict:
            return [Condition(kind, "False", Reason.VALIDATION_FAILED, f"Graph refused the credentials: {words}")]
        return [Condition(kind, "Unknown", Reason.VALIDATION_UNAVAILABLE, f"Graph could not try them: {words}")]
    if record.validated:
        return [Condition(kind, "True", Reason.VALIDATED, "Graph accepted the credentials before they were saved.")]
    if record.validated is None and record.generation is None:
        return []  # nothing is known of them yet
    message = "The credentials that Graph has were not tried by the operator; they are tried when they change."
    if facts.desired.application and _is_never_tried(facts):
        message = "spec.application.credentials.validation is Never: the credentials were saved untried."
    return [Condition(kind, "Unknown", Reason.NOT_VALIDATED, message)]


def _is_never_tried(facts: Facts) -> bool:
    spec = facts.desired.application
    return bool(spec and spec.credentials and spec.credentials.validation is CredentialValidation.NEVER)


def with_restart_intent(resource: Resource, now: datetime) -> dict[str, Any]:
    """Record that a restart will be due, before what needs it is sent."""
    operation = {
        "action": RESTART_JOB,
        "startedAt": write_precise_time(now),
        "servicePrincipalId": resource.service_principal_id,
    }
    return dict(resource.status) | {"operation": operation}


def with_restart_try(resource: Resource) -> dict[str, Any]:
    """Count a restart that is about to be sent, in case its answer is lost."""
    operation = dict(resource.status["operation"]) | {"tries": resource.restart_tries + 1}
    return dict(resource.status) | {"operation": operation}


def without_restart_intent(resource: Resource) -> dict[str, Any]:
    """Forget a restart whose cause surely did not come about."""
    return {name: value for name, value in resource.status.items() if name != "operation"}


def with_unconfirmed_keys(resource: Resource, keys: frozenset[str]) -> dict[str, Any]:
    """Record which keys of others are there, before ours are sent."""
    if not keys:
        return dict(resource.status)
    record = resource.application
    application = replace(record, unconfirmed_keys=record.unconfirmed_keys | keys).write()
    return dict(resource.status) | {"application": application}


def keep_intent(resource: Resource, stored: Resource) -> dict[str, Any]:
    """Lay over a working copy what was stored of a write before it was sent."""
    status = with_unconfirmed_keys(resource, stored.application.unconfirmed_keys)
    return status | {"operation": stored.status["operation"]} if stored.is_restart_due else status


def with_saved_secrets(
    resource: Resource, keys: Collection[str], *, is_validated: bool | None, needs_restart: bool, now: datetime
) -> dict[str, Any]:
    """Remember which keys Graph took. `is_validated` is None when no credentials were among them."""
    record = resource.application
    is_in_force = SYNC_ALL in keys and not needs_restart
    saved = replace(
        record,
        keys=record.keys | frozenset(keys),
        validated=record.validated if is_validated is None else is_validated,
        scope_in_force=wanted_scope(resource) if is_in_force else record.scope_in_force,
        time=write_time(now),
    )
    status = without_restart_intent(resource) if is_in_force else dict(resource.status)
    return status | {"application": saved.write()}


def without_secrets(
    resource: Resource, keys: frozenset[str], *, lost: frozenset[str], is_confirmed: bool
) -> dict[str, Any]:
    """Remember that these keys are no longer ours; `is_confirmed` if what became of the keys of others is known."""
    record = resource.application
    unconfirmed = frozenset[str]() if is_confirmed else record.unconfirmed_keys
    left = replace(record, keys=record.keys - keys, lost_keys=record.lost_keys | lost, unconfirmed_keys=unconfirmed)
    return dict(resource.status) | {"application": left.write()}


def with_restart(resource: Resource) -> dict[str, Any]:
    """Remember that Graph took the restart: what is saved is in force."""
    record = resource.application
    application = replace(record, scope_in_force=wanted_scope(resource) or record.scope_in_force).write()
    return without_restart_intent(resource) | {"application": application}


def with_unknown_restart(resource: Resource) -> dict[str, Any]:
    """Remember that nobody knows which provisioning scope is in force."""
    application = replace(resource.application, scope_in_force=None).write()
    return without_restart_intent(resource) | {"application": application}
