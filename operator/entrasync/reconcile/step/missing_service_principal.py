"""Has the service principal gone? Asked of the directory only after a refusal that may mean so."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, PossiblyReplicating, Refused, Stalled
from entrasync.reconcile.ports.graph import SyncApi

MAY_MEAN_ABSENCE = frozenset({401, 403, 404})
"""What Graph answers where it knows no such service principal: 404, or 401 without words (docs/graph-facts.md, 6)."""

NOT_FOUND = 404


async def explain(
    api: SyncApi, error: PossiblyReplicating, *, service_principal_id: str, job_id: str | None
) -> EntraSyncError:
    """Return what a refusal means: the service principal has gone, or what it says, or that it cannot be told.

    `job_id` is the job that was held there. Only a 404 on the service principal itself counts as absence.
    """
    if error.answer.status not in MAY_MEAN_ABSENCE:
        return error
    try:
        if await api.has_service_principal(service_principal_id):
            return error
    except PossiblyReplicating as refusal:
        return _cannot_be_told(error, refusal) if error.answer.status == NOT_FOUND else error
    except EntraSyncError as other:
        return other
    return PossiblyReplicating(_gone(service_principal_id, api.tenant_id, job_id), answer=error.answer)


def _gone(service_principal_id: str, tenant_id: str, job_id: str | None) -> Stalled:
    if job_id is not None:
        return Stalled(
            Reason.SERVICE_PRINCIPAL_NOT_FOUND,
            f"Tenant {tenant_id} has no service principal with object id {service_principal_id} any more, and job "
            f"{job_id} went with it. Nothing is created in its place, whatever spec.onMissing says: restore the "
            "enterprise application, or delete this resource.",
        )
    return Stalled(
        Reason.SERVICE_PRINCIPAL_NOT_FOUND,
        f"Tenant {tenant_id} has no service principal with object id {service_principal_id}. "
        "spec.servicePrincipal.objectId takes the Object ID of the enterprise application (not of the app "
        "registration, and not the application id).",
    )


def _cannot_be_told(error: PossiblyReplicating, refusal: PossiblyReplicating) -> PossiblyReplicating:
    settled = Refused(
        Reason.REQUEST_REFUSED,
        f"{error.message}. Whether the service principal has gone cannot be told: {refusal.message}",
        answer=error.answer,
    )
    return PossiblyReplicating(settled, answer=error.answer)
