"""The facts one pass gathered.

"Missing" is None; what could not be told never gets here, it ends the pass as an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.facts.application_seen import ApplicationSeen
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.job_settings import SentSetting
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.resource.job_claims import Claim


@dataclass(frozen=True)
class Misses:
    """Looks by list and get, one after another, that did not show a job that must be there."""

    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Observed:
    """What one pass saw.

    `job` is the job this resource holds or names, from the list or else by get. `misses` counts this look too.
    `claims` are those of all other resources on the same service principal.
    """

    tenant_id: str
    listing: JobListing
    job: RemoteJob | None = None
    misses: Misses | None = None
    claims: tuple[Claim, ...] = field(default=())
    uncertain_claims: tuple[Claim, ...] = ()
    """Those of which it is not known yet whether they are about this tenant."""
    spec_seen_at: datetime | None = None
    """When this process first saw this generation of the resource."""
    pause_taken_at: datetime | None = None
    """When Graph took a pause of ours that it has not shown since."""
    settings_sent: Mapping[str, SentSetting] = field(default_factory=dict)
    """Settings that Graph took and has not shown since, by name."""
    is_assumed: bool = False
    """Whether `job` is partly what Graph was told and has not shown yet."""
    application: ApplicationSeen | None = None
    """What is known of the service principal's secrets; None where spec says nothing of them."""
    secrets_blocked_by: ObjectKey | None = None
    """Another resource of the tenant that says ForeignSecretLost: no secret is written meanwhile."""
