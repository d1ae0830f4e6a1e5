"""What happens to saved credentials when their resource is deleted."""

from entrasync.api.policies import OnCredentialDelete
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import CheckForeignKeys, RemoveSecrets
from entrasync.core.application.lost_keys import explain_blocked_secret_writes, explain_loss
from entrasync.core.application.secret_write import explain_keys_at_risk, may_overwrite, values_that_stay
from entrasync.core.decision.verdicts import Do, Stall, Verdict
from entrasync.core.facts.facts import Facts
from entrasync.core.remote.stored_secrets import NON_CREDENTIAL_KEYS
from entrasync.core.resource.job_resource import Resource


def needs_secret_removal(resource: Resource) -> bool:
    """Whether credentials must be removed with the resource, or keys of others must be checked before it goes."""
    return bool(_removable_keys(resource) or resource.application.unconfirmed_keys or resource.unacknowledged_lost_keys)


def saved_credentials_are_to_be_removed(facts: Facts) -> Verdict | None:
    """Find credentials that onDelete Remove wants removed. If another resource carries spec.application, they stay."""
    keys = _removable_keys(facts.resource)
    if not keys or any(claim.has_application for claim in facts.observed.claims):
        return None
    if facts.observed.secrets_blocked_by:
        return Stall(
            Reason.DELETION_BLOCKED,
            f"The credentials can't be removed yet. {explain_blocked_secret_writes(facts)}{_ABANDON_HINT}",
        )
    spec = facts.desired.application
    known, overwrites = values_that_stay(spec), may_overwrite(spec)
    return Do(RemoveSecrets(facts.service_principal_id, keys, known, overwrites_others=overwrites))


def refuse_removal(resource: Resource, service_principal_id: str, keys: frozenset[str]) -> Stall:
    """Return why credentials are not removed while Graph masks keys of others, which could vanish with them."""
    message = explain_keys_at_risk(service_principal_id, keys)
    if resource.is_deleting:
        return Stall(Reason.DELETION_BLOCKED, f"{message}{_ABANDON_HINT}")
    return Stall(Reason.OTHER_KEYS_AT_RISK, message)


def foreign_keys_are_unconfirmed(facts: Facts) -> Verdict | None:
    """Find keys of others that were not seen since the operator's last write of secrets."""
    return Do(CheckForeignKeys(facts.service_principal_id)) if facts.resource.application.unconfirmed_keys else None


def foreign_secret_is_missed(facts: Facts) -> Verdict | None:
    """Find a secret of others that the operator's write removed. A person must know before the resource goes."""
    if not (lost := facts.resource.unacknowledged_lost_keys):
        return None
    return Stall(Reason.DELETION_BLOCKED, f"{explain_loss(facts.resource, lost)}{_ABANDON_HINT}")


_ABANDON_HINT = ' Or annotate entrasync.io/abandon: "true" to let go at once.'


def _removes_credentials(resource: Resource) -> bool:
    spec = resource.desired.application if resource.desired else None
    return bool(spec and spec.credentials and spec.credentials.on_delete is OnCredentialDelete.REMOVE)


def _removable_keys(resource: Resource) -> frozenset[str]:
    return resource.application.keys - NON_CREDENTIAL_KEYS if _removes_credentials(resource) else frozenset()
