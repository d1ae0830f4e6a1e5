"""Finds out whether foreign keys of a service principal survive our writes, and whether a lost one returns."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entrasync.core.application.wanted_secrets import owned_keys
from entrasync.core.decision.errors import OutcomeUnknown
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.job_resource import Resource

MIN_CONFIRMATION_TIME = timedelta(minutes=1)
"""The shortest time that looks must span before a key counts as lost, or as returned. Reads may be stale."""

MIN_CONFIRMATION_LOOKS = 3
"""The fewest looks that must agree before a key counts as lost."""


@dataclass
class ForeignKeys:
    """What looks after our last write have shown of the foreign keys. It has only their names."""

    unconfirmed: frozenset[str] = frozenset()
    """Keys that existed before a write of ours and have not been seen since."""
    missing: frozenset[str] = frozenset()
    """The unconfirmed keys that the last look did not show."""
    lost: frozenset[str] = frozenset()
    """The keys that count as lost since the last look."""
    returned: frozenset[str] = frozenset()
    """The keys that were reported as lost and count as returned."""
    is_look_due: bool = False
    """Whether Graph was not read yet after a write of ours."""
    _looks: int = 0
    _missing_since: datetime | None = None
    _shown_since: dict[str, datetime] = field(default_factory=dict)

    def expect(self, keys: frozenset[str]) -> None:
        """Look for these keys, which existed before a write of ours."""
        self.unconfirmed |= keys
        self.is_look_due = self.is_look_due or bool(keys)

    def note_write(self, keys: frozenset[str]) -> None:
        """Make a look due after a write of ours, and look for these keys, which existed before it."""
        self.unconfirmed, self.is_look_due = self.unconfirmed | keys, True

    def note_look(self, shown: Collection[str], known_lost: frozenset[str], at: datetime) -> None:
        """Update the result with one more look. `known_lost` has the keys that were already reported as lost."""
        self.is_look_due = False
        self.lost, self.returned = frozenset(), self._note_return(known_lost & frozenset(shown), at)
        self.missing = self.unconfirmed - frozenset(shown)
        if not self.missing:
            return self._settle()
        self._looks, self._missing_since = self._looks + 1, self._missing_since or at
        if self._looks >= MIN_CONFIRMATION_LOOKS and at - self._missing_since >= MIN_CONFIRMATION_TIME:
            self.lost, self.missing = self.missing, frozenset()
            self._settle()
        return None

    def _settle(self) -> None:
        self.unconfirmed, self._looks, self._missing_since = frozenset(), 0, None

    def _note_return(self, shown: frozenset[str], at: datetime) -> frozenset[str]:
        self._shown_since = {key: self._shown_since.get(key, at) for key in shown}
        return frozenset(key for key, since in self._shown_since.items() if at - since >= MIN_CONFIRMATION_TIME)


def find_foreign_keys(stored: SecretValues | None, resource: Resource) -> frozenset[str]:
    """Return the keys shown by Graph that belong to somebody else. A write of ours could remove them."""
    spec = resource.desired.application if resource.desired else None
    return frozenset(stored or ()) - resource.application.keys - (owned_keys(spec) if spec else frozenset())


@contextmanager
def check_after_write(others: frozenset[str], foreign: ForeignKeys) -> Iterator[None]:
    """Make a look for foreign keys due after a write, unless the write certainly did not happen."""
    try:
        yield
    except (OutcomeUnknown, asyncio.CancelledError):
        foreign.note_write(others)
        raise
    foreign.note_write(others)
