"""What reconciling a ProvisioningRequest needs of the API server and of the metrics, as protocols."""

from collections.abc import Mapping
from typing import Any, Protocol

from entrasync.core.provisioning.request_resource import RequestResource


class RequestApi(Protocol):
    """Writes ProvisioningRequests to the API server.

    Every call may raise `ResourceChanged` (409), `ResourceGone` (404) and `ApiServerUnavailable` (anything else).
    """

    async def patch_metadata(self, resource: RequestResource, patch: Mapping[str, Any]) -> RequestResource:
        """Merge-patch `metadata` of the object with this uid. Idempotent. Returns the new resource."""
        ...

    async def patch_status(
        self, resource: RequestResource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> RequestResource:
        """Merge-patch `status`. Idempotent. Returns the new resource.

        With `if_unchanged` the write is bound to the version of the resource, and raises `ResourceChanged` otherwise.
        """
        ...

    async def delete(self, resource: RequestResource) -> None:
        """Delete the object with this uid. Idempotent."""
        ...


class RequestMetrics(Protocol):
    """Counts ProvisioningRequests."""

    def provisioning_ended(self, outcome: str) -> None:
        """Count a request that came to its end."""
        ...
