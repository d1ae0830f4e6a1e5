"""The progress of an import, on standard error of a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from kubectl_entrasync.output.console import open_error_console


class Progress:
    """Shows how many service principals were looked at. Where nobody looks on, it shows nothing."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task = bars.add_task("Listing service principals", total=None)

    def begin(self, total: int) -> None:
        """Begin with so many service principals."""
        self._bars.update(self._task, description="Reading service principals", total=total)

    def advance(self, *, jobs: int) -> None:
        """Note that one more was looked at, and how many jobs there are by now."""
        self._bars.update(self._task, advance=1, description=f"Reading service principals, jobs so far: {jobs}")

    def pause(self, pause: timedelta) -> None:
        """Note that Graph asked for a pause."""
        self._bars.update(self._task, description=f"Graph asks for a pause of {pause.total_seconds():.0f} s")


@contextmanager
def show_progress() -> Iterator[Progress]:
    """Show a bar until the end of the block, if standard error is a terminal."""
    console = open_error_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield Progress(bars)
