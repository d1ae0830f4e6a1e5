"""What one pass read before any decision.

A missing thing is None. What could not be read never gets here: it ends the pass as an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.facts.schema_seen import SchemaSeen
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.schedule_record import UnansweredStart
from entrasync.core.remote.job_settings import SentSetting
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.resource.job_claims import Claim, CreatedJob


@dataclass(frozen=True)
class Misses:
    """Consecutive looks, by list and by get, that did not show a job that must be there."""

    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Observed:
    """What one pass saw.

    `job` is the job that the resource holds or names, from the list or else by get. `misses` includes this look.
    `claims` are those of the other resources on the same service principal. Of claims to the same thing only those are
    there that rank first or are oldest.
    """

    tenant_id: str
    listing: JobListing
    job: RemoteJob | None = None
    misses: Misses | None = None
    connection: str = "Its connection"
    """The connection of this pass, as messages name it."""
    install_tenant_id: str | None = None
    """The tenant of the install's own connection; None where the resource may not use it."""
    claims: tuple[Claim, ...] = field(default=())
    uncertain_claims: tuple[Claim, ...] = ()
    """Claims of which it is not known yet whether they are in this tenant, as their connection was not tried yet."""
    unsure_claims: tuple[Claim, ...] = ()
    """These, and claims whose connection has not logged in. They count only against a job that our own status does not
    give to the resource: whoever has no credential could block others by naming their jobs."""
    unsure_since: Mapping[ObjectKey, datetime] = field(default_factory=dict)
    """Since when each resource has had a claim of either kind."""
    request: str | None = None
    """The reconcile request that was there before Graph was read, and that the look answers."""
    recent_creates: tuple[CreatedJob, ...] = ()
    """The jobs of the service principal that were created within a day for other resources, whoever holds them."""
    spec_seen_at: datetime | None = None
    """When the operator first saw this generation of the resource, whichever of its processes did."""
    first_seen: Mapping[datetime, datetime] = field(default_factory=dict)
    """When this process first saw the times in the status that bounds count from, each in whole seconds."""
    unanswered_start: UnansweredStart | None = None
    """The last start, if its outcome is not known."""
    settings_sent: Mapping[str, SentSetting] = field(default_factory=dict)
    """Settings that Graph accepted and has not shown since, by name."""
    is_assumed: bool = False
    """Whether `job` is or contains what Graph answered or accepted, and has not shown yet."""
    application: ApplicationSeen | None = None
    """What is known of the service principal's secrets; None if spec says nothing of them."""
    job_schema: SchemaSeen | None = None
    """What is known of the job's schema; None if spec says nothing of it."""
    secrets_blocked_by: ObjectKey | None = None
    """Another resource whose ForeignSecretLost holds this one back. Until that is settled no secret is written."""
