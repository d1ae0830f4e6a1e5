"""Simulates the applications that jobs provision to, as far as they accept or refuse credentials."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph_simulator.world.jobs.executions import BAD_CREDENTIALS, SynchronizationError

UNAVAILABLE = SynchronizationError(
    "CredentialValidationUnavailable",
    "The credentials could not be validated: the target application did not answer as expected.",
    tenant_actionable=True,
)
"""The code is known from the portal (graph-facts 5.3); the message is made up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetApp:
    """The application that a service principal's jobs provision to: what it accepts, and whether it answers.

    `accepts` has the accepted values by key (`SecretToken`, `Password`, ...). None accepts any value or none, and so
    does a key that is missing. `needs` are keys that must have some value.
    """

    accepts: dict[str, tuple[str, ...] | None] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    is_available: bool = True

    def check(self, credentials: Mapping[str, str]) -> SynchronizationError | None:
        """Return why the application refuses these credentials; None if it accepts them."""
        if not self.is_available:
            return UNAVAILABLE
        wrong = any(values is not None and credentials.get(key) not in values for key, values in self.accepts.items())
        return BAD_CREDENTIALS if wrong or any(not credentials.get(key) for key in self.needs) else None


ACCEPTS_ANYTHING = TargetApp()
"""A target application that accepts any credentials."""
