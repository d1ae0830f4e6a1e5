"""Acts as another user, as kubectl does with `--as` and `--as-group`."""

from collections.abc import Sequence
from typing import Any

from kubernetes import client
from kubernetes.client.rest import RESTClientObject
from urllib3 import HTTPHeaderDict

from kubectl_entrasync.failure import Failure


def impersonate(api: client.ApiClient, user: str | None, groups: Sequence[str]) -> None:
    """Send the user and the groups with each request from now on. Raises `Failure` for groups of nobody."""
    if groups and user is None:
        raise Failure("--as-group needs --as, the user who is in the group.")
    if user is not None:
        api.set_default_header("Impersonate-User", user)
    if groups:
        api.rest_client = _GroupClient(api.configuration, groups)


class _GroupClient(RESTClientObject):  # type: ignore[misc]  # kubernetes ships no types
    """Sends each group in a header of its own, since the headers of the ApiClient have one value for each name."""

    def __init__(self, configuration: client.Configuration, groups: Sequence[str]) -> None:
        super().__init__(configuration)
        self._groups = groups

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send a request."""
        headers = HTTPHeaderDict(options.pop("headers", None) or {})
        for group in self._groups:
            headers.add("Impersonate-Group", group)
        return super().request(method, url, headers=headers, **options)
