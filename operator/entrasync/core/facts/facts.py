"""The one bundle of facts that every rule looks at."""

from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.facts.observed import Observed
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource


@dataclass(frozen=True)
class Facts:
    """The resource, its wish, what Graph showed, and the time: enough for every decision, gathered before the first."""

    resource: Resource
    desired: Desired
    observed: Observed
    now: datetime
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def job(self) -> RemoteJob | None:
        """The job held or named, as seen in this pass."""
        return self.observed.job

    @property
    def job_id(self) -> str | None:
        """The job this resource holds or names; None while a create is unfinished."""
        return self.resource.job_id

    @property
    def former_tenant_id(self) -> str | None:
        """The tenant this resource belongs to, when the connection leads to another."""
        pinned = self.resource.pinned_tenant_id
        return None if pinned is None or is_same_id(pinned, self.observed.tenant_id) else pinned

    @property
    def service_principal_id(self) -> str:
        """The service principal whose job is written to."""
        return self.resource.service_principal_id or self.desired.service_principal_id

    @property
    def young_until(self) -> datetime:
        """Until when what may be replication is taken for it."""
        seen_at = self.observed.spec_seen_at or self.now
        return max(seen_at, self.resource.created_job_at or seen_at) + self.bounds.young
