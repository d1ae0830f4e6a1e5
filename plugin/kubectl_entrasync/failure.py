"""What ends a command: sentences for the person at the terminal, without a traceback."""

from enum import IntEnum


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
