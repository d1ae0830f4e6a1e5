"""Makes the report from the documents of a fleet."""

from collections.abc import Sequence
from datetime import datetime

from kubectl_entrasync.fleet.job_row import Document, read_rows
from kubectl_entrasync.fleet.summary import write_fleet
from kubectl_entrasync.report.cards import read_card
from kubectl_entrasync.report.model import Report, Summary
from kubectl_entrasync.report.trends import read_trends


def make_report(documents: Sequence[Document], now: datetime, *, context: str, namespace: str | None) -> Report:
    """Return the report, with the most urgent job first.

    Args:
        documents: The SynchronizationJobs.
        now: When they were read.
        context: The context of the kubeconfig, which names the cluster.
        namespace: Where they are. None: in all namespaces.
    """
    rows = read_rows(documents)
    places = {(row.namespace, row.name): place for place, row in enumerate(rows)}
    cards = sorted(map(read_card, documents), key=lambda card: places[card.namespace, card.name])
    return Report(
        generated=now,
        context=context,
        namespace=namespace,
        summary=Summary.model_validate(write_fleet(rows)["summary"]),
        trends=read_trends(cards, now),
        jobs=cards,
    )
