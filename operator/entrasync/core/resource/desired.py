"""The desired state as the rules read it: defaults are resolved, and None means unset where that has a meaning."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.api.job.restart import RecoverySpec, RestartSpec
from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION, INSTALL_CONNECTION_KIND
from entrasync.api.policies import (
    AdoptionPolicy,
    DeletionPolicy,
    ManagementPolicy,
    OnMissing,
    Readiness,
    ScheduleState,
)
from entrasync.api.reasons import Reason
from entrasync.api.schema.spec import SchemaSpec

INSTALL_CONNECTION = f"the install's own connection ({INSTALL_CONNECTION_KIND} {DEFAULT_CONNECTION})"
"""How messages name the connection that the install itself has."""

INSTALL_CONNECTION_REFERENCE = f"{{name: {DEFAULT_CONNECTION}, kind: {INSTALL_CONNECTION_KIND}}}"
"""What spec.connectionRef holds to name it."""


@dataclass(frozen=True)
class Doubt:
    """Why the default of a namespace for a field of `Desired` is not known. The cautious value is used meanwhile."""

    field: str
    reason: Reason
    message: str


@dataclass(frozen=True)
class Desired:
    """The desired state of one spec. Ids are Graph's; `interval` is an ISO 8601 duration as Graph writes it.

    `service_principal_id` and `template_id` are empty until the names that the spec gives instead have been looked up.
    """

    service_principal_id: str
    template_id: str
    poll_interval: timedelta
    app_id: str | None = None
    factory_tag: str | None = None
    connection_name: str | None = None
    """The GraphConnection that the spec names; None where it names none or the install's own connection."""
    uses_install_connection: bool = False
    """Whether the spec names the install's own connection."""
    job_id: str | None = None
    adoption_policy: AdoptionPolicy = AdoptionPolicy.ADOPT_OR_CREATE
    on_missing: OnMissing = OnMissing.RECREATE
    schedule_state: ScheduleState | None = None
    interval: str | None = None
    expiration: datetime | None = None
    max_age: timedelta | None = None
    readiness: Readiness = Readiness.HEALTHY
    application: ApplicationSpec | None = None
    settings: tuple[tuple[str, str], ...] = ()
    """Names and values of the job's own settings."""
    schema: SchemaSpec | None = None
    restart: RestartSpec | None = None
    periodic_restart: PeriodicRestartSpec | None = None
    recovery: RecoverySpec | None = None
    management_policy: ManagementPolicy = ManagementPolicy.MANAGE
    deletion_policy: DeletionPolicy | None = None
    is_suspended: bool = False
    unset: frozenset[str] = frozenset()
    """Names of the fields that the spec leaves unset: they have the defaults of the namespace or of the install."""
    doubts: tuple[Doubt, ...] = ()
    """Which of these have the cautious value because the default of the namespace is not known, and why."""

    @property
    def is_resolved(self) -> bool:
        """Whether the ids behind the names in the spec are known."""
        return bool(self.service_principal_id and self.template_id)

    def unresolved(self) -> "Desired":
        """Forget the ids behind the names in the spec."""
        return replace(
            self,
            service_principal_id="" if self.app_id else self.service_principal_id,
            template_id="" if self.factory_tag else self.template_id,
        )

    def describe_connection(self, namespace: str) -> str:
        """Name the connection that a resource of this namespace asks for, with its kind."""
        if self.uses_install_connection:
            return INSTALL_CONNECTION
        if self.connection_name is not None:
            return f"{CONNECTION_KIND} {namespace}/{self.connection_name}"
        return f"{CONNECTION_KIND} {namespace}/{DEFAULT_CONNECTION}, else {INSTALL_CONNECTION}"

    @property
    def may_create(self) -> bool:
        """Whether this resource may create a job: not when it names a job or only adopts one."""
        return self.job_id is None and self.adoption_policy is not AdoptionPolicy.ADOPT_ONLY

    @property
    def is_observe_only(self) -> bool:
        """Whether nothing may be written to Graph for it."""
        return self.management_policy is ManagementPolicy.OBSERVE

    @property
    def is_declared_observe_only(self) -> bool:
        """Whether somebody set it to observe only. One that does so because of a doubt keeps its claim to its job."""
        return self.is_observe_only and all(doubt.field != "management_policy" for doubt in self.doubts)
