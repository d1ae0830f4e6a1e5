"""Rules about the secrets that `spec.application` wants Graph to store. Each is named by the fault it finds."""

from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from entrasync.api.policies import CredentialValidation
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import ForgetAcknowledgement, RemoveSecrets, SaveSecrets
from entrasync.core.application.notification_settings import find_changed_settings
from entrasync.core.application.ownership import find_application_claim
from entrasync.core.application.wanted_secrets import (
    differing_keys,
    find_leftover_keys,
    has_unreadable_settings,
    secrets_to_send,
)
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.facts.facts import Facts
from entrasync.core.health.ready import runs_on_saved_credentials
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.remote.stored_secrets import NON_CREDENTIAL_KEYS, NOTIFICATION_SETTINGS, SYNC_ALL, SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.state import was_never_started


def acknowledgement_is_outdated(facts: Facts) -> Verdict | None:
    """Find an acknowledgement that was given before the loss, so that nobody has looked at this loss yet."""
    seen = facts.observed.application
    if seen is None or not seen.lost or not facts.resource.has_acknowledged_loss:
        return None
    return Do(ForgetAcknowledgement())


def secrets_are_not_saved(facts: Facts) -> Verdict | None:
    """Find secrets that Graph does not have as spec.application wants them. Only those that spec names are sent."""
    spec, seen, job = facts.desired.application, _writable_application(facts), facts.job
    if spec is None or seen is None or job is None:
        return None
    values = secrets_to_send(spec, seen, facts.resource.application)
    if seen.refusal:
        values = values.only(NON_CREDENTIAL_KEYS)
    if not values:
        return None
    drifted = _find_drifted_keys(facts, seen, values)
    return Do(
        SaveSecrets(
            facts.service_principal_id,
            job.id,
            values,
            tried=_credentials_to_try(facts, seen, values),
            needs_restart=SYNC_ALL in values and _needs_restart(facts),
            corrects_drift=drifted,
            changed_settings=_find_changed_settings(seen, values) if NOTIFICATION_SETTINGS in drifted else frozenset(),
        )
    )


def secrets_are_left_over(facts: Facts) -> Verdict | None:
    """Find credentials that the operator saved and that spec no longer lists."""
    spec, seen = facts.desired.application, _writable_application(facts)
    if spec is None or seen is None or seen.refusal:
        return None
    if not (keys := find_leftover_keys(spec, seen, facts.resource.application)):
        return None
    return Do(RemoveSecrets(facts.service_principal_id, keys))


def application_is_held_by_another(facts: Facts) -> Verdict | None:
    """Find an older resource that carries spec.application for the same service principal."""
    if facts.desired.application is None or (claim := find_application_claim(facts)) is None:
        return None
    return Stall(
        Reason.CONFLICT,
        f"SynchronizationJob {claim.key} carries spec.application for service principal {facts.service_principal_id} "
        "already, and all jobs of a service principal share it. Nothing of this resource's spec.application is sent: "
        "take it out here or there.",
    )


def secret_is_unreadable(facts: Facts) -> Verdict | None:
    """Find a Kubernetes Secret that is missing, lacks a key or may not be read."""
    seen = facts.observed.application
    if seen is None or seen.credentials.unreadable is None:
        return None
    return Stall(Reason.SECRET_UNREADABLE, seen.credentials.unreadable)


def foreign_secrets_do_not_show(facts: Facts) -> Verdict | None:
    """Find secrets of others that Graph does not show after a write of the operator. The read may be stale."""
    seen = facts.observed.application
    if seen is None or not seen.missing:
        return None
    return Wait(Reason.WAITING_FOR_REPLICATION, explain_missing(facts.resource, seen.missing), STALE_READ_DELAY)


def foreign_secret_was_lost(facts: Facts) -> Verdict | None:
    """Find that a write of the operator removed a secret of others, and that nobody has acknowledged it yet."""
    lost = unacknowledged_loss(facts)
    return Stall(Reason.FOREIGN_SECRET_LOST, explain_loss(facts.resource, lost)) if lost else None


def secret_writes_are_blocked(facts: Facts) -> Verdict | None:
    """Find something to write while another resource of the tenant reports ForeignSecretLost."""
    blocker, seen, spec = facts.observed.secrets_blocked_by, facts.observed.application, facts.desired.application
    if blocker is None or seen is None or spec is None or seen.stored is None:
        return None
    record = facts.resource.application
    if not secrets_to_send(spec, seen, record) and not find_leftover_keys(spec, seen, record):
        return None
    return Stall(Reason.FOREIGN_SECRET_LOST, explain_blocked_secret_writes(facts))


def secrets_could_not_be_read(facts: Facts) -> Verdict | None:
    """Find that Graph did not show its secrets, so that nothing may be written."""
    seen = facts.observed.application
    if seen is None or seen.failure is None:
        return None
    return seen.failure.judge(young_until=facts.young_until, now=facts.now)


def notification_settings_cannot_be_merged(facts: Facts) -> Verdict | None:
    """Find notification settings of others that Graph masks or that are no JSON. To save spec's would remove them."""
    spec, seen = facts.desired.application, facts.observed.application
    if spec is None or seen is None or not has_unreadable_settings(spec, seen):
        return None
    return Stall(
        Reason.SETTINGS_UNREADABLE,
        f"{NOTIFICATION_SETTINGS} of service principal {facts.service_principal_id} can't be read: Graph shows no JSON "
        "object. What others have put there would be lost, so nothing is written over it. Set the mail address and the "
        "protection against accidental deletions anew on the Provisioning page of the enterprise application, or take "
        "spec.application.notifications and accidentalDeletions out.",
    )


