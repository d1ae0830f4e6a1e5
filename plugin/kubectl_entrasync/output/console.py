"""Where the commands write: tables and colours on a terminal, plain whole lines elsewhere."""

import sys

from rich.console import Console, RenderableType
from rich.padding import Padding

_UNBOUND_WIDTH = 10_000
"""Where the output is read by a program, no line is folded or cut."""


def open_console() -> Console:
    """Return the console of standard output."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _UNBOUND_WIDTH)


def open_error_console() -> Console:
    """Return the console of standard error, for progress and errors."""
    return Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else _UNBOUND_WIDTH)


def indent(part: RenderableType, columns: int = 2) -> Padding:
    """Indent a part. It is not filled up with spaces, of which there would be thousands where nothing is folded."""
    return Padding(part, (0, 0, 0, columns), expand=False)


def write_error(message: str) -> None:
    """Write why a command ends."""
    open_error_console().print(f"[bold red]Error:[/] {_escape(message)}", soft_wrap=True)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
