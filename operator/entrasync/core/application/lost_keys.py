"""Rules about keys of others that a write of ours removed. Each is named by the fault it finds."""

from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import ForgetAcknowledgement
from entrasync.core.application.wanted_secrets import find_leftover_keys, secrets_to_send
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.resource.job_resource import Resource


def acknowledgement_is_outdated(facts: Facts) -> Verdict | None:
    """Find an acknowledgement that was given before the loss, so that nobody has looked at this loss yet."""
    seen = facts.observed.application
    if seen is None or not seen.lost or not facts.resource.has_acknowledged_loss:
        return None
    return Do(ForgetAcknowledgement())


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
    """Find something to write while other resources report ForeignSecretLost.

    One on the same service principal is enough, or two service principals of the tenant.
    """
    blocker, seen, spec = facts.observed.secrets_blocked_by, facts.observed.application, facts.desired.application
    if blocker is None or seen is None or spec is None or seen.stored is None:
        return None
    record = facts.resource.application
    if not secrets_to_send(spec, seen, record) and not find_leftover_keys(spec, seen, record):
        return None
    return Stall(Reason.FOREIGN_SECRET_LOST, explain_blocked_secret_writes(facts))


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
        "secret is written on this service principal, and after a loss on a second one none in tenant "
        f"{resource.pinned_tenant_id or 'of this resource'}."
    )


def explain_blocked_secret_writes(facts: Facts) -> str:
    """Name the resource that blocks writes of secrets, and where to read more."""
    return (
        f"No secret of service principal {facts.service_principal_id} is written: SynchronizationJob "
        f"{facts.observed.secrets_blocked_by} says ForeignSecretLost. Do what that resource says, and "
        "annotate it."
    )
