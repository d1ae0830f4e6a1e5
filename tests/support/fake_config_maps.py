"""ConfigMaps of an API server, in memory."""

from dataclasses import dataclass, field

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.config_map import NewConfigMap
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ConfigMapRefused


@dataclass
class FakeConfigMaps:
    """`ConfigMapStore` over a dict. `calls` has all calls; those in `refused` are refused."""

    made: dict[ObjectKey, NewConfigMap] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    is_down: bool = False

    async def create(self, config_map: NewConfigMap) -> None:
        self._call("create", config_map.key)
        self.made.setdefault(config_map.key, config_map)

    async def delete(self, key: ObjectKey) -> None:
        self._call("delete", key)
        self.made.pop(key, None)

    def _call(self, verb: str, key: ObjectKey) -> None:
        self.calls.append((verb, key.name))
        if self.is_down:
            raise ApiServerUnavailable(f"{verb} configmaps: 500")
        if verb in self.refused:
            raise ConfigMapRefused(f"403 configmaps is forbidden: cannot {verb} resource")
