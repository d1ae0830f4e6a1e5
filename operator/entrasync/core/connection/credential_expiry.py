"""When the credential of a connection ends, as far as its certificate or the app registration tells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LOOK_INTERVAL = timedelta(days=1)
"""Graph is asked at most once in so long when a client secret ends, and at once when Entra has accepted another one."""

HINT_LENGTH = 3
"""So many characters of a client secret does Graph show of it (graph-facts 7.3)."""


@dataclass(frozen=True)
class ListedSecret:
    """A client secret as its app registration lists it. `ends_at` is None if that is not told.

    `hint` is empty if Graph shows none: it does so of secrets that were not made by Microsoft Graph (graph-facts 7.3).
    """

    hint: str = field(repr=False)
    ends_at: datetime | None

    def may_be(self, secret: str) -> bool:
        """Whether a secret begins as this one does."""
        return len(self.hint) == HINT_LENGTH and secret.startswith(self.hint)

    def has_ended(self, now: datetime) -> bool:
        """Whether it has certainly ended."""
        return self.ends_at is not None and self.ends_at <= now


@dataclass(frozen=True)
class CredentialExpiry:
    """What was told of the end of a credential: its time, or None if it is not known."""

    at: datetime | None


def find_secret_end(secret: str, listed: Iterable[ListedSecret], *, now: datetime) -> datetime | None:
    """Return when a client secret ends that Entra accepts; None if not exactly one of the listed ones can be it."""
    candidates = [each for each in listed if each.may_be(secret) and not each.has_ended(now)]
    return candidates[0].ends_at if len(candidates) == 1 else None


def is_look_due(looked_at: datetime | None, now: datetime) -> bool:
    """Whether Graph may be asked again. A clock that was set back makes it due, too."""
    return looked_at is None or not looked_at <= now < looked_at + LOOK_INTERVAL
