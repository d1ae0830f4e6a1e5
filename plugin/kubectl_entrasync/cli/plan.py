"""`plan`: what applying manifests would do in Graph, by reads only."""

import asyncio
from typing import Annotated

import typer

from kubectl_entrasync.cli.options import (
    ClusterAndTenantFlags,
    FilesOption,
    OutputOption,
    RecursiveOption,
    takes_all_flags,
)
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.manifests.sources import read_sources
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.plan.cluster_state import read_cluster
from kubectl_entrasync.plan.planner import make_plan
from kubectl_entrasync.plan.results import judge_plan, write_plan
from kubectl_entrasync.plan.tables import draw_plan

TABLE = OutputFormat.TABLE

OfflineOption = Annotated[bool, typer.Option("--offline", help="Read no cluster: as if none of it were applied yet.")]


@takes_all_flags
def plan(
    flags: ClusterAndTenantFlags,
    filename: FilesOption,
    *,
    recursive: RecursiveOption = False,
    offline: OfflineOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Show what applying manifests would do in Graph. Exit code 1: something would change. 2: it cannot be told."""
    documents = read_sources(filename, recursive=recursive)
    for document in documents:
        if document.fault is not None:
            raise Failure(f"{document.file}:{document.line}: {document.fault} Correct the file.")
    result = asyncio.run(make_plan(flags.tenant, documents, read_cluster(flags.cluster, is_offline=offline)))
    if output is TABLE:
        open_console().print(draw_plan(result))
    else:
        print_document(write_plan(result), output)
    raise typer.Exit(judge_plan(result))
