"""What Ctrl-C does to a command."""

from typing import Any

import typer
from typer.core import TyperGroup

from kubectl_entrasync.failure import ExitCode


class InterruptibleCommands(TyperGroup):
    """Commands that end at Ctrl-C as shells expect it, and not with the exit code of an ill job."""

    def invoke(self, ctx: Any) -> Any:
        """Carry out a command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(ExitCode.INTERRUPTED) from None
