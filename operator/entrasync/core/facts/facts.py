"""The bundle of facts that every rule reads. It knows no feature."""

from dataclasses import dataclass, field
from datetime import datetime

from entrasync.api.conditions import ConditionType
from entrasync.core.decision.verdicts import Stall
from entrasync.core.facts.observed import Observed
from entrasync.core.facts.youth import young_until
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource


@dataclass(frozen=True)
class Facts:
    """All that a decision needs, gathered before the first one: resource, spec, what Graph showed, and the time."""

    resource: Resource
    desired: Desired
    observed: Observed
    now: datetime
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def job(self) -> RemoteJob | None:
        """The job that the resource holds or names, as seen in this pass."""
        return self.observed.job

    @property
    def job_id(self) -> str | None:
        """The id of the job that the resource holds or names; None while a create is unfinished."""
        return self.resource.job_id

    @property
    def former_tenant_id(self) -> str | None:
        """The tenant that the resource belongs to, if the connection leads to another one; else None."""
        pinned = self.resource.pinned_tenant_id
        return None if pinned is None or is_same_id(pinned, self.observed.tenant_id) else pinned

    @property
    def service_principal_id(self) -> str:
        """The service principal whose job is read and written."""
        return self.resource.service_principal_id or self.desired.service_principal_id

    def counted_from(self, written: datetime) -> datetime:
        """Return when the bound begins that counts from a time in a status.

        It is when this process first saw that time, which is never too early: the clock of the process that wrote it
        may have been wrong. A time that this process has not looked at yet counts as it is written.
        """
        return self.observed.first_seen.get(written.replace(microsecond=0), written)

    @property
    def young_until(self) -> datetime:
        """The time until which an odd answer of Graph may be replication."""
        created_at = self.resource.created_job_at
        return young_until(
            self.resource,
            spec_seen_at=self.observed.spec_seen_at or self.now,
            job_seen_at=self.counted_from(created_at) if created_at else None,
            young=self.bounds.young,
        )

    def has_reported(self, stall: Stall) -> bool:
        """Whether the status says this very stall of this generation already.

        What took minutes to find out is not found out once more by each process.
        """
        known = self.resource.record.conditions.get(ConditionType.STALLED)
        return self.resource.is_stalled_for(stall.reason) and known is not None and known.message == stall.message
