"""ConfigMaps of an API server, in memory."""

from dataclasses import dataclass, field

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.config_map_version import ConfigMapVersion
from entrasync.core.resource.config_map import ConfigMap, NewConfigMap
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ConfigMapRefused, ConfigMapTaken


@dataclass
class FakeConfigMaps:
    """`ConfigMapStore` over a dict. `calls` has all calls; those in `refused` are refused."""

    made: dict[ObjectKey, NewConfigMap] = field(default_factory=dict)
    stored: dict[ObjectKey, ConfigMap] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    is_down: bool = False
    _versions: int = 0

    def put(self, key: ObjectKey, **data: bytes) -> None:
        """Store a ConfigMap as a user would: a new version."""
        self._versions += 1
        content = {name.replace("__", "."): value for name, value in data.items()}
        self.stored[key] = ConfigMap(ConfigMapVersion(key.name, f"uid-of-{key.name}", str(self._versions)), content)

    async def read_version(self, key: ObjectKey) -> ConfigMapVersion:
        self._call("get", key)
        return self.stored[key].version if key in self.stored else ConfigMapVersion(key.name)

    async def read(self, key: ObjectKey) -> ConfigMap | None:
        self._call("get", key)
        return self.stored.get(key)

    async def create(self, config_map: NewConfigMap) -> None:
        self._call("create", config_map.key)
        found = self.stored.get(config_map.key)
        if found is not None and found.data != config_map.data:
            raise ConfigMapTaken(f"ConfigMap {config_map.key} is there and holds something else")
        if found is None:
            self.made[config_map.key] = config_map
            self.put(config_map.key)
            self.stored[config_map.key] = ConfigMap(
                self.stored[config_map.key].version, config_map.data, config_map.annotations
            )

    async def delete(self, key: ObjectKey) -> None:
        self._call("delete", key)
        self.made.pop(key, None)
        self.stored.pop(key, None)

    def _call(self, verb: str, key: ObjectKey) -> None:
        self.calls.append((verb, key.name))
        if self.is_down:
            raise ApiServerUnavailable(f"{verb} configmaps: 500")
        if verb in self.refused:
            raise ConfigMapRefused(f"403 configmaps is forbidden: cannot {verb} resource")
