"""All resources of our kind as last seen, and who claims what. Filled by watch events, lists and our own writes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from entrasync.core.resource import Claim, Resource, ResourceKey, claim_of

MOST_REMEMBERED = 10_000
"""Deletions whose late echoes are refused; an echo is late by milliseconds."""


class Resources:
    """The store of one process.

    Newer versions win; the order in which watch and our own writes tell does not matter.
    """

    def __init__(self) -> None:
        self._by_key: dict[ResourceKey, Resource] = {}
        self._gone: dict[str, None] = {}
        self._on_service_principal: defaultdict[str, set[ResourceKey]] = defaultdict(set)
        self.is_complete = False
        """Whether a complete list was read since the start. Without it claims prove nothing, and nothing is written."""

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Resource]:
        return iter(list(self._by_key.values()))

    def get(self, key: ResourceKey) -> Resource | None:
        """Find a resource."""
        return self._by_key.get(key)

    def put(self, resource: Resource) -> Resource | None:
        """Keep a resource unless a newer version is known.

        Returns what was known before; `resource` itself if nothing changed hands.
        """
        if resource.uid in self._gone:
            return resource  # an answer to an earlier write, overtaken by the news of the deletion
        known = self._by_key.get(resource.key)
        if known and known.uid == resource.uid and int(known.resource_version) >= int(resource.resource_version):
            return resource
        if known:
            self._unlink(known)
        self._by_key[resource.key] = resource
        if home := resource.service_principal_id:
            self._on_service_principal[home].add(resource.key)
        return known

    def remove(self, key: ResourceKey, uid: str) -> None:
        """Forget an object that is no longer there; one made anew under its name meanwhile stays."""
        self._gone[uid] = None
        if len(self._gone) > MOST_REMEMBERED:
            del self._gone[next(iter(self._gone))]
        known = self._by_key.get(key)
        if known and known.uid == uid:
            del self._by_key[key]
            self._unlink(known)

    def by_uid(self) -> dict[str, Resource]:
        """All objects known now."""
        return {known.uid: known for known in self._by_key.values()}

    def prune(self, known_before: Mapping[str, Resource], present: Collection[str]) -> list[Resource]:
        """Forget the objects known before a complete list and not shown by it; returns those that went."""
        gone = [known for uid, known in known_before.items() if uid not in present and uid not in self._gone]
        for known in gone:
            self.remove(known.key, known.uid)
        return gone

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

    def _unlink(self, resource: Resource) -> None:
        home = resource.service_principal_id or ""
        self._on_service_principal[home].discard(resource.key)
        if not self._on_service_principal[home]:
            del self._on_service_principal[home]
