"""Where Graph's things are: the paths of Microsoft's reference of the synchronization API."""

from urllib.parse import quote

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Stalled


class Urls:
    """The URLs below one Graph's root, which has the version and no slash at the end."""

    def __init__(self, root: str) -> None:
        self._root = root

    def service_principal(self, service_principal_id: str) -> str:
        """Where a service principal is, by its object id."""
        return f"{self._root}/servicePrincipals/{_segment(service_principal_id)}"

    def service_principal_of(self, app_id: str) -> str:
        """Where a service principal is, by the id of its app: below it there is no synchronization."""
        key = app_id.replace("'", "''")
        return f"{self._root}/servicePrincipals(appId='{quote(key, safe='')}')"

    def synchronization(self, service_principal_id: str, *segments: str) -> str:
        """Where something of a service principal's synchronization is."""
        path = "/".join(_segment(segment) for segment in segments)
        return f"{self.service_principal(service_principal_id)}/synchronization/{path}"

    def job(self, service_principal_id: str, job_id: str, *segments: str) -> str:
        """Where a job is, or an action of it."""
        return self.synchronization(service_principal_id, "jobs", job_id, *segments)


def _segment(text: str) -> str:
    """Encode one segment of a path. A dot or two would climb up the path, encoded or not, so they are refused."""
    if text in {"", ".", ".."}:
        raise Stalled(Reason.INVALID_SPEC, f"{text!r} cannot be an id in Graph.")
    return quote(text, safe="")
