"""What Graph showed us of the target app's credentials, which belong to the service principal and not to a job."""

from dataclasses import dataclass, field

MASK = "*"
"""What Graph shows instead of a sensitive value."""


@dataclass(frozen=True)
class StoredSecret:
    """One synchronizationSecretKeyStringValuePair as Graph shows it: `value` is `*` when it is masked."""

    key: str
    value: str = field(repr=False)

    @property
    def is_masked(self) -> bool:
        """Whether Graph keeps the value to itself."""
        return self.value == MASK
