"""Secrets and ConfigMaps for the operator's readers: those of the manifests first, then those of the cluster."""

import base64
import binascii
import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Retry
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.resource.config_map import ConfigMap, NewConfigMap
from entrasync.core.resource.kubernetes_secret import KubernetesSecret, has_watch_label, unlabelled
from kubectl_entrasync.plan.cluster_state import ClusterState, NotRead

Manifest = Mapping[str, Any]


class UnknownValues(Mapping[str, bytes]):
    """Stands for the data of a Secret that was not read: each value is one that Graph certainly does not have."""

    def __getitem__(self, key: str) -> bytes:
        return secrets.token_hex(16).encode()

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class PlannedSecrets:
    """Implements `reconcile.ports.kubernetes.SecretStore`. `notes` has what could not be read."""

    def __init__(self, manifests: Mapping[ObjectKey, Manifest], cluster: ClusterState) -> None:
        self._manifests = manifests
        self._cluster = cluster
        self.notes: dict[ObjectKey, str] = {}

    async def read_secret(self, key: ObjectKey) -> KubernetesSecret | None:
        """Read a Secret; None if there is none. The values of one that cannot be read count as new ones."""
        planned = self._manifests.get(key)
        has_values = planned is not None and bool(planned.get("data") or planned.get("stringData"))
        try:
            found = self._cluster.read_secret(key)
        except NotRead as error:
            if planned is not None and has_values:
                return _read(key, planned)
            self.notes[key] = f"Secret {key} was not read ({error}), so its values count as new ones."
            return KubernetesSecret(key, "", "", UnknownValues())
        stored = None if found is None else _read(key, found)
        if planned is None or not has_values:
            return stored
        made = _read(key, planned)
        return stored if stored is not None and stored.data == made.data else made

    def notes_of(self, facts: Facts) -> list[str]:
        """Return what could not be read of the Secrets that a resource refers to."""
        spec = facts.desired.application
        entries = spec.credentials.given if spec and spec.credentials else []
        references = [each.value_from.secret_key_ref for each in entries if each.value_from]
        names = {reference.name for reference in references if reference}
        keys = (ObjectKey(facts.resource.key.namespace, name) for name in sorted(names))
        return [self.notes[key] for key in keys if key in self.notes]


class PlannedConfigMaps:
    """Implements `reconcile.ports.kubernetes.ConfigMapStore`. It makes and deletes none."""

    def __init__(self, manifests: Mapping[ObjectKey, Manifest], cluster: ClusterState) -> None:
        self._manifests = manifests
        self._cluster = cluster

    async def read_version(self, key: ObjectKey) -> ConfigMapVersion:
        """Read which version there is. Raises `Halted`."""
        found = await self.read(key)
        return found.version if found else ConfigMapVersion(key.name)

    async def read(self, key: ObjectKey) -> ConfigMap | None:
        """Read a ConfigMap; None if there is none. Raises `Halted` if that cannot be told."""
        planned = self._manifests.get(key)
        if planned is not None:
            return ConfigMap(ConfigMapVersion(key.name, "planned", "planned"), *_content_of(planned))
        try:
            found = self._cluster.read_config_map(key)
        except NotRead as error:
            message = f"ConfigMap {key} is not among the manifests, and it was not read: {error}."
            raise Halted(Retry(Reason.SCHEMA_SOURCE_UNREADABLE, message)) from None
        if found is None:
            return None
        metadata = found["metadata"]
        version = ConfigMapVersion(key.name, str(metadata["uid"]), str(metadata["resourceVersion"]))
        return ConfigMap(version, *_content_of(found))

    async def create(self, config_map: NewConfigMap) -> None:
        """Never make one."""
        raise NotImplementedError

    async def delete(self, key: ObjectKey) -> None:
        """Never delete one."""
        raise NotImplementedError


def _read(key: ObjectKey, manifest: Manifest) -> KubernetesSecret:
    metadata = manifest["metadata"]
    if not has_watch_label(metadata.get("labels")):
        raise unlabelled(key)
    data = _decode(manifest.get("data"), _unpack) | _decode(manifest.get("stringData"), str.encode)
    return KubernetesSecret(key, str(metadata.get("uid", "planned")), str(metadata.get("resourceVersion", "")), data)


def _content_of(manifest: Manifest) -> tuple[dict[str, bytes], Mapping[str, str]]:
    data = _decode(manifest.get("binaryData"), _unpack) | _decode(manifest.get("data"), str.encode)
    return data, manifest["metadata"].get("annotations") or {}


def _decode(members: Any, read: Callable[[str], bytes]) -> dict[str, bytes]:
    return {str(name): read(str(value)) for name, value in members.items()} if isinstance(members, Mapping) else {}


def _unpack(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""
