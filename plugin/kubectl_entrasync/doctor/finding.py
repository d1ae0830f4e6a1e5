"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Level(StrEnum):
    """How bad a finding is. The order of its members is that of urgency."""

    style: str

    def __new__(cls, word: str, style: str = "") -> Self:
        """Make a member from its row. The member equals its word."""
        level = str.__new__(cls, word)
        level._value_ = word
        level.style = style
        return level

    ERROR = ("error", "bold red")
    WARNING = ("warning", "yellow")
    OK = ("ok", "green")


@dataclass(frozen=True)
class Finding:
    """One finding: what is the matter, in sentences, and the command that mends it or tells more."""

    level: Level
    what: str
    command: str | None = None
    is_unread: bool = False
    """Whether it says that something could not be read. That is told once."""


def is_well(what: str) -> list[Finding]:
    """Return what a check finds where nothing is the matter."""
    return [Finding(Level.OK, what)]


def make_unread(why: str) -> Finding:
    """Return what a check finds where it could not look, and why."""
    return Finding(Level.WARNING, why, is_unread=True)
