"""What ends a command: sentences for the person at the terminal, without a traceback."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
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


@contextmanager
def telling_what_stands(names: Callable[[], Iterable[str]], words: str) -> Iterator[None]:
    """Add to a `Failure` what was written before it, and stands.

    Args:
        names: Returns what it names, at the time of the failure. Nothing is added where there is none.
        words: A sentence with the place of the names.
    """
    try:
        yield
    except Failure as failure:
        if not (named := ", ".join(names())):
            raise
        raise Failure(f"{failure} {words.format(named)}") from failure


def explain_fault(fault: Exception) -> str:
    """Say what to do about an error that no command expects. Its own words are left out: they may quote a secret."""
    if isinstance(fault, OSError) and fault.strerror:
        return f"The system refused to go on: {fault.strerror}. Mend that, and run the command again."
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return (
        f"This is a fault of kubectl entrasync itself: {type(fault).__name__} in {PurePath(last.filename).name}, line "
        f"{last.lineno}. Report it with what the command prints when ENTRASYNC_TRACEBACK=1 is set."
    )
