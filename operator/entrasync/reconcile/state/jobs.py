"""The store of SynchronizationJobs, with the claims of each on its service principal."""

from collections.abc import Callable, Hashable
from dataclasses import replace

from entrasync.core.primitives.object_key import ObjectKey, is_same_id
from entrasync.core.resource.defaults import Defaults, apply_defaults
from entrasync.core.resource.job_claims import Claim
from entrasync.core.resource.job_resource import Resource, has_unacknowledged_loss
from entrasync.core.resource.resolved_names import Resolution, resolve, without_resolution
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.state.neighbours import Neighbours
from entrasync.reconcile.state.recent_creates import RecentCreates

LOSSES_THAT_BLOCK_A_TENANT = 2
"""On so many service principals a secret of others must be lost before no secret is written in their whole tenant."""


class JobStore(Store[Resource]):
    """The SynchronizationJobs of one process. Nothing is written to Graph before their list is complete."""

    def __init__(self, install: Defaults | None = None) -> None:
        super().__init__()
        self._install = install or Defaults()
        self._defaults: dict[str, Defaults] = {}
        self._resolutions: dict[str, Resolution] = {}
        self._on_service_principal: dict[str, Neighbours] = {}
        self._with_losses: set[ObjectKey] = set()
        self.recent_creates = RecentCreates()
        """What stays known of created jobs when their resources are deleted."""

    def serialization_key(self, key: ObjectKey) -> str:
        """Serialize by service principal: it has at most one create in progress, and its resources share list calls."""
        resource = self.get(key)
        return (resource.service_principal_id if resource else None) or str(key)

    def remember_resolution(self, resource: Resource, resolution: Resolution) -> None:
        """Remember the ids that the names in a resource's spec stand for."""
        self._resolutions[resource.uid] = resolution
        self._exchange(resource, self.resolved)

    def forget_resolution(self, resource: Resource) -> None:
        """Forget the ids that the names in a resource's spec stood for, because Graph does not know them any more."""
        self._resolutions.pop(resource.uid, None)
        self._exchange(resource, without_resolution)

    def set_defaults(self, namespace: str, defaults: Defaults) -> None:
        """Remember the defaults of a namespace and apply them to its resources."""
        if self._defaults.get(namespace) == defaults:
            return
        self._defaults[namespace] = defaults
        for known in self.in_namespace(namespace):
            self._exchange(known, self.resolved)

    def forget_defaults(self, namespace: str) -> None:
        """Forget the defaults of a namespace that has no resource any more."""
        self._defaults.pop(namespace, None)

    def resolved(self, seen: Resource) -> Resource:
        """Replace names by ids as far as they are known, and fill in defaults where the spec leaves something open."""
        if seen.desired is not None and seen.desired.unset:
            defaults = self._defaults.get(seen.key.namespace, self._install)
            seen = replace(seen, desired=apply_defaults(seen.desired, defaults))
        return resolve(seen, self._resolutions.get(seen.uid))

    def remove(self, key: ObjectKey, uid: str) -> None:
        """Forget a resource that was deleted, and the ids that its names stood for."""
        self._resolutions.pop(uid, None)
        super().remove(key, uid)

    def keys_on(self, service_principal_id: str) -> frozenset[ObjectKey]:
        """Return the keys of the resources of one service principal."""
        found = self._on_service_principal.get(service_principal_id)
        return found.keys if found else frozenset()

    def is_alone_on(self, service_principal_id: str, key: ObjectKey) -> bool:
        """Whether a resource is the only one of a service principal."""
        found = self._on_service_principal.get(service_principal_id)
        return found is not None and found.is_only(key)

    def namespaces_on(self, service_principal_id: str) -> frozenset[str]:
        """Return the namespaces of the resources of one service principal."""
        found = self._on_service_principal.get(service_principal_id)
        return found.namespaces if found else frozenset()

    def claims_on(
        self,
        service_principal_id: str,
        *,
        excluding: ObjectKey,
        is_counted: Callable[[Resource], bool],
        judge: Hashable = None,
    ) -> tuple[Claim, ...]:
        """Return the claims of the other resources on a service principal, if `is_counted` accepts them.

        Of claims to the same thing it returns those that may come first: see `representatives`. What `is_counted` said
        is kept as long as the `judge` is the same and no claim changes; without a judge it is asked anew.
        """
        if (found := self._on_service_principal.get(service_principal_id)) is None:
            return ()
        claims = found.claims(judge or object(), lambda key: is_counted(self._by_key[key]))
        return tuple(claim for claim in claims if claim.key != excluding)

    def find_secret_loss(
        self, tenant_id: str, service_principal_id: str | None, *, excluding: ObjectKey
    ) -> ObjectKey | None:
        """Return another resource that reports ForeignSecretLost, by which no secret may be written.

        That is one on the same service principal, or any of the tenant once two service principals have lost one.
        Losses that a person has acknowledged do not count.
        """
        others = [self._by_key[key] for key in sorted(self._with_losses - {excluding})]
        others = [other for other in others if is_same_id(other.pinned_tenant_id, tenant_id)]
        for other in others:
            if is_same_id(other.service_principal_id, service_principal_id):
                return other.key
        is_widespread = len({other.service_principal_id for other in others}) >= LOSSES_THAT_BLOCK_A_TENANT
        return others[0].key if is_widespread else None

    def service_principals(self) -> frozenset[str]:
        """Return all service principals that a resource belongs to."""
        return frozenset(self._on_service_principal)

    def _exchange(self, resource: Resource, change: Callable[[Resource], Resource]) -> None:
        known = self._by_key.get(resource.key)
        if known is None or known.uid != resource.uid:
            return
        self._by_key[known.key] = change(known)
        self._relink(known, self._by_key[known.key])

    def _link(self, seen: Resource) -> None:
        self.recent_creates.note(seen)
        if service_principal_id := seen.service_principal_id:
            self._on_service_principal.setdefault(service_principal_id, Neighbours()).put(seen)
        if has_unacknowledged_loss(seen):
            self._with_losses.add(seen.key)

    def _relink(self, known: Resource | None, seen: Resource) -> None:
        if known is not None and known.service_principal_id != seen.service_principal_id:
            self._unlink(known)
        if known is not None and known.uid != seen.uid:
            self._resolutions.pop(known.uid, None)
        self._with_losses.discard(seen.key)
        self._link(seen)

    def _unlink(self, known: Resource) -> None:
        self._with_losses.discard(known.key)
        service_principal_id = known.service_principal_id or ""
        if neighbours := self._on_service_principal.get(service_principal_id):
            neighbours.remove(known.key)
            if not neighbours:
                del self._on_service_principal[service_principal_id]
