"""`report`: the fleet as one HTML file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from kubectl_entrasync.cli.options import OutputOption, takes_cluster_flags
from kubectl_entrasync.cluster.access import ClusterFlags, open_access
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.report.content import make_report
from kubectl_entrasync.report.page import render_page

TABLE = OutputFormat.TABLE

_DEFAULT_FILE = "entrasync-report.html"

FileOption = Annotated[
    Path | None, typer.Option("--output-file", help="The file to write.", show_default=_DEFAULT_FILE)
]


@takes_cluster_flags(all_namespaces=True)
def report(flags: ClusterFlags, output_file: FileOption = None, *, output: OutputOption = TABLE) -> None:
    """Write one HTML file about all jobs. It has health, quarantines, trends, and a card for each.

    With --output json or yaml, its data is printed, and no file is written.
    """
    if output_file is not None and output is not TABLE:
        raise Failure(f"--output-file is for the page, and --output {output} prints the data. Give one of them.")
    access = open_access(flags)
    made = make_report(
        Objects(access).list_all(), datetime.now(UTC), context=access.context, namespace=access.namespace
    )
    if output is not TABLE:
        print_document(made.model_dump(by_alias=True), output)
        return
    file = output_file or Path(_DEFAULT_FILE)
    _write(file, render_page(made))
    jobs = f"{made.summary.jobs} job{'' if made.summary.jobs == 1 else 's'}"
    open_console().print(f"Wrote {file}: {jobs}, {made.summary.ill} ill.", markup=False)


def _write(file: Path, page: str) -> None:
    try:
        file.write_bytes(page.encode("utf-8", "replace"))
    except OSError as error:
        raise Failure(
            f"The report cannot be written to {file}: {error.strerror}. Give another file with --output-file."
        ) from error
