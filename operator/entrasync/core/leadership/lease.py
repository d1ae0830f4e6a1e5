"""The Lease that replicas share: who holds it, when it is free, and what each change of it looks like.

The times in a Lease are for people, because the clocks of two machines differ. A replica decides by its own monotonic
clock: it counts from when it first saw a version of the Lease, as client-go does.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

RELEASED_DURATION = timedelta(seconds=1)
"""What a released Lease shows as its duration, as with client-go: the least that a Lease may have."""


@dataclass(frozen=True)
class Lease:
    """A Lease as the API server has it. Nobody holds one without `holder`; `version` is its resourceVersion."""

    holder: str = ""
    duration: timedelta = RELEASED_DURATION
    acquired_at: datetime | None = None
    renewed_at: datetime | None = None
    transitions: int = 0
    version: str = ""


@dataclass(frozen=True)
class SeenLease:
    """A version of a Lease, and when this process first saw it, in seconds of its monotonic clock."""

    lease: Lease
    since: float


def see_lease(lease: Lease, seen: SeenLease | None, *, at: float) -> SeenLease:
    """Return a Lease that was read at a time (monotonic seconds), with when its version was first seen.

    One that was deleted counts as it was: its holder may not have noticed yet.
    """
    if seen is None:
        return SeenLease(lease, at)
    is_deleted, is_known = not lease.version, seen.lease.version == lease.version
    return seen if is_deleted or is_known else SeenLease(lease, at)


def free_in(seen: SeenLease, *, at: float) -> float:
    """Return how many seconds from a time (monotonic seconds) a Lease stays with its holder; zero if it is free."""
    if not seen.lease.holder:
        return 0.0
    return max(seen.since + seen.lease.duration.total_seconds() - at, 0.0)


def is_available(seen: SeenLease, identity: str, *, at: float) -> bool:
    """Whether `identity` may write a Lease at a time (monotonic seconds): it is free, or already its own."""
    return seen.lease.holder == identity or free_in(seen, at=at) == 0


def claim_lease(lease: Lease, identity: str, *, duration: timedelta, now: datetime) -> Lease:
    """Return a Lease as `identity` takes it, or renews it if it is its own."""
    if lease.holder == identity:
        return renew_lease(lease, duration=duration, now=now)
    return take_lease(lease, identity, duration=duration, now=now)


def take_lease(lease: Lease, identity: str, *, duration: timedelta, now: datetime) -> Lease:
    """Return a Lease, of nobody or of another holder, as `identity` takes it."""
    return replace(
        lease,
        holder=identity,
        duration=duration,
        acquired_at=now,
        renewed_at=now,
        transitions=lease.transitions + 1 if lease.version else 0,
    )


def renew_lease(lease: Lease, *, duration: timedelta, now: datetime) -> Lease:
    """Return a Lease as its holder renews it."""
    return replace(lease, duration=duration, renewed_at=now)


def release_lease(lease: Lease, *, now: datetime) -> Lease:
    """Return a Lease as its holder gives it up, so that another replica need not wait for its end."""
    return replace(lease, holder="", duration=RELEASED_DURATION, renewed_at=now)
