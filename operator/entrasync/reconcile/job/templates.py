"""Checks which templates a service principal offers. Graph is asked only when it refused a create.

A factory tag is looked up in `reconcile/name_lookup.py`.
"""

from collections.abc import Iterable

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, PossiblyReplicating, Refused
from entrasync.core.decision.verdicts import Stall
from entrasync.core.job.actions import CreateJob
from entrasync.core.remote.templates import describe_offer
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.graph import SyncApi


async def explain_refusal(api: SyncApi, action: CreateJob, error: EntraSyncError) -> EntraSyncError:
    """Return what a refused create means, with the templates that are offered. A good create costs no call.

    Graph answers 400 for a template that is not offered, and 401 or 403 also for an app that has no provisioning.
    """
    if not _may_be_the_template(error):
        return error
    try:
        offered = await _list_offered(api, action)
    except EntraSyncError:
        return error  # the refusal of the create says more than that of the list
    if isinstance(error, Refused):
        return error if action.template_id in offered else Halted(_not_offered(action, offered))
    return _with_templates(error, action, offered) if isinstance(error, PossiblyReplicating) else error


async def check_template_is_offered(api: SyncApi, action: CreateJob) -> None:
    """Raise `Halted` with what is offered when the template is not. Raises what `SyncApi` raises."""
    offered = await _list_offered(api, action)
    if action.template_id not in offered:
        raise Halted(_not_offered(action, offered))


async def _list_offered(api: SyncApi, action: CreateJob) -> frozenset[str]:
    return frozenset(template.id for template in await api.list_templates(action.service_principal_id))


def _may_be_the_template(error: EntraSyncError) -> bool:
    if isinstance(error, Refused):
        return error.answer.is_bad_request
    return isinstance(error, PossiblyReplicating) and error.reason is Reason.PERMISSION_MISSING


def _with_templates(error: PossiblyReplicating, action: CreateJob, offered: frozenset[str]) -> EntraSyncError:
    """Say Graph's own words, then the templates, then what was said of permissions. It may still be replication."""
    settled = error.settled
    if not isinstance(settled, Refused):
        return error
    is_offered = action.template_id in offered
    templates = (
        f"Service principal {action.service_principal_id} offers the template {action.template_id}, "
        "so the template is not the cause."
        if is_offered
        else _not_offered(action, offered).message
    )
    reason = settled.reason if is_offered else Reason.TEMPLATE_NOT_OFFERED
    told = Refused(reason, f"{settled.words} {templates}", answer=settled.answer, advice=settled.advice)
    return PossiblyReplicating(told, answer=error.answer)


def _not_offered(action: CreateJob, offered: Iterable[str]) -> Stall:
    return Stall(
        Reason.TEMPLATE_NOT_OFFERED,
        f"Service principal {action.service_principal_id} does not offer template {action.template_id}. "
        + describe_offer(offered),
    )


def was_not_offered(resource: Resource) -> bool:
    """Whether this generation of the spec was refused for its template. Asking first then avoids another refusal."""
    return resource.has_current_status and any(
        condition.reason == Reason.TEMPLATE_NOT_OFFERED and condition.is_true
        for condition in resource.record.conditions.values()
    )
