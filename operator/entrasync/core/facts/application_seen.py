"""What one pass knows of the service principal's secrets in Graph and of the credentials that the spec wants there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.application_record import Source


@dataclass(frozen=True)
class Credentials:
    """`spec.application.credentials` with all values read, or why they could not be."""

    values: SecretValues
    origins: Mapping[str, Source] = field(default_factory=dict)
    """Which version of which Secret each value came from; those that spec gives itself have none."""
    unreadable: str | None = None

    @property
    def sources(self) -> tuple[Source, ...]:
        """All of those, each once."""
        return tuple(sorted(set(self.origins.values())))


@dataclass(frozen=True)
class Refusal:
    """Graph's answer to credentials that it tried out, in its own words. `is_verdict` is False if it could not try."""

    code: str
    message: str
    retry_at: datetime
    is_verdict: bool = True


@dataclass(frozen=True)
class ApplicationSeen:
    """What one pass knows of the service principal's secrets.

    `stored` is what Graph shows, masked as it masks; None: not looked at, for nothing has changed since it matched.
    `saved` are the keys whose wanted value is surely the one that we saved last, be it for a resource that went since;
    `is_validated` tells whether credentials among them were tried then.
    """

    credentials: Credentials
    stored: SecretValues | None = None
    saved: frozenset[str] = frozenset()
    is_validated: bool | None = None
    refusal: Refusal | None = None
    failure: EntraSyncError | None = None
    is_unconfirmed: bool = False
    """Whether keys of others were not seen yet after a write of ours."""
    missing: frozenset[str] = frozenset()
    """Keys of others that Graph does not show after a write of ours, be it that the read is stale."""
    lost: frozenset[str] = frozenset()
    """Keys of others that our last write surely took away."""
    returned: frozenset[str] = frozenset()
    """Keys of others that were told as lost and are there again."""
    removing: frozenset[str] = frozenset()
    """Keys of ours that Graph was told to remove and still showed."""
    pending: frozenset[str] = frozenset()
    """Keys that Graph took lately and still shows as they were before: reads may be stale."""
    kept: frozenset[str] = frozenset()
    """Keys that Graph took and shows in a form of its own; to an observer those that it masks, too."""
