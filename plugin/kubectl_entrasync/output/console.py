"""Where the commands write: tables and colours on a terminal, plain whole lines elsewhere."""

import re
import sys
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

_UNBOUND_WIDTH = 10_000
"""Where the output is read by a program, no line is folded or cut."""


_COMMANDS = dict.fromkeys((*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F)))
_COMMANDS |= dict.fromkeys(range(0x2066, 0x206A))
"""What a terminal obeys and does not show, apart from the end of a line: control characters, and turns of direction."""

_FILLING = re.compile(r" +$", re.MULTILINE)


class SafeConsole(Console):
    """Shows texts as they are: what stands in one is neither markup nor an order to the terminal.

    Names and messages come from Graph, where anybody may have written them.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render without what the terminal would obey, but for our own styles."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=segment.text.translate(_COMMANDS))

    def print(self, *objects: Any, **options: Any) -> None:
        """Print, and where a program reads it, without the spaces that fill up the last column of a table."""
        if self.is_terminal:
            super().print(*objects, **options)
            return
        with self.capture() as captured:
            super().print(*objects, **options)
        super().print(_FILLING.sub("", captured.get()), end="", soft_wrap=True)


def open_console() -> Console:
    """Return the console of standard output."""
    return _open(on_terminal=sys.stdout.isatty())


def open_error_console() -> Console:
    """Return the console of standard error, for progress and errors."""
    return _open(stderr=True, on_terminal=sys.stderr.isatty())


def _open(*, on_terminal: bool, stderr: bool = False) -> Console:
    return SafeConsole(
        stderr=stderr,
        highlight=False,
        markup=False,
        emoji=False,
        width=None if on_terminal else _UNBOUND_WIDTH,
        force_terminal=on_terminal,  # or else FORCE_COLOR makes a terminal of a pipe
    )


def indent(part: RenderableType, columns: int = 2) -> Padding:
    """Indent a part. It is not filled up with spaces, of which there would be thousands where nothing is folded."""
    return Padding(part, (0, 0, 0, columns), expand=False)


def write_error(message: str) -> None:
    """Write why a command ends."""
    open_error_console().print(Text.assemble(("Error:", "bold red"), " ", message), soft_wrap=True)
