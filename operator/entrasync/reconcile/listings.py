"""One list call per service principal serves all of its resources."""

from collections.abc import Callable, Collection
from datetime import datetime

from entrasync.core.jobs import JobListing
from entrasync.reconcile.ports import SyncApi

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
