"""The progress of many reads of Graph, on standard error of a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from kubectl_entrasync.output.console import open_error_console


class ReadProgress:
    """Shows how much is done. Where nobody looks on, it shows nothing."""

    def __init__(self, bars: Bars, description: str) -> None:
        self._bars = bars
        self._task = bars.add_task(description, total=None)

    def begin(self, total: int, description: str | None = None) -> None:
        """Begin with so many things to do."""
        self._bars.update(self._task, description=description, total=total)

    def advance(self, description: str | None = None) -> None:
        """Note that one more is done."""
        self._bars.update(self._task, advance=1, description=description)

    def pause(self, pause: timedelta) -> None:
        """Note that Graph asked for a pause."""
        self._bars.update(self._task, description=f"Graph asks for a pause of {pause.total_seconds():.0f} s")


@contextmanager
def show_read_progress(description: str) -> Iterator[ReadProgress]:
    """Show a bar until the end of the block, if standard error is a terminal."""
    console = open_error_console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        yield ReadProgress(bars, description)
