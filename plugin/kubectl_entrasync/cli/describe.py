"""`describe`: one job as a story."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from kubectl_entrasync.cli.options import OutputOption, takes_cluster_flags
from kubectl_entrasync.cluster.access import ClusterFlags, open_access
from kubectl_entrasync.cluster.kinds import EVENTS
from kubectl_entrasync.cluster.objects import Objects
from kubectl_entrasync.cluster.reader import Reader
from kubectl_entrasync.cluster.refusals import Refused
from kubectl_entrasync.description.description import draw_description, write_description
from kubectl_entrasync.description.job_facts import Document, JobFacts
from kubectl_entrasync.failure import ExitCode
from kubectl_entrasync.output.console import open_console
from kubectl_entrasync.output.documents import OutputFormat, print_document

NameArgument = Annotated[str, typer.Argument(help="The SynchronizationJob.")]


@takes_cluster_flags()
def describe(flags: ClusterFlags, name: NameArgument, *, output: OutputOption = OutputFormat.TABLE) -> None:
    """Tell all about one job. That is spec, Graph, drift, runs, quarantine, what comes next. Exit code 1: it is ill."""
    objects = Objects(open_access(flags))
    facts = _gather(objects, objects.read(name))
    if output is OutputFormat.TABLE:
        open_console().print(draw_description(facts))
    else:
        print_document(write_description(facts), output)
    raise typer.Exit(ExitCode.ILL if facts.row.health.is_ill else ExitCode.WELL)


def _gather(objects: Objects, document: Document) -> JobFacts:
    now = datetime.now(UTC)
    try:
        uid = document["metadata"]["uid"]
        events = Reader(objects.access).list_all(EVENTS, field_selector=f"involvedObject.uid={uid}")
    except Refused as refused:
        return JobFacts(document, (), now, events_fault=str(refused))
    return JobFacts(document, events, now)
