"""The progress of what a command waits for, on standard error of a terminal."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Column

from kubectl_entrasync.output.console import open_error_console


class Progress:
    """Shows how many of several answers are there, and what is said meanwhile. Where nobody looks on, nothing."""

    def __init__(self, bars: Bars | None, what: str, *, total: int) -> None:
        self._bars = bars
        self._task = bars.add_task(what, total=total, said="") if bars else None

    def show(self, count: int, said: str) -> None:
        """Note how many are there, and the last words about one that is not."""
        if self._bars is not None and self._task is not None:
            self._bars.update(self._task, completed=count, said=said)

    @contextmanager
    def cleared(self) -> Iterator[None]:
        """Clear the line for what is printed in the block."""
        if self._bars is None:
            yield
            return
        self._bars.stop()
        yield
        self._bars.start()


@contextmanager
def show_progress(what: str, *, total: int) -> Iterator[Progress]:
    """Show a bar until the end of the block, if standard error is a terminal."""
    console = open_error_console()
    if not console.is_terminal:
        yield Progress(None, what, total=total)
        return
    rest = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(12),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}", markup=False, table_column=rest),
    )
    with Bars(*columns, console=console, transient=True, expand=True) as bars:
        yield Progress(bars, what, total=total)
