"""Actions on what the service principal stores for all of its jobs: secrets, and the keys of others among them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action, Difference, Target
from entrasync.core.remote.stored_secrets import NOTIFICATION_SETTINGS, SKIP_DELETIONS, SYNC_ALL, SecretValues

_FIELDS = {
    SYNC_ALL: "application.provisioningScope",
    SKIP_DELETIONS: "application.outOfScopeDeletions",
}


@dataclass(frozen=True)
class ApplicationAction(Action):
    """What the actions of this module share."""

    pending_reason: ClassVar[Reason] = Reason.WAITING_FOR_REPLICATION
    pending_message: ClassVar[str] = "Graph does not show yet what it was told."


@dataclass(frozen=True)
class SaveSecrets(ApplicationAction):
    """Have Graph validate `tried` (None: nothing), then save `values`.

    `along` is sent with them, because Graph may replace all secrets. `overwritten` has the keys of others that may be
    lost, as spec allows. `needs_restart` says that the job must be restarted for it. `corrects_drift` has the keys that
    somebody changed, and `changed_settings` the members of spec.application that share the key of notification
    settings.
    """

    target: ClassVar[Target] = "Graph"

    service_principal_id: str
    job_id: str
    values: SecretValues
    tried: SecretValues | None = None
    along: SecretValues = field(default_factory=SecretValues)
    needs_restart: bool = False
    corrects_drift: frozenset[str] = frozenset()
    changed_settings: frozenset[str] = frozenset()
    overwritten: frozenset[str] = frozenset()

    def describe(self) -> str:
        """Say what it does; keys only."""
        return f"save {', '.join(sorted(self.values))} of the application"

    @property
    def content(self) -> Mapping[str, str]:
        """The values."""
        return {**self.along, **self.values}

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The changes from outside that it undoes; fields only."""
        keys = self.corrects_drift - {NOTIFICATION_SETTINGS}
        fields = {_FIELDS.get(key, f"application.credentials[{key}]") for key in keys}
        fields |= {f"application.{name}" for name in self.changed_settings}
        return tuple(Difference(field) for field in sorted(fields))


@dataclass(frozen=True)
class RemoveSecrets(ApplicationAction):
    """Remove credentials that we had saved.

    `known` has values of ours that stay, and are sent along. `overwrites_others` says that keys of others may be lost.
    """

    target: ClassVar[Target] = "Graph"

    service_principal_id: str
    keys: frozenset[str]
    known: SecretValues = field(default_factory=SecretValues, compare=False)
    overwrites_others: bool = False

    def describe(self) -> str:
        """Say what it does; keys only."""
        return f"remove {', '.join(sorted(self.keys))} of the application"


@dataclass(frozen=True)
class ForgetAcknowledgement(ApplicationAction):
    """Remove the annotation that acknowledges an earlier loss of secrets."""

    target: ClassVar[Target] = "Kubernetes"

    def describe(self) -> str:
        """Say what it does."""
        return "remove an outdated acknowledgement"


@dataclass(frozen=True)
class CheckForeignKeys(ApplicationAction):
    """Check whether keys of others outlived a write of ours, before the resource goes."""

    target: ClassVar[Target] = "None"

    service_principal_id: str

    def describe(self) -> str:
        """Say what it does."""
        return "check the keys of others"