def credentials_were_refused(facts: Facts) -> Verdict | None:
    """Find credentials that Graph refused, or could not try, and without which the job cannot run."""
    return None if runs_on_saved_credentials(facts) else _judge_refusal(facts)


def new_credentials_were_refused(facts: Facts) -> Verdict | None:
    """Find refused credentials of a job that runs on those that Graph has.

    These stay in force, and nothing waits for it.
    """
    return _judge_refusal(facts) if runs_on_saved_credentials(facts) else None


def _judge_refusal(facts: Facts) -> Verdict | None:
    seen = facts.observed.application
    if seen is None or (refusal := seen.refusal) is None:
        return None
    words = f"{refusal.code}: {refusal.message}".strip(": ").rstrip(".")
    if refusal.is_verdict:
        return Stall(
            Reason.VALIDATION_FAILED,
            f"Graph tried the credentials of spec.application and refused them ({words}). None of them was "
            "saved; what Graph had before stays in force. Correct the values, or set credentials.validation to Never "
            "for an app whose test does not work.",
        )
    return Wait(
        Reason.VALIDATION_UNAVAILABLE,
        f"Graph could not try the credentials of spec.application ({words}). None of them was saved; tried again.",
        refusal.retry_at - facts.now,
    )


def saved_secrets_do_not_show(facts: Facts) -> Verdict | None:
    """Find secrets that Graph accepted and does not show yet. The read may be older than the write."""
    seen = facts.observed.application
    if seen is None or not seen.pending:
        return None
    return Wait(
        Reason.WAITING_FOR_REPLICATION,
        f"Graph took {', '.join(sorted(seen.pending))} of service principal {facts.service_principal_id} and does not "
        "show that yet.",
        STALE_READ_DELAY,
    )


def unacknowledged_loss(facts: Facts) -> frozenset[str]:
    """Return the keys of others that writes of the operator removed and that nobody has acknowledged."""
    seen = facts.observed.application
    known = facts.resource.unacknowledged_lost_keys
    return (known - seen.returned) | seen.lost if seen else known


def explain_missing(resource: Resource, missing: frozenset[str]) -> str:
    """Describe the keys that do not show after a write of the operator and may be lost."""
    return (
        f"After the operator wrote its secrets of service principal {resource.service_principal_id}, Graph does not "
        f"show {', '.join(sorted(missing))}, which somebody else had put there. It is looked at again before that "
        "counts as lost; nothing is saved meanwhile."
    )


def explain_loss(resource: Resource, lost: frozenset[str]) -> str:
    """Describe what vanished and what to do. Only names are repeated."""
    return (
        f"When the operator saved its secrets of service principal {resource.service_principal_id}, "
        f"{', '.join(sorted(lost))} vanished, which somebody else had put there (or took away at that moment). The "
        "operator never knew the value and can't restore it: enter it again on the Provisioning page of the "
        "enterprise application, or give it in spec.application.credentials, or see that it is not needed. Then "
        f'annotate this resource with {FOREIGN_SECRET_ANNOTATION}: "true". Until then, or until it shows again, no '
        f"secret is written in tenant {resource.pinned_tenant_id or 'of this resource'}."
    )


def explain_blocked_secret_writes(facts: Facts) -> str:
    """Name the resource that blocks writes of secrets, and where to read more."""
    return (
        f"No secret is written in tenant {facts.observed.tenant_id}: SynchronizationJob "
        f"{facts.observed.secrets_blocked_by} says ForeignSecretLost. What to do stands there; it is lifted by an "
        "annotation on that resource."
    )


def _writable_application(facts: Facts) -> ApplicationSeen | None:
    """Return what was seen of the secrets if some may be written; else None."""
    seen = facts.observed.application
    if seen is None or seen.stored is None or seen.failure or seen.credentials.unreadable:
        return None
    is_held_back = (
        find_application_claim(facts) or facts.observed.secrets_blocked_by or unacknowledged_loss(facts) or seen.missing
    )
    return None if is_held_back and not facts.desired.is_observe_only else seen


def _credentials_to_try(facts: Facts, seen: ApplicationSeen, values: SecretValues) -> SecretValues | None:
    """Return all credentials if any is sent: Graph masks those it has, and tries only what it is given."""
    spec = facts.desired.application
    credentials = spec.credentials if spec else None
    if credentials is None or credentials.validation is CredentialValidation.NEVER:
        return None
    return seen.credentials.values if values.keys() - NON_CREDENTIAL_KEYS else None


def _find_drifted_keys(facts: Facts, seen: ApplicationSeen, values: SecretValues) -> frozenset[str]:
    """Return the keys whose value was as wanted until somebody changed it in Graph."""
    record = facts.resource.application
    if not record.covers(facts.resource.generation, seen.credentials.sources):
        return frozenset()
    return differing_keys(values, seen)


def _find_changed_settings(seen: ApplicationSeen, values: SecretValues) -> frozenset[str]:
    found = (seen.stored or SecretValues()).get(NOTIFICATION_SETTINGS, "")
    return find_changed_settings(found, values[NOTIFICATION_SETTINGS])


def _needs_restart(facts: Facts) -> bool:
    """Whether saving this scope needs a restart.

    A new job needs none, nor does a scope that is wanted again before the restart for another one was sent.
    """
    resource = facts.resource
    has_gone_back = resource.application.scope_in_force == wanted_scope(resource)
    is_still_due = resource.is_restart_due and not resource.restart_tries
    return not was_never_started(facts) and not (is_still_due and has_gone_back)


def wanted_scope(resource: Resource) -> str | None:
    """Return the provisioning scope that spec wants, as `status.application` writes it."""
    spec = resource.desired.application if resource.desired else None
    return spec.provisioning_scope.value if spec and spec.provisioning_scope else None
