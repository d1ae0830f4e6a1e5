"""`get` and `status`: the fleet, sorted by urgency."""

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.live import Live

from kubectl_entrasync.cli.options import OutputOption, takes_cluster_flags
from kubectl_entrasync.cluster.access import ClusterFlags, open_access
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.failure import ExitCode, Failure
from kubectl_entrasync.fleet.job_row import JobRow, read_row, read_rows, sort_rows
from kubectl_entrasync.fleet.screen import fit_screen
from kubectl_entrasync.fleet.summary import judge_fleet, write_fleet
from kubectl_entrasync.fleet.tables import draw_fleet, draw_status
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document

Draw = Callable[..., RenderableType]

TABLE = OutputFormat.TABLE

NameArgument = Annotated[str | None, typer.Argument(help="The SynchronizationJob. Without it: all of them.")]
WatchOption = Annotated[bool, typer.Option("--watch", "-w", help="Go on, and show each change.")]


@takes_cluster_flags(all_namespaces=True)
def get(
    flags: ClusterFlags,
    name: NameArgument = None,
    *,
    watch: WatchOption = False,
    output: OutputOption = TABLE,
) -> None:
    """List the jobs, the most urgent first. Exit code 1: one of them is ill."""
    _show(flags, name, draw_fleet, watch=watch, output=output)


@takes_cluster_flags(all_namespaces=True)
def status(
    flags: ClusterFlags,
    name: NameArgument = None,
    *,
    watch: WatchOption = False,
    output: OutputOption = TABLE,
) -> None:
    """Tell what is the matter with ill jobs and what to do. Exit code 1: there is one."""
    _show(flags, name, draw_status, watch=watch, output=output)


def _show(flags: ClusterFlags, name: str | None, draw: Draw, *, watch: bool, output: OutputFormat) -> None:
    if name is not None and flags.is_all_namespaces:
        raise Failure("A name and --all-namespaces exclude each other. Give the namespace of the job with --namespace.")
    objects = Objects(open_access(flags))
    if watch:
        if output is not OutputFormat.TABLE:
            raise Failure("--watch shows a table. Leave out --output, or read once without --watch.")
        raise typer.Exit(_follow(objects, name, draw))
    rows = [read_row(objects.read(name))] if name is not None else sort_rows(objects.read_all(read_row))
    if output is OutputFormat.TABLE:
        open_console().print(_draw(objects, rows, draw))
    else:
        print_document(write_fleet(rows), output)
    raise typer.Exit(judge_fleet(rows))


def _follow(objects: Objects, name: str | None, draw: Draw) -> ExitCode:
    """Show each change until the person ends it. Returns how the fleet was then."""
    rows: list[JobRow] = []
    console = open_console()
    try:
        with Live(console=console, auto_refresh=False, screen=console.is_terminal) as live:
            for documents in objects.follow():
                meant = [each for each in documents if name in (None, each["metadata"]["name"])]
                rows = read_rows(meant)
                if console.is_terminal:
                    live.update(fit_screen(console, partial(_draw, objects, rows, draw)), refresh=True)
                else:
                    console.print(_draw(objects, rows, draw))
                    sys.stdout.flush()
    except KeyboardInterrupt:
        console.print(_draw(objects, rows, draw))
    return judge_fleet(rows)


def _draw(objects: Objects, rows: Sequence[JobRow], draw: Draw, most: int | None = None) -> RenderableType:
    """Draw all rows, or so many of them as a screen has lines."""
    if not rows:
        where = "any namespace" if objects.access.namespace is None else f"namespace {objects.access.namespace}"
        return f"There are no SynchronizationJobs in {where}."
    return draw(rows, datetime.now(UTC), with_namespace=objects.access.namespace is None, most=most)
