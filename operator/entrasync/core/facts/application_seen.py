"""What a pass knows of a service principal's secrets in Graph, and of the credentials that spec wants there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.record.application_record import Source
from entrasync.core.remote.stored_secrets import SecretValues


@dataclass(frozen=True)
class Credentials:
    """The values of `spec.application.credentials`, or why they could not be read."""

    values: SecretValues
    origins: Mapping[str, Source] = field(default_factory=dict)
    """The version of the Secret that each value came from. Values that spec gives itself have none."""
    unreadable: str | None = None
    generation: int | None = None
    """The generation of the resource that they were read for."""

    @property
    def sources(self) -> tuple[Source, ...]:
        """All versions of Secrets that values came from, each once."""
        return tuple(sorted(set(self.origins.values())))


@dataclass(frozen=True)
class Refusal:
    """Graph's answer to credentials that it tried. `is_verdict` is False if its code says that it could not try them.

    `since` is when these values were first refused; None if that is not known.
    """

    code: str
    message: str
    retry_at: datetime
    is_verdict: bool = True
    since: datetime | None = None


@dataclass(frozen=True)
class ApplicationSeen:
    """What one pass knows of the service principal's secrets.

    `stored` is what Graph shows, masked where Graph masks it. It is None if Graph was not asked, because nothing has
    changed since it matched the spec. `saved` are the keys whose wanted value is certainly the one that was saved last,
    even for a resource that is gone by now. `is_validated` says whether the credentials among them were tried then.
    """

    credentials: Credentials
    stored: SecretValues | None = None
    saved: frozenset[str] = frozenset()
    is_validated: bool | None = None
    refusal: Refusal | None = None
    failure: EntraSyncError | None = None
    is_unconfirmed: bool = False
    """Whether keys of others have not been seen yet since the operator's last write."""
    missing: frozenset[str] = frozenset()
    """Keys of others that Graph does not show after a write of the operator. The read may be stale."""
    lost: frozenset[str] = frozenset()
    """Keys of others that the operator's last write certainly removed."""
    returned: frozenset[str] = frozenset()
    """Keys of others that were reported as lost and are there again."""
    removing: frozenset[str] = frozenset()
    """Keys that the operator has removed and that Graph still showed."""
    pending: frozenset[str] = frozenset()
    """Keys that Graph accepted lately and still shows as they were before, because reads may be stale."""
    untaken: frozenset[str] = frozenset()
    """Keys that Graph accepted longer ago than the replication bound and never showed. The wish has not changed."""
    kept: frozenset[str] = frozenset()
    """Keys that Graph accepted and shows in another form. For observe-only resources also those that Graph masks."""
