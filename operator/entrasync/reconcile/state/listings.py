"""The lists of jobs, one for each service principal, which all resources of that service principal share."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from entrasync.core.remote.jobs import JobListing
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.state.jobs import JobStore

OnListingRead = Callable[[str, JobListing], None]


class Listings:
    """The newest listing of each service principal. Passes of one service principal never run at the same time."""

    def __init__(self, api: SyncApi, *, on_read: OnListingRead) -> None:
        self._api = api
        self._on_read = on_read
        self._newest: dict[str, JobListing] = {}

    async def read(self, service_principal_id: str, *, since: datetime, is_urgent: bool) -> JobListing:
        """Return a listing that was read at `since` or later (world time).

        If there is none, one is read and passed to `on_read`. Raises what `JobsApi.list_jobs` raises.
        """
        known = self._newest.get(service_principal_id)
        if known is not None and known.read_at >= since:
            return known
        fresh = await self._api.list_jobs(service_principal_id, is_urgent=is_urgent)
        self._newest[service_principal_id] = fresh
        self._on_read(service_principal_id, fresh)
        return fresh

    def forget(self, service_principal_id: str) -> None:
        """Forget the listing of a service principal, which nobody else shares."""
        self._newest.pop(service_principal_id, None)

    def keep_only(self, service_principal_ids: Collection[str]) -> None:
        """Forget the listings of all other service principals."""
        self._newest = {
            service_principal_id: listing
            for service_principal_id, listing in self._newest.items()
            if service_principal_id in service_principal_ids
        }


@dataclass(frozen=True)
class ListingFanOut:
    """Enqueues the other resources of a service principal when one of them has read its listing."""

    resources: JobStore
    queue: WorkQueue

    def callback_for(self, uses_connection: Callable[[Resource], bool]) -> OnListingRead:
        """Return the callback of the listings of one connection.

        It enqueues only resources for which `uses_connection` is true: what one connection shows is not valid for
        others.
        """

        def share(service_principal_id: str, listing: JobListing) -> None:
            for key in self.resources.keys_on(service_principal_id):
                resource = self.resources.get(key)
                # A resource that a pass has taken reads the listing anyway.
                if resource is not None and uses_connection(resource) and not self.queue.is_taken(key):
                    self.queue.add(key, since=listing.read_at)

        return share
