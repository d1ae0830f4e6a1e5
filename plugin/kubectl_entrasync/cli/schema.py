"""`schema export`, `schema diff` and `schema test`: the schema of jobs as code."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from rich.console import RenderableType

from kubectl_entrasync.cli.options import ClusterAndTenantFlags, Command, OutputOption, RecursiveOption, takes_all_flags
from kubectl_entrasync.failure import ExitCode, Failure
from kubectl_entrasync.job_schema.export import ExportFormat, export_schema, find_place, write_config_map, write_yaml
from kubectl_entrasync.job_schema.results import (
    SchemaLook,
    draw_differences,
    draw_tests,
    judge_differences,
    judge_tests,
    list_looks,
    write_looks,
)
from kubectl_entrasync.job_schema.sources import find_documents, read_stored
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.plan.cluster_state import read_cluster
from kubectl_entrasync.plan.planner import make_plan

TABLE = OutputFormat.TABLE

Draw = Callable[[Sequence[SchemaLook]], RenderableType]
Judge = Callable[[Sequence[SchemaLook]], ExitCode]

app = typer.Typer(help="Export, compare and test the schema of jobs.", no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The SynchronizationJob.")]
OptionalNameArgument = Annotated[str | None, typer.Argument(help="The SynchronizationJob, if it is in the cluster.")]
FilesOption = Annotated[
    list[str] | None, typer.Option("--filename", "-f", help="A file, a folder, or - for standard input. Repeatable.")
]
FormatOption = Annotated[ExportFormat, typer.Option("--output", "-o", help="How to print the schema.")]
OfflineOption = Annotated[bool, typer.Option("--offline", help="Read no cluster.")]


@app.command()
@takes_all_flags
def export(flags: ClusterAndTenantFlags, name: NameArgument, *, output: FormatOption = ExportFormat.YAML) -> None:
    """Print the schema that a job has in Graph, also as the ConfigMap that spec.schema.from reads."""
    stored = read_stored(name, flags.cluster)
    schema = asyncio.run(export_schema(flags.tenant, find_place(stored)))
    if output is ExportFormat.JSON:
        typer.echo(json.dumps(schema, indent=2, ensure_ascii=False))
    elif output is ExportFormat.CONFIG_MAP:
        typer.echo(write_config_map(schema, name, stored["metadata"]["namespace"]), nl=False)
    else:
        typer.echo(write_yaml(schema), nl=False)


def _look(
    flags: ClusterAndTenantFlags, name: str | None, files: Sequence[str] | None, *, recursive: bool, offline: bool
) -> list[SchemaLook]:
    if name is not None and offline:
        raise Failure("A name is looked up in the cluster. Leave out --offline, or give files with --filename.")
    documents = find_documents(name, files or (), flags.cluster, recursive=recursive)
    cluster = read_cluster(flags.cluster, is_offline=offline)
    return list_looks(asyncio.run(make_plan(flags.tenant, documents, cluster, always_tests=True)))


def _print(looks: Sequence[SchemaLook], output: OutputFormat, draw: Draw, judge: Judge) -> None:
    if output is TABLE:
        open_console().print(draw(looks))
    else:
        document: dict[str, Any] = write_looks(looks)
        print_document(document, output)
    raise typer.Exit(judge(looks))


def _make_command(draw: Draw, judge: Judge) -> Command:
    """Make a command that looks at the schemas of a resource or of files, and shows what it found in its own way."""

    @takes_all_flags
    def look(
        flags: ClusterAndTenantFlags,
        name: OptionalNameArgument = None,
        filename: FilesOption = None,
        *,
        recursive: RecursiveOption = False,
        offline: OfflineOption = False,
        output: OutputOption = TABLE,
    ) -> None:
        _print(_look(flags, name, filename, recursive=recursive, offline=offline), output, draw, judge)

    return look


app.command("diff", help="Show what spec.schema would change in Graph. Exit code 1: something differs.")(
    _make_command(draw_differences, judge_differences)
)
app.command("test", help="Let Graph run spec.schema.tests. Exit code 1: one of them fails.")(
    _make_command(draw_tests, judge_tests)
)
