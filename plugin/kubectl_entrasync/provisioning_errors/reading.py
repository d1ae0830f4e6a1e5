"""Reads the failures of a job from Graph."""

from datetime import datetime

from entrasync.core.decision.errors import EntraSyncError
from entrasync.graph.provisioning_log import FailureListing
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.tenant.access import Tenant
from kubectl_entrasync.tenant.patience import read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal, is_absence

_PERMISSIONS = (
    "Reading the provisioning log takes the Graph permissions AuditLog.Read.All and Directory.Read.All, and a tenant "
    "with Microsoft Entra ID P1 or P2. A person needs a role besides, such as Reports Reader."
)


async def read_failures(tenant: Tenant, job_id: str, since: datetime, *, most: int) -> FailureListing:
    """Read what failed in a job since a time. Raises `Failure`."""
    try:
        return await read_patiently(lambda: tenant.graph.list_failures(job_id, since, most=most), tenant.limiter.clock)
    except EntraSyncError as error:
        raise Failure(explain_refusal(error, _PERMISSIONS)) from error


async def find_job_id(tenant: Tenant, service_principal: str) -> str:
    """Find the one job of a service principal. Raises `Failure`."""
    try:
        listing = await read_patiently(lambda: tenant.graph.list_jobs(service_principal), tenant.limiter.clock)
    except EntraSyncError as error:
        if not is_absence(error):
            raise Failure(explain_refusal(error)) from error
        raise Failure(
            f"The tenant has no service principal {service_principal}. Correct --service-principal, or check --tenant."
        ) from error
    if len(listing.jobs) == 1:
        return listing.jobs[0].id
    if not listing.jobs:
        raise Failure(f"The service principal {service_principal} has no provisioning job. Name another one.")
    ids = ", ".join(sorted(job.id for job in listing.jobs))
    raise Failure(f"The service principal {service_principal} has several jobs. Name one with --job-id: {ids}.")
