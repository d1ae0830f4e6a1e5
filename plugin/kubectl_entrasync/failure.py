"""What ends a command: sentences for the person at the terminal, without a traceback."""

import traceback
from enum import IntEnum
from pathlib import PurePath


class ExitCode(IntEnum):
    """What a script can tell from a command's end."""

    WELL = 0
    """All is well, or what was asked for is done."""
    ILL = 1
    """Something is ill, differs, or was refused by the operator or by Graph."""
    NOT_DONE = 2
    """The command could not be carried out: wrong use, no cluster, no rights, no login."""
    INTERRUPTED = 130
    """A person ended it by Ctrl-C."""


class Failure(Exception):
    """A command that cannot be carried out. Its message says what, where and what to do."""


def explain_fault(fault: Exception) -> str:
    """Say what to do about an error that no command expects. Its own words are left out: they may quote a secret."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"The system refused to go on: {fault.strerror}. Mend that, and run the command again."
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return (
        f"This is a fault of kubectl entrasync itself: {type(fault).__name__} in {PurePath(last.filename).name}, line "
        f"{last.lineno}. Report it with what the command prints when ENTRASYNC_TRACEBACK=1 is set."
    )
