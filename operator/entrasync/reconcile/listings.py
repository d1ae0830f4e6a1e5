"""One list call per service principal serves all of its resources."""

from collections.abc import Callable, Collection
from datetime import datetime

from entrasync.core.jobs import JobListing
from entrasync.core.resource import Resource
from entrasync.reconcile.ports import SyncApi
from entrasync.reconcile.queue import WorkQueue
from entrasync.reconcile.resources import Resources

Fetched = Callable[[str, JobListing], None]


class Listings:
    """The newest listing of each service principal. Passes of one service principal never run at the same time."""

    def __init__(self, api: SyncApi, *, on_fetched: Fetched) -> None:
        self._api = api
        self._on_fetched = on_fetched
        self._newest: dict[str, JobListing] = {}

    async def read(self, service_principal_id: str, *, since: datetime, is_urgent: bool) -> JobListing:
        """Return a listing read at `since` or later; reads one if there is none, and tells that it did."""
        known = self._newest.get(service_principal_id)
        if known is not None and known.read_at >= since:
            return known
        fresh = await self._api.list_jobs(service_principal_id, is_urgent=is_urgent)
        self._newest[service_principal_id] = fresh
        self._on_fetched(service_principal_id, fresh)
        return fresh

    def keep_only(self, service_principal_ids: Collection[str]) -> None:
        """Drop what is known of service principals that no resource belongs to any more."""
        self._newest = {home: listing for home, listing in self._newest.items() if home in service_principal_ids}


def share(
    service_principal_id: str,
    listing: JobListing,
    *,
    resources: Resources,
    queue: WorkQueue,
    goes_by: Callable[[Resource], bool],
) -> None:
    """Let all resources of a service principal look at a listing that one of them fetched.

    Those that go by another connection read their own: what one tenant's key shows is not for others.
    """
    for key in resources.keys_on(service_principal_id):
        resource = resources.get(key)
        if resource is None or not goes_by(resource):
            continue
        if not queue.is_taken(key):  # one in hand, the fetching one or one put aside, sees the listing anyway
            queue.add(key, since=listing.read_at)
