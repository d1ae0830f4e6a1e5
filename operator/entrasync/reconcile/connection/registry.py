"""Finds the connection of a resource: the one it names, its namespace's default, or the operator connection."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta

from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION
from entrasync.core.connection.disconnection import Disconnected, Offer, explain_absence
from entrasync.core.decision.errors import Halted
from entrasync.core.primitives.object_key import ObjectKey, is_same_id
from entrasync.core.resource.desired import INSTALL_CONNECTION
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.state.listings import Listings


@dataclass(frozen=True)
class Connection:
    """A connection to one tenant. `key` is that of its GraphConnection, and None for the operator connection."""

    key: ObjectKey | None
    api: SyncApi = field(repr=False)
    listings: Listings = field(repr=False)
    has_logged_in: bool = True
    """Whether its credential was ever accepted. Jobs may try one that was not, for Entra may only be unreachable."""

    @property
    def words(self) -> str:
        """How messages name it: kind, namespace and name."""
        return INSTALL_CONNECTION if self.key is None else f"{CONNECTION_KIND} {self.key}"


@dataclass(frozen=True)
class ConnectionFault:
    """Why a GraphConnection cannot be used, in the words of its own condition.

    Entra has refused it or a person must act, unless it `is_transient`.
    """

    reason: str
    message: str
    is_transient: bool = False


@dataclass(frozen=True)
class UntriedConnection:
    """A GraphConnection that exists and has not been tried yet, so nothing is known of it."""


ConnectionState = Connection | ConnectionFault | UntriedConnection


OPERATOR_CONNECTION = "the operator connection"
"""Stands for the operator connection where a GraphConnection has a key."""


def ignore_change(key: ObjectKey) -> None:
    """Do nothing."""


class Connections:
    """All GraphConnections as far as they are known, and the operator connection, if the install has one.

    `serves_namespace` says whether a namespace may use the operator connection. `on_change` is called for each
    GraphConnection that begins to work, stops working or is removed. The connection that worked last is kept for
    resources that are being deleted, until it is dropped.
    """

    def __init__(
        self,
        operator_connection: Connection | None,
        *,
        serves_namespace: Callable[[str], bool],
        on_change: Callable[[ObjectKey], None] = ignore_change,
    ) -> None:
        self._operator_connection = operator_connection
        self._serves_namespace = serves_namespace
        self._on_change = on_change
        self._known: dict[ObjectKey, ConnectionState] = {}
        self._last_good: dict[ObjectKey, Connection] = {}
        self.version = 0
        """Grows with every change after which a resource may belong to another connection or tenant."""

    def get(self, key: ObjectKey) -> ConnectionState | None:
        """Return what is known of a GraphConnection; None when there is none."""
        return self._known.get(key)

    def expect(self, key: ObjectKey) -> None:
        """Note that a GraphConnection exists. Its first login follows, and `put` stores the result."""
        if key not in self._known:
            self.version += 1
            self._known[key] = UntriedConnection()
            self._on_change(key)

    def put(self, key: ObjectKey, known: Connection | ConnectionFault) -> None:
        """Store the result of a login: the connection that works, or why it does not."""
        before, self._known[key] = self._known.get(key), known
        if isinstance(known, Connection):
            self._last_good[key] = known
        self.version += 1
        if before != known:
            self._on_change(key)

    def remove(self, key: ObjectKey) -> None:
        """Forget a GraphConnection that no longer exists. The connection that worked last is kept."""
        if self._known.pop(key, None) is not None:
            self.version += 1
            self._on_change(key)

    def drop_last_good(self, key: ObjectKey) -> None:
        """Forget the connection that worked last, because no resource needs it any more."""
        self.version += 1
        self._last_good.pop(key, None)

    def is_untried(self, resource: Resource) -> bool:
        """Whether the connection of a resource has not been tried yet. The resource is requeued when that is done."""
        key = self.key_for(resource)
        return key is not None and isinstance(self._known.get(key), UntriedConnection)

    def key_for(self, resource: Resource) -> ObjectKey | None:
        """Return which GraphConnection a resource uses; None for the operator connection, which it may not get."""
        namespace = resource.key.namespace
        if resource.desired is not None and resource.desired.uses_install_connection:
            return None
        named = resource.desired.connection_name if resource.desired else None
        if named is not None:
            return ObjectKey(namespace, named)
        default = ObjectKey(namespace, DEFAULT_CONNECTION)
        has_default = default in self._known or self._deletes_through_former_default(resource, default)
        return default if has_default or self._own_for(resource) is None else None

    def uses_operator_connection(self, resource: Resource) -> bool:
        """Whether a resource uses the operator connection, and may do so."""
        return self.key_for(resource) is None and self._own_for(resource) is not None

    def find_install_tenant(self, resource: Resource) -> str | None:
        """Return the tenant of the operator connection; None where the resource may not use it."""
        own = self._own_for(resource)
        return own.api.tenant_id if own else None

    def may_delete_through(self, resource: Resource, key: ObjectKey) -> bool:
        """Whether a resource would use this GraphConnection if it were deleted now."""
        return self.key_for(replace(resource, is_deleting=True)) == key

    def find(self, resource: Resource) -> Connection:
        """Return the connection of a resource.

        A resource that is being deleted may still use the one that worked last. Raises `Halted` when no connection
        works.
        """
        key = self.key_for(resource)
        if key is None and (own := self._own_for(resource)) is not None:
            return own
        known = self._known.get(key) if key else None
        if isinstance(known, Connection):
            return known
        if resource.is_deleting and key in self._last_good:
            return self._last_good[key]
        raise self._refuse(resource, key, known)

    def pause_of(self, resource: Resource) -> timedelta:
        """Return how long the connection of a resource makes no call from now on; zero without a pause."""
        try:
            return self.find(resource).api.pause
        except Halted:
            return timedelta()

    def find_pause(self, key: ObjectKey) -> timedelta:
        """Return how long a GraphConnection makes no call from now on; zero without a pause or a connection."""
        known = self._known.get(key)
        return known.api.pause if isinstance(known, Connection) else timedelta()

    def still_uses(self, resource: Resource, connection: Connection) -> bool:
        """Whether a resource still uses the connection that its pass began with."""
        try:
            return self.find(resource).api is connection.api
        except Halted:
            return False

    def shares_tenant(self, resource: Resource, connection: Connection) -> bool:
        """Whether a resource certainly belongs to the tenant that a connection leads to.

        Its own connection must have logged in, now or when its tenant was pinned: anybody can name a tenant. Tenant ids
        of different clouds are never the same tenant.
        """
        own, pinned = self._find_logged_in(resource), resource.pinned_tenant_id
        if own is not None and own.api.graph_url != connection.api.graph_url:
            return False
        tenant_id = pinned or (own.api.tenant_id if own else None)
        return tenant_id is not None and is_same_id(tenant_id, connection.api.tenant_id)

    def name_tenant(self, resource: Resource) -> str:
        """Return the name under which passes over a resource are counted, so that tenants get fair shares of them.

        It is the tenant of its job. Until that has been seen it is the namespace of its connection: one owner may make
        many connections, and gets one share for all that prove no tenant.
        """
        if resource.pinned_tenant_id:
            return resource.pinned_tenant_id
        is_own = self.uses_operator_connection(resource)
        return OPERATOR_CONNECTION if is_own else resource.key.namespace

    def has_unknown_tenant(self, resource: Resource) -> bool:
        """Whether the tenant of a resource is not known yet, because its connection has not been tried."""
        return resource.pinned_tenant_id is None and self.is_untried(resource)

    def has_unproven_tenant(self, resource: Resource) -> bool:
        """Whether the tenant of a resource is not known, because its connection has not logged in."""
        return resource.pinned_tenant_id is None and self._find_logged_in(resource) is None

    def _find_logged_in(self, resource: Resource) -> Connection | None:
        try:
            found = self.find(resource)
        except Halted:
            return None
        return found if found.has_logged_in else None

    def forget_unused(self, service_principal_ids: Collection[str]) -> None:
        """Drop the listings of service principals that no resource belongs to any more."""
        for connection in self._all():
            connection.listings.keep_only(service_principal_ids)

    def _deletes_through_former_default(self, resource: Resource, default: ObjectKey) -> bool:
        """Whether only a default that is gone reaches the tenant of a job whose resource is being deleted."""
        former, current, pinned = self._last_good.get(default), self._operator_connection, resource.pinned_tenant_id
        if not resource.is_deleting or former is None or current is None or pinned is None:
            return False
        return is_same_id(former.api.tenant_id, pinned) and not is_same_id(current.api.tenant_id, pinned)

    def _all(self) -> list[Connection]:
        return [*([self._operator_connection] if self._operator_connection else []), *self._last_good.values()]

    def _own_for(self, resource: Resource) -> Connection | None:
        """Return the operator connection if the namespace of a resource may use it."""
        return self._operator_connection if self._serves_namespace(resource.key.namespace) else None

    def _refuse(self, resource: Resource, key: ObjectKey | None, known: ConnectionState | None) -> Halted:
        if key is not None and isinstance(known, ConnectionFault):
            return disconnected(key, known)
        if isinstance(known, UntriedConnection):
            return Disconnected(f"{CONNECTION_KIND} {key} has not been tried yet.", needs_person=False)
        names = [known.name for known in self._known if known.namespace == resource.key.namespace]
        own = self._own_for(resource)
        offer = Offer(names, own is not None, has_install_connection=self._operator_connection is not None)
        return Disconnected(explain_absence(resource, offer), needs_person=True)


def disconnected(key: ObjectKey, fault: ConnectionFault) -> Halted:
    """Return the error for a resource whose GraphConnection does not work, with the reason."""
    message = f"{CONNECTION_KIND} {key} is not ready ({fault.reason}): {fault.message}"
    return Disconnected(message, needs_person=not fault.is_transient)
