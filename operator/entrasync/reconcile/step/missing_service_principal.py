"""Finds out whether a service principal is gone.

The directory is asked only after Graph refused a call in a way that may mean so.
"""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, PossiblyReplicating, Refused
from entrasync.core.decision.verdicts import Stall
from entrasync.reconcile.step.context import Context


async def diagnose_refusal(context: Context, error: PossiblyReplicating) -> EntraSyncError:
    """Return what a refusal in a pass means: a missing service principal, the refusal itself, or that it is unknown.

    Only a 404 on the service principal itself counts as absence.
    """
    if not error.answer.may_mean_absence:
        return error
    api = context.graph
    try:
        if await api.has_service_principal(context.service_principal_id):
            return error
    except PossiblyReplicating as refusal:
        return _cannot_be_told(error, refusal) if error.answer.is_not_found else error
    except EntraSyncError as other:
        return other
    gone = _gone(context.service_principal_id, api.tenant_id, context.resource.held_job_id)
    return PossiblyReplicating(gone, answer=error.answer)


def _gone(service_principal_id: str, tenant_id: str, job_id: str | None) -> Halted:
    if job_id is not None:
        return Halted(
            Stall(
                Reason.SERVICE_PRINCIPAL_NOT_FOUND,
                f"Tenant {tenant_id} has no service principal with object id {service_principal_id} any more, and job "
                f"{job_id} went with it. Nothing is created in its place, whatever spec.onMissing says: restore the "
                "enterprise application, or delete this resource.",
            )
        )
    return Halted(
        Stall(
            Reason.SERVICE_PRINCIPAL_NOT_FOUND,
            f"Tenant {tenant_id} has no service principal with object id {service_principal_id}. "
            "Set spec.servicePrincipal.objectId to the Object ID of the enterprise application (not of the app "
            "registration, and not the application id).",
        )
    )


def _cannot_be_told(error: PossiblyReplicating, refusal: PossiblyReplicating) -> PossiblyReplicating:
    settled = Refused(
        Reason.REQUEST_REFUSED,
        f"{error.message} Whether the service principal has gone cannot be told: {refusal.message}",
        answer=error.answer,
    )
    return PossiblyReplicating(settled, answer=error.answer)
