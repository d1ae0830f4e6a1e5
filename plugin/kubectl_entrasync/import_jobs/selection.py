"""Which service principals are looked at: all of the tenant, or those that were named."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from entrasync.core.decision.errors import EntraSyncError
from entrasync.graph.service_principals import ServicePrincipal
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.import_jobs.reading import Problem
from kubectl_entrasync.tenant.access import Tenant
from kubectl_entrasync.tenant.patience import read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal

Read = Callable[[str], Awaitable[ServicePrincipal | None]]


@dataclass(frozen=True)
class Selection:
    """What was asked for. Without ids all service principals are looked at; `text` narrows them by display name."""

    object_ids: tuple[str, ...] = ()
    app_ids: tuple[str, ...] = ()
    text: str = ""

    @property
    def names_some(self) -> bool:
        """Whether service principals were named one by one."""
        return bool(self.object_ids or self.app_ids)


async def find_principals(tenant: Tenant, selection: Selection) -> tuple[list[ServicePrincipal], list[Problem]]:
    """Find the service principals, and those named ones that there are not. Raises `Failure`."""
    try:
        if selection.names_some:
            found, problems = await _find_named(tenant, selection)
        else:
            found = list(await read_patiently(tenant.graph.list_service_principals, tenant.limiter.clock))
            found, problems = [each for each in found if not each.is_managed_identity], []
    except EntraSyncError as error:
        raise Failure(explain_refusal(error)) from error
    wanted = selection.text.casefold()
    return [each for each in found if wanted in each.display_name.casefold()], problems


async def _find_named(tenant: Tenant, selection: Selection) -> tuple[list[ServicePrincipal], list[Problem]]:
    graph, clock = tenant.graph, tenant.limiter.clock
    found: dict[str, ServicePrincipal] = {}
    problems = []
    asked: list[tuple[str, Read, str]] = []
    asked += [(each, graph.read_service_principal, "object id") for each in selection.object_ids]
    asked += [(each, graph.read_service_principal_of_app, "app id") for each in selection.app_ids]
    for given, read, kind in asked:
        principal = await read_patiently(partial(read, given), clock)
        if principal is None:
            message = f"The tenant has no service principal with the {kind} {given}. Correct it, or check --tenant."
            problems.append(Problem(given, "", message))
        else:
            found[principal.id] = principal
    return list(found.values()), problems


def find_idle(selection: Selection, principals: list[ServicePrincipal], with_jobs: set[str]) -> list[Problem]:
    """Return the named service principals that have no job."""
    if not selection.names_some:
        return []
    message = "It has no provisioning job. Set provisioning up first, or name another service principal."
    return [Problem(each.id, each.display_name, message) for each in principals if each.id not in with_jobs]
