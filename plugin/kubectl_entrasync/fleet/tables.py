"""The fleet on a terminal."""

from collections.abc import Sequence
from datetime import datetime

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entrasync.core.primitives.times import write_readable_time
from kubectl_entrasync.fleet.job_row import JobRow
from kubectl_entrasync.fleet.summary import count_health
from kubectl_entrasync.output.ages import write_age
from kubectl_entrasync.output.console import indent

_BESIDE = 2
"""Lines of a bounded table that are no job: how many jobs there are, and its head."""

_LONGEST_UNFOLDED = 20
"""Names up to this length are not folded, because people copy them: 80 columns then have ten left for the reason."""


def draw_fleet(
    rows: Sequence[JobRow], now: datetime, *, with_namespace: bool, most: int | None = None
) -> RenderableType:
    """Return the table of `get`: a line for each job, the most urgent first. `most` bounds the lines."""
    shown = rows if most is None or len(rows) < most else rows[: max(most - _BESIDE, 1)]
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    if with_namespace:
        table.add_column("NAMESPACE", overflow="fold", min_width=len("NAMESPACE"))
    longest = max((len(row.name) for row in shown), default=0)
    table.add_column("NAME", overflow="fold", no_wrap=not with_namespace and longest <= _LONGEST_UNFOLDED)
    for head in ("HEALTH", "CODE", "SUCCESS", "CHANGED"):
        table.add_column(head, no_wrap=True)
    table.add_column("REASON", overflow="fold")
    for row in shown:
        cells = [row.namespace] if with_namespace else []
        cells += [row.name]
        ages = (write_age(row.last_success, now), write_age(row.changed, now))
        reason = row.quarantine.reason if row.quarantine and row.quarantine.reason else row.reason
        table.add_row(*cells, Text(row.health, row.health.style), row.code or "-", *ages, reason)
    return table if shown is rows else Group(Text(f"The most urgent of {len(rows):,} jobs:", "dim"), table)


def draw_status(
    rows: Sequence[JobRow], now: datetime, *, with_namespace: bool, most: int | None = None
) -> RenderableType:
    """Return the page of `status`: the counts, and what is the matter with each ill job. `most` bounds these."""
    parts: list[RenderableType] = [_draw_counts(rows)]
    for row in [row for row in rows if row.health.is_ill][:most]:
        parts += [Text(), _draw_title(row, now, with_namespace=with_namespace), *_draw_details(row)]
    return Group(*parts)


def _draw_counts(rows: Sequence[JobRow]) -> Text:
    text = Text(f"{len(rows)} job{'' if len(rows) == 1 else 's'}", "bold")
    for health, count in count_health(rows).items():
        text.append("   ")
        text.append(f"{count} {health}", health.style)
    return text


def _draw_title(row: JobRow, now: datetime, *, with_namespace: bool) -> Text:
    name = f"{row.namespace}/{row.name}" if with_namespace else row.name
    last = "no success yet" if row.last_success is None else f"last success {write_age(row.last_success, now)} ago"
    return Text.assemble((name, "bold"), "  ", (str(row.health), row.health.style), f"  {row.reason}, {last}")


def _draw_details(row: JobRow) -> list[RenderableType]:
    lines = [row.message]
    attempt = row.quarantine.next_attempt if row.quarantine is not None else None
    # The operator's words on a quarantine mostly have the time already.
    if attempt is not None and (at := write_readable_time(attempt)) not in row.message:
        lines.append(f"Graph tries again at {at}.")
    return [indent(Text(line)) for line in lines if line]
