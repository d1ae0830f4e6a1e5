"""The API server for Namespaces: their annotations."""

from collections.abc import Mapping

from entrasync.kube.client.api_client import ApiClient, Forbidden
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import ResourceGone


class NamespaceReader:
    """Implements `reconcile.ports.kubernetes.NamespaceStore`."""

    def __init__(self, api_client: ApiClient) -> None:
        self._api_client = api_client

    async def read_annotations(self, namespace: str) -> Mapping[str, str] | None:
        """Read the annotations of a Namespace. Returns None when it does not exist or may not be read."""
        try:
            found = await self._api_client.call("GET", f"/api/v1/namespaces/{encode_segment(namespace)}")
        except (Forbidden, ResourceGone):
            return None
        annotations: Mapping[str, str] = found["metadata"].get("annotations") or {}
        return annotations
