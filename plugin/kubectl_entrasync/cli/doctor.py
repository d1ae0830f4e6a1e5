"""`doctor`: one look at everything."""

import asyncio
from dataclasses import replace

import typer

from kubectl_entrasync.cli.options import ClusterAndTenantFlags, OutputOption, takes_all_flags
from kubectl_entrasync.cluster.access import open_access
from kubectl_entrasync.doctor.checkup import draw_checkup, examine, judge_checkup, write_checkup
from kubectl_entrasync.doctor.gathering import gather_facts
from kubectl_entrasync.doctor.tenant_look import look_at_tenant
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document


@takes_all_flags
def doctor(flags: ClusterAndTenantFlags, *, output: OutputOption = OutputFormat.TABLE) -> None:
    """Check the whole installation, and say what mends it. Exit code 1: an error.

    With --tenant or --login, the login and Graph are checked from this machine too.
    """
    cluster = replace(flags.cluster, is_all_namespaces=flags.cluster.namespace is None)
    access = open_access(cluster)
    wants_tenant = flags.tenant.tenant is not None or flags.tenant.login is not None
    tenant = asyncio.run(look_at_tenant(flags.tenant)) if wants_tenant else None
    results = examine(gather_facts(access, tenant))
    if output is OutputFormat.TABLE:
        open_console().print(draw_checkup(results), crop=False)
    else:
        print_document(write_checkup(results), output)
    raise typer.Exit(judge_checkup(results))
