"""What a spec wants, as the rules read it: defaults resolved, None where unset has a meaning of its own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrasync.api.conditions import Reason
from entrasync.api.job.application import ApplicationSpec
from entrasync.api.policies import (
    AdoptionPolicy,
    DeletionPolicy,
    ManagementPolicy,
    OnMissing,
    Readiness,
    ScheduleState,
)


@dataclass(frozen=True)
class Doubt:
    """Why it is not known what a namespace wants of a field of `Desired`; the cautious value is taken meanwhile."""

    field: str
    reason: Reason
    message: str


@dataclass(frozen=True)
class Desired:
    """One spec. Ids are those that Graph knows; `interval` is ISO 8601 as Graph writes it.

    `service_principal_id` and `template_id` are empty as long as the names given in their stead were not looked up.
    """

    service_principal_id: str
    template_id: str
    poll_interval: timedelta
    app_id: str | None = None
    factory_tag: str | None = None
    connection_name: str | None = None
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
    management_policy: ManagementPolicy = ManagementPolicy.MANAGE
    deletion_policy: DeletionPolicy | None = None
    is_suspended: bool = False
    unset: frozenset[str] = frozenset()
    """Names of the fields of which the spec says nothing: they have the namespace's or the install's defaults."""
    doubts: tuple[Doubt, ...] = ()
    """Which of these have the cautious value because the namespace's word is not known, and why."""

    @property
    def is_resolved(self) -> bool:
        """Whether the ids are known of what the spec says by name."""
        return bool(self.service_principal_id and self.template_id)

    def unresolved(self) -> "Desired":
        """Forget the ids of what the spec says by name."""
        return replace(
            self,
            service_principal_id="" if self.app_id else self.service_principal_id,
            template_id="" if self.factory_tag else self.template_id,
        )

    @property
    def may_create(self) -> bool:
        """Whether this resource may ever create a job: not when it names one or only adopts."""
        return self.job_id is None and self.adoption_policy is not AdoptionPolicy.ADOPT_ONLY

    @property
    def is_observe_only(self) -> bool:
        """Whether nothing may be written to Graph for it."""
        return self.management_policy is ManagementPolicy.OBSERVE

    @property
    def is_declared_observe_only(self) -> bool:
        """Whether it was said that it only observes; in doubt nothing is written, and what it holds stays its own."""
        return self.is_observe_only and all(doubt.field != "management_policy" for doubt in self.doubts)
