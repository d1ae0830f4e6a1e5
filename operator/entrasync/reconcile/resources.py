"""All resources of our kind as last seen, and who claims what."""

from collections import defaultdict

from entrasync.core.resource import Claim, Resource, ResourceKey, claim_of
from entrasync.reconcile.store import Store


class Resources(Store[Resource]):
    """The SynchronizationJobs of one process. Before their list is complete nothing is written to Graph."""

    def __init__(self) -> None:
        super().__init__()
        self._on_service_principal: defaultdict[str, set[ResourceKey]] = defaultdict(set)

    def home(self, key: ResourceKey) -> str:
        """Serialise by service principal: it has one create in flight, and its resources share its list calls."""
        resource = self.get(key)
        return (resource.service_principal_id if resource else None) or str(key)

    def keys_on(self, service_principal_id: str) -> frozenset[ResourceKey]:
        """The resources of one service principal."""
        return frozenset(self._on_service_principal.get(service_principal_id, ()))

    def claims_on(self, service_principal_id: str, *, besides: ResourceKey) -> tuple[Claim, ...]:
        """What all other resources claim on one service principal."""
        keys = sorted(self.keys_on(service_principal_id) - {besides})
        others = (self._by_key[key] for key in keys)
        return tuple(claim_of(other) for other in others if not other.has_let_go)

    def service_principals(self) -> frozenset[str]:
        """All service principals that a resource belongs to."""
        return frozenset(self._on_service_principal)

    def _link(self, seen: Resource) -> None:
        if home := seen.service_principal_id:
            self._on_service_principal[home].add(seen.key)

    def _unlink(self, known: Resource) -> None:
        home = known.service_principal_id or ""
        self._on_service_principal[home].discard(known.key)
        if not self._on_service_principal[home]:
            del self._on_service_principal[home]
