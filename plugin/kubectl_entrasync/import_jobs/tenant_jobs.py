"""Reads all that an import takes over of a tenant."""

from dataclasses import dataclass

from kubectl_entrasync.import_jobs.reading import FoundPrincipal, JobReader, Problem
from kubectl_entrasync.import_jobs.selection import Selection, find_idle, find_principals
from kubectl_entrasync.output.read_progress import show_read_progress
from kubectl_entrasync.tenant.access import TenantFlags, open_tenant


@dataclass(frozen=True)
class TenantJobs:
    """The service principals with jobs, and what could not be read."""

    tenant_id: str
    found: list[FoundPrincipal]
    problems: list[Problem]
    looked_at: int
    """How many service principals were looked at."""
    graph_calls: int
    unread: int = 0
    """How many of these were not read, because Graph had stopped answering."""


async def read_tenant(flags: TenantFlags, selection: Selection, *, with_schema: bool) -> TenantJobs:
    """Log in and read, with a progress bar. Raises `Failure`."""
    async with open_tenant(flags) as tenant:
        # After the login, which may ask the person to enter a code.
        with show_read_progress("Listing service principals") as progress:
            principals, missing = await find_principals(tenant, selection)
            reader = JobReader(tenant, with_schema=with_schema, progress=progress)
            await reader.read_all(principals)
            settled = {each.principal.id for each in reader.found}
            settled |= {each.service_principal for each in reader.problems} | {each.id for each in reader.unread}
            problems = [*missing, *reader.problems, *find_idle(selection, principals, settled)]
            return TenantJobs(
                tenant.tokens.tenant_id,
                reader.found,
                problems,
                looked_at=len(principals),
                graph_calls=tenant.counted.calls,
                unread=len(reader.unread),
            )
