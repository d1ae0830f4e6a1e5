"""Rules about the secrets that `spec.application` wants Graph to store. Each is named by the fault it finds."""

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.policies import CredentialValidation
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import RemoveSecrets, SaveSecrets
from entrasync.core.application.lost_keys import unacknowledged_loss
from entrasync.core.application.notification_settings import find_changed_settings
from entrasync.core.application.ownership import find_application_claim
from entrasync.core.application.refusal import needs_person, until_next_judgement
from entrasync.core.application.secret_write import (
    SecretWrite,
    explain_keys_at_risk,
    may_overwrite,
    plan_removal,
    plan_save,
)
from entrasync.core.application.wanted_secrets import (
    differing_keys,
    find_leftover_keys,
    has_unreadable_settings,
    wanted_secrets,
)
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.facts.facts import Facts
from entrasync.core.health.ready import runs_on_saved_credentials
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.stored_secrets import NON_CREDENTIAL_KEYS, NOTIFICATION_SETTINGS, SYNC_ALL, SecretValues
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.state import explain_held_back_start, was_never_started


def secrets_are_not_saved(facts: Facts) -> Verdict | None:
    """Find secrets that Graph does not have as spec.application wants them, where a save puts none at risk."""
    spec, seen, job = facts.desired.application, _writable_application(facts), facts.job
    if spec is None or seen is None or job is None:
        return None
    write = plan_save(spec, seen, facts.resource.application)
    if write is None or (not facts.desired.is_observe_only and (write.withheld or _protected_keys(spec, write))):
        return None
    values = write.changed
    drifted = _find_drifted_keys(facts, seen, values)
    return Do(
        SaveSecrets(
            facts.service_principal_id,
            job.id,
            values,
            tried=_credentials_to_try(facts, seen, values),
            along=write.along,
            needs_restart=SYNC_ALL in values and _needs_restart(facts),
            corrects_drift=drifted,
            changed_settings=_find_changed_settings(seen, values) if NOTIFICATION_SETTINGS in drifted else frozenset(),
            overwritten=write.at_risk,
        )
    )


def secrets_are_left_over(facts: Facts) -> Verdict | None:
    """Find credentials that the operator saved and that spec no longer lists."""
    spec, seen = facts.desired.application, _writable_application(facts)
    if spec is None or seen is None or seen.refusal:
        return None
    write = _plan_cleanup(facts, spec, seen)
    if write is None or (not facts.desired.is_observe_only and _protected_keys(spec, write)):
        return None
    keys, known = frozenset(write.changed), _known_values(spec, seen)
    return Do(RemoveSecrets(facts.service_principal_id, keys, known, overwrites_others=may_overwrite(spec)))


def other_keys_are_at_risk(facts: Facts) -> Verdict | None:
    """Find keys of others that Graph masks, which a save could remove for good."""
    spec, seen = facts.desired.application, _writable_application(facts)
    if spec is None or seen is None:
        return None
    write = plan_save(spec, seen, facts.resource.application) or _plan_cleanup(facts, spec, seen)
    if write is None or not (keys := _protected_keys(spec, write)):
        return None
    message = f"{explain_keys_at_risk(facts.service_principal_id, keys)}{explain_held_back_start(facts)}"
    return Stall(Reason.OTHER_KEYS_AT_RISK, message)


def application_is_held_by_another(facts: Facts) -> Verdict | None:
    """Find an older resource that carries spec.application for the same service principal."""
    if facts.desired.application is None or (claim := find_application_claim(facts)) is None:
        return None
    return Stall(
        Reason.CONFLICT,
        f"SynchronizationJob {claim.key} carries spec.application for service principal {facts.service_principal_id} "
        "already, and all jobs of a service principal share it. Nothing of this resource's spec.application is sent: "
        f"take it out here or there.{explain_held_back_start(facts)}",
    )


def secret_is_unreadable(facts: Facts) -> Verdict | None:
    """Find a Kubernetes Secret that is missing, lacks a key or may not be read."""
    seen = facts.observed.application
    if seen is None or seen.credentials.unreadable is None:
        return None
    return Stall(Reason.SECRET_UNREADABLE, seen.credentials.unreadable)


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
            f"saved; what Graph had before stays in force.{_explain_withheld(facts, seen)} Correct the values, or set "
            "credentials.validation to Never for an app whose test does not work.",
        )
    if needs_person(refusal, facts.now):
        return Stall(
            Reason.VALIDATION_FAILED,
            f"Graph could not try the credentials of spec.application since {write_time(refusal.since or facts.now)} "
            f"({words}). None of them was saved; what Graph had before stays in force.{_explain_withheld(facts, seen)} "
            "Check the values and that the application answers Entra, or set credentials.validation to Never for an "
            "app whose test does not work.",
        )
    return Wait(
        Reason.VALIDATION_UNAVAILABLE,
        f"Graph could not try the credentials of spec.application ({words}). None of them was saved. It is tried "
        "again.",
        until_next_judgement(refusal, facts.now),
    )


def _explain_withheld(facts: Facts, seen: ApplicationSeen) -> str:
    """Say that the rest of spec.application waits too, where Graph masks the credentials that are in force."""
    spec = facts.desired.application
    write = plan_save(spec, seen, facts.resource.application) if spec else None
    if write is None or not write.withheld:
        return ""
    return (
        f" {', '.join(sorted(write.changed))} can't be saved either, because Graph may replace all secrets and masks "
        f"{', '.join(sorted(write.withheld))}."
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


def _writable_application(facts: Facts) -> ApplicationSeen | None:
    """Return what was seen of the secrets if some may be written; else None."""
    seen = facts.observed.application
    if seen is None or seen.stored is None or seen.failure or seen.credentials.unreadable:
        return None
    is_held_back = (
        find_application_claim(facts) or facts.observed.secrets_blocked_by or unacknowledged_loss(facts) or seen.missing
    )
    return None if is_held_back and not facts.desired.is_observe_only else seen


def saved_secrets_were_not_taken(facts: Facts) -> Verdict | None:
    """Find secrets that Graph accepted and still does not show after the replication bound. It ignores them."""
    seen = facts.observed.application
    if seen is None or not seen.untaken:
        return None
    return Stall(
        Reason.SECRETS_NOT_TAKEN,
        f"Graph accepted {', '.join(sorted(seen.untaken))} of service principal {facts.service_principal_id} and does "
        "not show that. Check on the Provisioning page of the enterprise application which values its connector takes, "
        "then correct or remove these in spec.application: the same values are not sent again."
        f"{explain_held_back_start(facts)}",
    )


def _protected_keys(spec: ApplicationSpec, write: SecretWrite) -> frozenset[str]:
    return frozenset() if may_overwrite(spec) else write.at_risk


def _plan_cleanup(facts: Facts, spec: ApplicationSpec, seen: ApplicationSeen) -> SecretWrite | None:
    keys = find_leftover_keys(spec, seen, facts.resource.application)
    if not keys or seen.refusal:
        return None
    return plan_removal(seen.stored or SecretValues(), keys, _known_values(spec, seen))


def _known_values(spec: ApplicationSpec, seen: ApplicationSeen) -> SecretValues:
    return wanted_secrets(spec, seen.credentials.values, seen.stored or SecretValues()).only(seen.saved)


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
