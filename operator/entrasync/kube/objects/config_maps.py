"""The API server for ConfigMaps, which hold schemas: backups, and those that a spec names."""

import base64
import binascii
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.resource.config_map import ConfigMap, NewConfigMap
from entrasync.kube.client.api_client import (
    JSON,
    ApiClient,
    BadRequest,
    Forbidden,
    InternalError,
    NamespaceTerminating,
    TooLarge,
    Unprocessable,
)
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import (
    ApiServerUnavailable,
    ConfigMapRefused,
    ConfigMapTaken,
    ResourceChanged,
    ResourceGone,
    WriteRefused,
)

METADATA_FORM = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


class ConfigMapClient:
    """Implements `reconcile.ports.kubernetes.ConfigMapStore`."""

    def __init__(self, api_client: ApiClient) -> None:
        self._api_client = api_client

    async def read_version(self, key: ObjectKey) -> ConfigMapVersion:
        """Read which version of a ConfigMap there is, without what it holds. One that is missing has no version."""
        try:
            return _read_version(await self._call("GET", _path(key), accept=METADATA_FORM))
        except ResourceGone:
            return ConfigMapVersion(key.name)

    async def read(self, key: ObjectKey) -> ConfigMap | None:
        """Read a ConfigMap; returns None when there is none."""
        try:
            raw = await self._call("GET", _path(key))
        except ResourceGone:
            return None
        return ConfigMap(_read_version(raw), _read_data(raw, key), raw["metadata"].get("annotations") or {})

    async def create(self, config_map: NewConfigMap) -> None:
        """Make an immutable ConfigMap, unless there is one that holds the same.

        A 409 may also say that a quota was counted anew meanwhile, and then nothing was made.
        """
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
        try:
            await self._call("POST", _collection(key.namespace), document)
        except ResourceChanged as error:
            await self._check_made(config_map, error)

    async def _check_made(self, config_map: NewConfigMap, error: ResourceChanged) -> None:
        """Check that the ConfigMap that is there holds what was to be made."""
        found = await self.read(config_map.key)
        if found is None:
            raise ApiServerUnavailable(str(error)) from error
        if found.data != config_map.data:
            raise ConfigMapTaken(f"ConfigMap {config_map.key} is there and holds something else")

    async def delete(self, key: ObjectKey) -> None:
        """Delete a ConfigMap."""
        with suppress(ResourceGone):
            await self._call("DELETE", _path(key))

    async def _call(
        self, method: str, path: str, document: dict[str, object] | None = None, *, accept: str = JSON
    ) -> Any:
        try:
            return await self._api_client.call(method, path, body=document, accept=accept)
        except NamespaceTerminating:
            raise  # its resources are deleted as well
        except (
            BadRequest,
            Forbidden,
            TooLarge,
            Unprocessable,
        ) as error:  # policies of a cluster answer with any of them
            raise ConfigMapRefused(str(error)) from error
        except InternalError as error:
            raise error if document is None else WriteRefused(str(error)) from error


def _read_version(raw: Any) -> ConfigMapVersion:
    metadata = raw["metadata"]
    return ConfigMapVersion(metadata["name"], str(metadata["uid"]), str(metadata["resourceVersion"]))


def _read_data(raw: Mapping[str, Any], key: ObjectKey) -> dict[str, bytes]:
    texts, binaries = raw.get("data") or {}, raw.get("binaryData") or {}
    try:
        packed = {str(name): base64.b64decode(value, validate=True) for name, value in binaries.items()}
        return packed | {str(name): text.encode("utf-8", "surrogatepass") for name, text in texts.items()}
    except (AttributeError, TypeError, binascii.Error, ValueError) as error:
        raise ApiServerUnavailable(f"ConfigMap {key} came in a form that cannot be read") from error


def _path(key: ObjectKey) -> str:
    return f"{_collection(key.namespace)}/{encode_segment(key.name)}"


def _collection(namespace: str) -> str:
    return f"/api/v1/namespaces/{encode_segment(namespace)}/configmaps"
