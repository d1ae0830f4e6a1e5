"""`validate`: manifests without a cluster, by the CRDs' schemas and rules."""

import typer

from kubectl_entrasync.cli.options import FilesOption, OutputOption, RecursiveOption
from kubectl_entrasync.manifests.sources import read_sources
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document
from kubectl_entrasync.validation.results import check_documents, draw_check, judge_check, write_check

TABLE = OutputFormat.TABLE


def validate(filename: FilesOption, *, recursive: RecursiveOption = False, output: OutputOption = TABLE) -> None:
    """Check manifests without a cluster. It finds what the API server would refuse. Exit code 1: one is invalid."""
    result = check_documents(read_sources(filename, recursive=recursive))
    if output is TABLE:
        open_console().print(draw_check(result))
    else:
        print_document(write_check(result), output)
    raise typer.Exit(judge_check(result))
