"""A ConfigMap of the API server, as far as it is read and written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.config_map_version import ConfigMapVersion


@dataclass(frozen=True)
class ConfigMap:
    """One ConfigMap. `data` has its data and its binaryData as bytes."""

    version: ConfigMapVersion
    data: Mapping[str, bytes] = field(repr=False)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NewConfigMap:
    """A ConfigMap to be made, which nobody can change afterwards. `data` is as bytes."""

    key: ObjectKey
    data: Mapping[str, bytes] = field(repr=False)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
