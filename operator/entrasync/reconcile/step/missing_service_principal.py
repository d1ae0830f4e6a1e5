"""Finds out whether a service principal is gone.

The directory is asked only after Graph refused a call in a way that may mean so.
"""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, PossiblyReplicating, Refused
from entrasync.core.decision.verdicts import Stall
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.graph import SyncApi


async def diagnose_refusal(api: SyncApi, resource: Resource, error: PossiblyReplicating) -> EntraSyncError:
    """Return what a refusal of a read means: a missing service principal, the refusal itself, or that it is unknown.

    Only a 404 on the service principal itself counts as absence.
    """
    service_principal_id = resource.service_principal_id
    if not error.answer.may_mean_absence or service_principal_id is None:
        return error
    try:
        if await api.has_service_principal(service_principal_id):
            return error
    except PossiblyReplicating as refusal:
        return _cannot_be_told(error, refusal) if error.answer.is_not_found else error
    except EntraSyncError as other:
        return other
    gone = _gone(service_principal_id, api.tenant_id, resource.held_job_id)
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
