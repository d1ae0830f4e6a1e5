"""URLs of the synchronization API, as in Microsoft's reference (graph-facts 1)."""

from urllib.parse import quote

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.utf8 import repair


class Urls:
    """Builds the URLs below one Graph's `root`, which includes the version and has no slash at the end.

    Its methods raise `Halted` (INVALID_SPEC) for an id that cannot be in a path.
    """

    def __init__(self, root: str) -> None:
        self._root = root

    def service_principals(self) -> str:
        """Return the URL of all service principals of the tenant."""
        return f"{self._root}/servicePrincipals"

    def service_principal(self, service_principal_id: str) -> str:
        """Return the URL of a service principal by its object id."""
        return f"{self._root}/servicePrincipals/{_encode_segment(service_principal_id)}"

    def service_principal_by_app_id(self, app_id: str) -> str:
        """Return the URL of a service principal by the id of its app. It has no synchronization below it."""
        return f"{self._root}/servicePrincipals(appId='{_encode_key(app_id)}')"

    def provisioning_log(self) -> str:
        """Return the URL of the provisioning log of the tenant."""
        return f"{self._root}/auditLogs/provisioning"

    def application_by_app_id(self, app_id: str) -> str:
        """Return the URL of an app registration by its application (client) id."""
        return f"{self._root}/applications(appId='{_encode_key(app_id)}')"

    def synchronization(self, service_principal_id: str, *segments: str) -> str:
        """Return the URL of a part of a service principal's synchronization."""
        path = "/".join(_encode_segment(segment) for segment in segments)
        return f"{self.service_principal(service_principal_id)}/synchronization/{path}"

    def job(self, service_principal_id: str, job_id: str, *segments: str) -> str:
        """Return the URL of a job, or of an action of it."""
        return self.synchronization(service_principal_id, "jobs", job_id, *segments)


def _encode_segment(text: str) -> str:
    """Encode one segment of a path. One or two dots are refused: encoded or not, they would lead up the path."""
    if text in {"", ".", ".."}:
        raise _refuse(text)
    return _encode(text)


def _encode_key(text: str) -> str:
    """Encode the value of an alternate key, which stands within quotes."""
    return _encode(text.replace("'", "''"))


def _encode(text: str) -> str:
    """Encode an id. Half a character, which JSON can carry, is refused: no URL can have it."""
    try:
        return quote(text, safe="")
    except UnicodeEncodeError:
        raise _refuse(text) from None


def _refuse(text: str) -> Halted:
    return Halted(Stall(Reason.INVALID_SPEC, f'"{repair(text)}" cannot be an id in Graph. Correct the id in spec.'))
