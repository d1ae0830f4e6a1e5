"""The API server for ConfigMaps, which hold backups of schemas."""

import base64
from contextlib import suppress

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.config_map import NewConfigMap
from entrasync.kube.client.api_client import ApiClient, Forbidden, NamespaceTerminating
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import ConfigMapRefused, ResourceChanged, ResourceGone


class ConfigMapClient:
    """Implements `reconcile.ports.kubernetes.ConfigMapStore`."""

    def __init__(self, api_client: ApiClient) -> None:
        self._api_client = api_client

    async def create(self, config_map: NewConfigMap) -> None:
        """Make an immutable ConfigMap. One that has its name already is left as it is."""
        key = config_map.key
        document = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": key.name,
                "namespace": key.namespace,
                "labels": dict(config_map.labels),
                "annotations": dict(config_map.annotations),
            },
            "immutable": True,
            "binaryData": {name: base64.b64encode(content).decode() for name, content in config_map.data.items()},
        }
        with suppress(ResourceChanged):  # 409: it is there
            await self._call("POST", _collection(key.namespace), document)

    async def delete(self, key: ObjectKey) -> None:
        """Delete a ConfigMap."""
        with suppress(ResourceGone):
            await self._call("DELETE", f"{_collection(key.namespace)}/{encode_segment(key.name)}")

    async def _call(self, method: str, path: str, document: dict[str, object] | None = None) -> None:
        try:
            await self._api_client.call(method, path, body=document)
        except NamespaceTerminating:
            raise  # its resources are deleted as well
        except Forbidden as error:
            raise ConfigMapRefused(str(error)) from error


def _collection(namespace: str) -> str:
    return f"/api/v1/namespaces/{encode_segment(namespace)}/configmaps"
