"""How a job is, in one word, most urgent first."""

from enum import StrEnum
from typing import Self


class Health(StrEnum):
    """The word of a job in lists. The order of its members is that of urgency."""

    is_ill: bool
    style: str

    def __new__(cls, word: str, is_ill: bool = False, style: str = "") -> Self:
        """Make a member from its row. The member equals its word."""
        health = str.__new__(cls, word)
        health._value_ = word
        health.is_ill = is_ill
        health.style = style
        return health

    QUARANTINED = ("Quarantined", True, "bold red")
    STALLED = ("Stalled", True, "bold red")
    OVERDUE = ("Overdue", True, "red")
    UNKNOWN = ("Unknown", True, "magenta")
    DRIFTED = ("Drifted", True, "yellow")
    WORKING = ("Working", False, "yellow")
    NEW = ("New", False, "yellow")
    DELETING = ("Deleting", False, "yellow")
    SUSPENDED = ("Suspended", False, "dim")
    PAUSED = ("Paused", False, "dim")
    HEALTHY = ("Healthy", False, "green")

    @property
    def rank(self) -> int:
        """The position in the order of urgency, 0 for the most urgent."""
        return list(Health).index(self)
