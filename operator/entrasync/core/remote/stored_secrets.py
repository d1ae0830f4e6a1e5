"""Secrets of a service principal, as Graph shows them and as the operator sends them. They belong to no single job."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

MASK = "*"
"""What Graph shows instead of a sensitive value."""

SYNC_ALL = "SyncAll"
NOTIFICATION_SETTINGS = "SyncNotificationSettings"
SKIP_DELETIONS = "SkipOutOfScopeDeletions"
NON_CREDENTIAL_KEYS = frozenset({SYNC_ALL, NOTIFICATION_SETTINGS, SKIP_DELETIONS})
"""Keys of Graph that spec sets by fields of its own. A field that is unset leaves its key as it is."""


@dataclass(frozen=True)
class StoredSecret:
    """One synchronizationSecretKeyStringValuePair as Graph shows it: `value` is `*` when it is masked."""

    key: str
    value: str = field(repr=False)

    @property
    def is_masked(self) -> bool:
        """Whether Graph does not show the value."""
        return self.value == MASK


class SecretValues(Mapping[str, str]):
    """Values by Graph's key (synchronizationSecret). They are immutable, and their `repr` shows keys only."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"SecretValues({', '.join(sorted(self._values))})"

    def only(self, keys: Collection[str]) -> "SecretValues":
        """Return the values of these keys."""
        return SecretValues({key: value for key, value in self._values.items() if key in keys})

    @staticmethod
    def shown(entries: Iterable[StoredSecret]) -> "SecretValues":
        """Build the values from what Graph shows, masked where Graph masks them."""
        return SecretValues({entry.key: entry.value for entry in entries})
