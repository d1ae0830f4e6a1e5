"""Checks which templates a service principal offers. Graph is asked only when a create was refused for its template.

A factory tag is looked up in `reconcile/controller/resolver.py`.
"""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, Refused
from entrasync.core.decision.verdicts import Stall
from entrasync.core.job.actions import CreateJob
from entrasync.core.remote.templates import describe_offer
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.graph import SyncApi


async def check_template_after_refusal(api: SyncApi, action: CreateJob, error: EntraSyncError) -> None:
    """Raise `Halted` when a create was refused because its template is not offered. A good template costs no call."""
    if not isinstance(error, Refused) or not error.answer.is_bad_request:
        return
    try:
        await check_template_is_offered(api, action)
    except Halted as refusal:
        if refusal.reason is Reason.TEMPLATE_NOT_OFFERED:
            raise refusal from error
    except EntraSyncError:
        return  # the refusal of the create says more than that of the list


async def check_template_is_offered(api: SyncApi, action: CreateJob) -> None:
    """Raise `Halted` with what is offered when the template is not. Raises what `SyncApi` raises."""
    offered = {template.id for template in await api.list_templates(action.service_principal_id)}
    if action.template_id in offered:
        return
    raise Halted(
        Stall(
            Reason.TEMPLATE_NOT_OFFERED,
            f"Service principal {action.service_principal_id} does not offer template {action.template_id}. "
            + describe_offer(offered),
        )
    )


def was_not_offered(resource: Resource) -> bool:
    """Whether this generation of the spec was refused for its template. Asking first then avoids another refusal."""
    return resource.has_current_status and any(
        condition.reason == Reason.TEMPLATE_NOT_OFFERED and condition.is_true
        for condition in resource.record.conditions.values()
    )
