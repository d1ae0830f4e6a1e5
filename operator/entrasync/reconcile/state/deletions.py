"""The brake against a mass deletion: which jobs of a tenant were lately deleted in Graph."""

from collections import defaultdict
from datetime import timedelta

DELETION_WINDOW = timedelta(minutes=10)
"""The real time within which the limit of deletions holds, by a clock that nobody can set."""


class RecentDeletions:
    """Counts the resources whose jobs were, or are being, deleted in Graph, by tenant. Only memory holds them.

    `limit` is the most deletions of one tenant within the window; None means no limit. A resource that had to wait
    waits on by its status, so a restart of the process allows the limit once more at most.
    """

    def __init__(self, limit: int | None) -> None:
        self.limit = limit
        self._by_tenant: defaultdict[str, dict[str, timedelta]] = defaultdict(dict)

    def claim(self, tenant_id: str, uid: str, uptime: timedelta, *, is_approved: bool) -> bool:
        """Count a resource whose job is about to be deleted, if that is allowed. Returns whether it is.

        What a person has approved is allowed and counts too. One that is counted already is counted anew.
        `uptime` is how long the process has lived.
        """
        if self.limit is None:
            return True
        recent = {known: at for known, at in self._by_tenant[tenant_id].items() if uptime - at < DELETION_WINDOW}
        is_allowed = is_approved or uid in recent or len(recent) < self.limit
        self._by_tenant[tenant_id] = recent | ({uid: uptime} if is_allowed else {})
        return is_allowed
