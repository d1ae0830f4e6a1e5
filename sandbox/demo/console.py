"""Tells the story: lines that stay, and under them on a terminal a table that lives."""

import time
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from local_stack import SeenJob

PLAIN_WIDTH = 140
"""Columns where there is no terminal, such as in a CI log."""

COLUMNS = ("NAME", "TEMPLATE", "STATE", "STATUS", "READY", "REASON", "LAST-RUN", "RESULT")
COLOURS = {"True": "green", "False": "red", "Unknown": "yellow"}


class DemoConsole:
    """Writes to standard output. Without a terminal the table is written at the end, and changes as lines."""

    def __init__(self, began: float) -> None:
        self._began = began
        self._console = Console(highlight=False)
        self.has_terminal = self._console.is_terminal and not self._console.is_dumb_terminal
        if not self.has_terminal:
            self._console = Console(highlight=False, width=PLAIN_WIDTH, no_color=True)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._seen: dict[str, str] = {}

    @property
    def seconds(self) -> float:
        """How long the story has been told."""
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        if self.has_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def tell(self, text: str) -> None:
        """Tell one step: what happens, and why."""
        line = Text.assemble((f"{self.seconds:5.1f} s  ", "dim"), text)
        self._console.print(line, soft_wrap=not self.has_terminal)

    def write(self, text: str) -> None:
        """Write lines as they are, such as commands to copy."""
        self._console.print(Text(text), soft_wrap=True)

    def show(self, jobs: Sequence[SeenJob], world_now: datetime) -> None:
        """Show how the jobs are now."""
        if self.has_terminal:
            self._live.update(draw_table(jobs, world_now), refresh=True)
            return
        for job in jobs:
            line = " ".join(str(job.condition("Ready").get(word)) for word in ("status", "reason"))
            if self._seen.get(job.name, line) != line:
                self.tell(f"    {job.name}: Ready is {line}")
            self._seen[job.name] = line

    def print_table(self, jobs: Sequence[SeenJob], world_now: datetime) -> None:
        """Write the table once, to stay."""
        self._console.print(draw_table(jobs, world_now))


def draw_table(jobs: Sequence[SeenJob], world_now: datetime) -> RenderableType:
    """Draw what `kubectl get syncjobs` shows, with the reason, and times of the world in place of ages."""
    table = Table(
        box=None, pad_edge=False, title=f"\nIn the simulated world it is {world_now:%H:%M:%S}.", title_justify="left"
    )
    for column in COLUMNS:
        table.add_column(column, no_wrap=True)
    for job in jobs:
        table.add_row(*_cells(job))
    return table


def _cells(job: SeenJob) -> list[RenderableType]:
    ready, schedule = job.condition("Ready"), (job.status.get("job") or {}).get("schedule") or {}
    ended = job.last_execution.get("timeEnded")
    return [
        job.name,
        job.raw["spec"]["template"]["id"],
        schedule.get("state", ""),
        job.mirror.get("code", ""),
        Text(ready.get("status", ""), style=COLOURS.get(ready.get("status", ""), "")),
        ready.get("reason", ""),
        f"{datetime.fromisoformat(ended):%H:%M:%S}" if ended else "",
        job.last_execution.get("state", ""),
    ]
