"""Permits of writes to Graph, in place of those of a pass."""


class AnyWrite:
    """Permits every write."""

    is_urgent = False

    def check(self, *, saves_secrets: bool) -> None:
        """Permit it."""


class CountedWrites:
    """Permits every write, and records whether each was one of secrets."""

    is_urgent = False

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def check(self, *, saves_secrets: bool) -> None:
        """Permit it."""
        self.asked.append(saves_secrets)


class NoWrite:
    """Holds back every write."""

    is_urgent = False

    def __init__(self, error: Exception) -> None:
        self.error = error

    def check(self, *, saves_secrets: bool) -> None:
        """Hold it back."""
        raise self.error
