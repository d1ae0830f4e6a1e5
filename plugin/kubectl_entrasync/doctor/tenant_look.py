"""Looks whether this machine can log in to the tenant and reach Graph. It reads one service principal."""

from entrasync.core.decision.errors import EntraSyncError
from kubectl_entrasync.doctor.facts import TenantLook
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.tenant.access import TenantFlags, open_tenant
from kubectl_entrasync.tenant.patience import read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal

_NOBODY = "00000000-0000-0000-0000-000000000000"
"""The object id of no service principal: Graph's answer that it knows none is an answer."""


async def look_at_tenant(flags: TenantFlags) -> TenantLook:
    """Log in, and read from Graph once."""
    try:
        async with open_tenant(flags) as tenant:
            await read_patiently(lambda: tenant.graph.read_service_principal(_NOBODY), tenant.limiter.clock)
            return TenantLook(tenant.tokens.tenant_id)
    except EntraSyncError as error:
        return TenantLook(fault=explain_refusal(error))
    except Failure as failure:
        return TenantLook(fault=str(failure))
