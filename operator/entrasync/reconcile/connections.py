"""Which connection a resource goes by: the one it names, its namespace's default, or the install's own."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from entrasync.api.conditions import Reason
from entrasync.api.names import DEFAULT_CONNECTION
from entrasync.core.errors import Disconnected
from entrasync.core.resource import Resource, ResourceKey
from entrasync.reconcile.listings import Listings
from entrasync.reconcile.ports import SyncApi


@dataclass(frozen=True)
class Connection:
    """A way into one tenant. `key` is that of its GraphConnection; None for the install's own."""

    key: ResourceKey | None
    api: SyncApi = field(repr=False)
    listings: Listings = field(repr=False)


@dataclass(frozen=True)
class Fault:
    """Why a GraphConnection cannot be used, in the words of its own condition."""

    reason: str
    message: str


class Connections:
    """All GraphConnections as far as they are known, and the install's own connection, if it has one.

    `serves` tells which namespaces may use the install's own.
    """

    def __init__(self, own: Connection | None, *, serves: Callable[[str], bool]) -> None:
        self._own = own
        self._serves = serves
        self._known: dict[ResourceKey, Connection | Fault] = {}

    def put(self, key: ResourceKey, known: Connection | Fault) -> None:
        """Keep what became of a GraphConnection: it works, or why not."""
        self._known[key] = known

    def remove(self, key: ResourceKey) -> None:
        """Forget a GraphConnection that is no longer there."""
        self._known.pop(key, None)

    def key_for(self, resource: Resource) -> ResourceKey | None:
        """Tell which GraphConnection a resource goes by; None for the install's own."""
        namespace = resource.key.namespace
        named = resource.desired.connection_name if resource.desired else None
        if named is not None:
            return ResourceKey(namespace, named)
        default = ResourceKey(namespace, DEFAULT_CONNECTION)
        return default if default in self._known or not self._may_use_own(namespace) else None

    def find(self, resource: Resource) -> Connection:
        """Return the connection of a resource. Raises `Disconnected` while there is none that works."""
        key = self.key_for(resource)
        if key is None and self._own is not None:
            return self._own
        match self._known.get(key) if key else None:
            case Connection() as connection:
                return connection
            case Fault() as fault:
                raise Disconnected(
                    Reason.CONNECTION_NOT_READY, f"GraphConnection {key} is not ready ({fault.reason}): {fault.message}"
                )
            case _:
                raise Disconnected(Reason.CONNECTION_NOT_READY, self._explain_absence(resource, key))

    def tenant_of(self, resource: Resource) -> str | None:
        """Tell the tenant that a resource belongs to or would come to; None while its connection does not work."""
        if pinned := resource.pinned_tenant_id:
            return pinned
        try:
            return self.find(resource).api.tenant_id
        except Disconnected:
            return None

    def forget_unused(self, service_principal_ids: Collection[str]) -> None:
        """Drop what was read of service principals that no resource belongs to any more."""
        for connection in self._all():
            connection.listings.keep_only(service_principal_ids)

    def _all(self) -> list[Connection]:
        own = [self._own] if self._own else []
        return [*own, *(known for known in self._known.values() if isinstance(known, Connection))]

    def _may_use_own(self, namespace: str) -> bool:
        return self._own is not None and self._serves(namespace)

    def _explain_absence(self, resource: Resource, key: ResourceKey | None) -> str:
        if resource.desired is not None and resource.desired.connection_name:
            return f"There is no GraphConnection {key}. Create it, or correct spec.connectionRef.name."
        own = "does not serve this namespace" if self._own else "does not exist"
        return (
            f"Namespace {resource.key.namespace} has no GraphConnection named {DEFAULT_CONNECTION}, and the install's "
            f"own connection {own}. Create one, or name another in spec.connectionRef."
        )
