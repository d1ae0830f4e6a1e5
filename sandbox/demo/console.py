"""Prints the demo: one line for each step, and on a terminal a live table below them."""

import time
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from local_stack import ObservedJob

PLAIN_WIDTH = 140
"""Width in columns where there is no terminal, such as in a CI log."""

COLUMNS = ("NAME", "TEMPLATE", "STATE", "STATUS", "READY", "REASON", "LAST-RUN", "RESULT")
COLOURS = {"True": "green", "False": "red", "Unknown": "yellow"}


class DemoConsole:
    """Writes the demo to standard output.

    Without a terminal each change of a job is printed as a line, and the table once at the end.
    """

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
        """Seconds since the demo began."""
        return time.monotonic() - self._began

    def __enter__(self) -> Self:
        if self.has_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()

    def print_step(self, text: str) -> None:
        """Print one step: what happens, and why."""
        line = Text.assemble((f"{self.seconds:5.1f} s  ", "dim"), text)
        self._console.print(line, soft_wrap=not self.has_terminal)

    def write(self, text: str) -> None:
        """Print lines without wrapping them, such as commands to copy."""
        self._console.print(Text(text), soft_wrap=True)

    def show(self, jobs: Sequence[ObservedJob], simulated_now: datetime) -> None:
        """Show the present state of the jobs."""
        if self.has_terminal:
            self._live.update(build_table(jobs, simulated_now), refresh=True)
            return
        for job in jobs:
            line = " ".join(str(job.condition("Ready").get(word)) for word in ("status", "reason"))
            if self._seen.get(job.name, line) != line:
                self.print_step(f"    {job.name}: Ready is {line}")
            self._seen[job.name] = line

    def print_table(self, jobs: Sequence[ObservedJob], simulated_now: datetime) -> None:
        """Print the table once, below all lines so far."""
        self._console.print(build_table(jobs, simulated_now))


def build_table(jobs: Sequence[ObservedJob], simulated_now: datetime) -> RenderableType:
    """Build the table of `kubectl get syncjobs`, with the reason of Ready, and with simulated times instead of ages."""
    table = Table(
        box=None,
        pad_edge=False,
        title=f"\nThe simulated time is {simulated_now:%H:%M:%S}.",
        title_justify="left",
    )
    for column in COLUMNS:
        table.add_column(column, no_wrap=True)
    for job in jobs:
        table.add_row(*_cells(job))
    return table


def _cells(job: ObservedJob) -> list[RenderableType]:
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
