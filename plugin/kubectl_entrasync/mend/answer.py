"""What came of a request to the operator."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a request stands at the end of a command."""

    ASKED = "Asked"
    """The operator was asked, and nobody waited for its answer."""
    DONE = "Done"
    REFUSED = "Refused"
    LATE = "NotInTime"

    @property
    def is_well(self) -> bool:
        """Whether it is as the person wanted it."""
        return self in (Result.ASKED, Result.DONE)

    @property
    def style(self) -> str:
        """Its colour."""
        return {Result.ASKED: "yellow", Result.DONE: "green"}.get(self, "bold red")


@dataclass(frozen=True)
class Answer:
    """What came of a request, with the words of the operator where it has spoken."""

    result: Result
    words: str
    command: str | None = None
    """What shows how it goes on."""


def asked(words: str, command: str) -> Answer:
    """Return that the operator was asked, and how to follow that."""
    return Answer(Result.ASKED, words, command)


def done(words: str) -> Answer:
    """Return that it was done."""
    return Answer(Result.DONE, words)


def refused(words: str) -> Answer:
    """Return that it was refused, or that it does not go on by itself."""
    return Answer(Result.REFUSED, words)
