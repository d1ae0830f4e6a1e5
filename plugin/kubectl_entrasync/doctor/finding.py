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


def is_well(what: str) -> list[Finding]:
    """Return what a check finds where nothing is the matter."""
    return [Finding(Level.OK, what)]
