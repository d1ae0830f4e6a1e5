"""Which connection a resource goes by: the one it names, its namespace's default, or the install's own."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from entrasync.api.names import DEFAULT_CONNECTION
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import DISCONNECTED_POLL_INTERVAL, Wait
from entrasync.core.primitives.object_key import ObjectKey, is_same_id
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.state.listings import Listings


@dataclass(frozen=True)
class Connection:
    """A way into one tenant. `key` is that of its GraphConnection; None for the install's own."""

    key: ObjectKey | None
    api: SyncApi = field(repr=False)
    listings: Listings = field(repr=False)


@dataclass(frozen=True)
class Fault:
    """Why a GraphConnection cannot be used, in the words of its own condition.

    Entra has refused it or a person must act, unless it `is_passing`.
    """

    reason: str
    message: str
    is_passing: bool = False


@dataclass(frozen=True)
class Awaited:
    """A GraphConnection that is there and has not been tried yet: nothing may be said of it."""


Known = Connection | Fault | Awaited


def ignore(key: ObjectKey) -> None:
    """Tell nobody."""


class Connections:
    """All GraphConnections as far as they are known, and the install's own connection, if it has one.

    `serves` tells which namespaces may use the install's own; `on_change` is told of each GraphConnection that comes to
    work, ceases to, or goes. What last worked is kept for resources that are being deleted, until it is dropped.
    """

    def __init__(
        self,
        own: Connection | None,
        *,
        serves: Callable[[str], bool],
        on_change: Callable[[ObjectKey], None] = ignore,
    ) -> None:
        self._own = own
        self._serves = serves
        self._on_change = on_change
        self._known: dict[ObjectKey, Known] = {}
        self._last_good: dict[ObjectKey, Connection] = {}

    def get(self, key: ObjectKey) -> Known | None:
        """Tell what is known of a GraphConnection; None when there is none."""
        return self._known.get(key)

    def expect(self, key: ObjectKey) -> None:
        """Note that a GraphConnection is there; what becomes of it will be told by `put`."""
        if key not in self._known:
            self._known[key] = Awaited()
            self._on_change(key)

    def put(self, key: ObjectKey, known: Connection | Fault) -> None:
        """Keep what became of a GraphConnection: it works, or why not."""
        before, self._known[key] = self._known.get(key), known
        if isinstance(known, Connection):
            self._last_good[key] = known
        if before != known:
            self._on_change(key)

    def remove(self, key: ObjectKey) -> None:
        """Forget a GraphConnection that is no longer there, but not yet by what it last worked."""
        if self._known.pop(key, None) is not None:
            self._on_change(key)

    def drop_last_good(self, key: ObjectKey) -> None:
        """Forget by what a GraphConnection last worked: nobody needs it any more."""
        self._last_good.pop(key, None)

    def is_awaited(self, resource: Resource) -> bool:
        """Whether a resource goes by a connection that has not been tried yet: it is woken when that is done."""
        key = self.key_for(resource)
        return key is not None and isinstance(self._known.get(key), Awaited)

    def key_for(self, resource: Resource) -> ObjectKey | None:
        """Tell which GraphConnection a resource goes by; None for the install's own."""
        namespace = resource.key.namespace
        named = resource.desired.connection_name if resource.desired else None
        if named is not None:
            return ObjectKey(namespace, named)
        default = ObjectKey(namespace, DEFAULT_CONNECTION)
        has_default = default in self._known or self._ends_by_former(resource, default)
        return default if has_default or not self._may_use_own(namespace) else None

    def may_end_by(self, resource: Resource, key: ObjectKey) -> bool:
        """Whether a resource would go by this GraphConnection if it were deleted now."""
        return self.key_for(replace(resource, is_deleting=True)) == key

    def find(self, resource: Resource) -> Connection:
        """Return the connection of a resource. Raises `Halted` while there is none that works.

        A resource that is being deleted may still go by what last worked.
        """
        key = self.key_for(resource)
        if key is None and self._own is not None:
            return self._own
        known = self._known.get(key) if key else None
        if isinstance(known, Connection):
            return known
        if resource.is_deleting and key in self._last_good:
            return self._last_good[key]
        raise self._refuse(resource, key, known)

    def still_leads(self, resource: Resource, connection: Connection) -> bool:
        """Whether a resource still goes by the connection that its pass began by."""
        try:
            return self.find(resource).api is connection.api
        except Halted:
            return False

    def tenant_of(self, resource: Resource) -> str | None:
        """Tell the tenant that a resource belongs to or would come to; None while its connection does not work."""
        if pinned := resource.pinned_tenant_id:
            return pinned
        try:
            return self.find(resource).api.tenant_id
        except Halted:
            return None

    def may_yet_claim(self, resource: Resource) -> bool:
        """Whether it is not known yet which tenant a resource belongs to: its connection has not been tried."""
        return resource.pinned_tenant_id is None and self.is_awaited(resource)

    def forget_unused(self, service_principal_ids: Collection[str]) -> None:
        """Drop what was read of service principals that no resource belongs to any more."""
        for connection in self._all():
            connection.listings.keep_only(service_principal_ids)

    def _ends_by_former(self, resource: Resource, default: ObjectKey) -> bool:
        """Whether only a default that is gone leads a resource that is being deleted to the tenant of its job."""
        former, own, pinned = self._last_good.get(default), self._own, resource.pinned_tenant_id
        if not resource.is_deleting or former is None or own is None or pinned is None:
            return False
        return is_same_id(former.api.tenant_id, pinned) and not is_same_id(own.api.tenant_id, pinned)

    def _all(self) -> list[Connection]:
        return [*([self._own] if self._own else []), *self._last_good.values()]

    def _may_use_own(self, namespace: str) -> bool:
        return self._own is not None and self._serves(namespace)

    def _refuse(self, resource: Resource, key: ObjectKey | None, known: Known | None) -> Halted:
        if key is not None and isinstance(known, Fault):
            return disconnected(key, known)
        if isinstance(known, Awaited):
            return _wait(f"GraphConnection {key} has not been tried yet.")
        return _wait(self._explain_absence(resource, key))

    def _explain_absence(self, resource: Resource, key: ObjectKey | None) -> str:
        if resource.desired is not None and resource.desired.connection_name:
            return f"There is no GraphConnection {key}. Create it, or correct spec.connectionRef.name."
        own = "does not serve this namespace" if self._own else "does not exist"
        return (
            f"Namespace {resource.key.namespace} has no GraphConnection named {DEFAULT_CONNECTION}, and the install's "
            f"own connection {own}. Create one, or name another in spec.connectionRef."
        )


def disconnected(key: ObjectKey, fault: Fault) -> Halted:
    """Say to a resource that its GraphConnection does not work, and why."""
    return _wait(f"GraphConnection {key} is not ready ({fault.reason}): {fault.message}")


def _wait(message: str) -> Halted:
    """Halt a pass whose connection does not work. A change of the connection triggers the next pass at once."""
    return Halted(Wait(Reason.CONNECTION_NOT_READY, message, DISCONNECTED_POLL_INTERVAL))
