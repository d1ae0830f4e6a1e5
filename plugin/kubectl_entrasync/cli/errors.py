"""`errors`: what failed in a job, by cause."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from entrasync.core.record.job_record import read_record
from kubectl_entrasync.cli.options import ClusterAndTenantFlags, OutputOption, takes_all_flags
from kubectl_entrasync.cluster.access import ClusterFlags, open_access
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.failure import ExitCode, Failure
from kubectl_entrasync.output.ages import parse_since
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.provisioning_errors.groups import group_failures
from kubectl_entrasync.provisioning_errors.reading import find_job_id, read_failures
from kubectl_entrasync.provisioning_errors.summary import ErrorSummary, draw_errors, write_errors
from kubectl_entrasync.tenant.access import TenantFlags, open_tenant

NameArgument = Annotated[str | None, typer.Argument(help="The SynchronizationJob.")]
JobIdOption = Annotated[str | None, typer.Option("--job-id", help="The id of a job, without a cluster.")]
PrincipalOption = Annotated[
    str | None, typer.Option("--service-principal", help="The object id of a service principal with one job.")
]
SinceOption = Annotated[str, typer.Option("--since", help="How far back, such as 90m, 24h, 7d or a time.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=20_000, help="The most failures to read.")]
PeopleOption = Annotated[bool, typer.Option("--show-people", help="Show names, addresses and ids of people.")]


@takes_all_flags
def errors(
    flags: ClusterAndTenantFlags,
    name: NameArgument = None,
    *,
    job_id: JobIdOption = None,
    service_principal: PrincipalOption = None,
    since: SinceOption = "24h",
    limit: LimitOption = 2000,
    show_people: PeopleOption = False,
    output: OutputOption = OutputFormat.TABLE,
) -> None:
    """Tell what failed in a job, by cause. The source is the provisioning log of Entra. Exit code 1: something did."""
    if sum(each is not None for each in (name, job_id, service_principal)) != 1:
        raise Failure("Name one job: by the name of its resource, by --job-id, or by --service-principal.")
    now = datetime.now(UTC)
    begin = parse_since(since, now)
    known = job_id or (_read_job_id(flags.cluster, name) if name is not None else None)
    summary = asyncio.run(
        _summarize(flags.tenant, known, service_principal or "", since=begin, most=limit, shows_people=show_people)
    )
    if output is OutputFormat.TABLE:
        open_console().print(draw_errors(summary))
    else:
        print_document(write_errors(summary), output)
    raise typer.Exit(ExitCode.ILL if summary.groups else ExitCode.WELL)


def _read_job_id(flags: ClusterFlags, name: str) -> str:
    document = Objects(open_access(flags)).read(name)
    job_id = read_record(document.get("status")).job_id or (document.get("spec") or {}).get("jobId")
    if not job_id:
        raise Failure(
            f"The SynchronizationJob {name} holds no job yet. `kubectl entrasync describe {name}` says why, or name a "
            "job with --job-id."
        )
    return str(job_id)


async def _summarize(
    flags: TenantFlags, job_id: str | None, service_principal: str, *, since: datetime, most: int, shows_people: bool
) -> ErrorSummary:
    async with open_tenant(flags) as tenant:
        found = job_id or await find_job_id(tenant, service_principal)
        listing = await read_failures(tenant, found, since, most=most)
    groups = group_failures(listing.failures)
    return ErrorSummary(found, since, datetime.now(UTC), groups, listing.is_complete, shows_people)
