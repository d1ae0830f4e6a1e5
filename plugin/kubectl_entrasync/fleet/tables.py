"""The fleet on a terminal."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType
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

_COLUMNS = 80
"""Where there are fewer, the times are left out, and names are folded too. Nothing is cut."""


@dataclass(frozen=True)
class _Fleet:
    """The table of some jobs, as wide as the terminal allows."""

    rows: Sequence[JobRow]
    now: datetime
    with_namespace: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        longest = max((len(row.name) for row in self.rows), default=0)
        is_wide = options.max_width >= _COLUMNS
        table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
        if self.with_namespace:
            table.add_column("NAMESPACE", overflow="fold", min_width=len("NAMESPACE") if is_wide else None)
        is_whole = is_wide and not self.with_namespace and longest <= _LONGEST_UNFOLDED
        table.add_column("NAME", overflow="fold", no_wrap=is_whole)
        for head in ("HEALTH", "CODE", *(("SUCCESS", "CHANGED") if is_wide else ())):
            table.add_column(head, no_wrap=True)
        table.add_column("REASON", overflow="fold")
        for row in self.rows:
            table.add_row(*self._write_cells(row, with_times=is_wide))
        yield table

    def _write_cells(self, row: JobRow, *, with_times: bool) -> Iterator[RenderableType]:
        if self.with_namespace:
            yield row.namespace
        yield row.name
        yield Text(row.health, row.health.style)
        yield row.code or "-"
        if with_times:
            yield write_age(row.last_success, self.now)
            yield write_age(row.changed, self.now)
        yield row.quarantine.reason if row.quarantine and row.quarantine.reason else row.reason


def draw_fleet(
    rows: Sequence[JobRow], now: datetime, *, with_namespace: bool, most: int | None = None
) -> RenderableType:
    """Return the table of `get`: a line for each job, the most urgent first. `most` bounds the lines."""
    if most is None or len(rows) < most:
        return _Fleet(rows, now, with_namespace)
    shown = rows[: max(most - _BESIDE, 1)]
    return Group(Text(f"The most urgent of {len(rows):,} jobs:", "dim"), _Fleet(shown, now, with_namespace))


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
