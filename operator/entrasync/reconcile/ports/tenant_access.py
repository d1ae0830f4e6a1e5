"""What the story of a GraphConnection needs of the outside world, as contracts in words."""

from collections.abc import Mapping
from typing import Any, Protocol

from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.identity import Identity, OnRefusal, Proof
from entrasync.core.connection.status import LoggedIn
from entrasync.reconcile.ports.graph import SyncApi


class Access(Protocol):
    """A way into one tenant, for one GraphConnection. What proves it may be replaced, the rest may not."""

    @property
    def api(self) -> SyncApi:
        """Graph, by the proof that was last taken."""
        ...

    async def log_in(self, proof: Proof) -> LoggedIn:
        """Log in by a proof now; once Entra takes it, all goes by it. Otherwise nothing changes.

        Raises `Halted` when it is refused, `Transient` when Entra is in trouble.
        """
        ...

    async def ensure_login(self) -> LoggedIn:
        """Tell what the token in use allows, after a login if it is due. Raises what `log_in` raises."""
        ...

    async def close(self) -> None:
        """End it; nobody may use its `api` any more."""
        ...


class AccessFactory(Protocol):
    """Makes accesses."""

    async def open(self, identity: Identity, *, on_refusal: OnRefusal) -> Access:
        """Make one, without a login yet. Raises `Halted` (CLOUD_UNKNOWN)."""
        ...


class ConnectionApi(Protocol):
    """The API server's side of GraphConnections."""

    async def patch_status(
        self, resource: ConnectionResource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> ConnectionResource:
        """Merge-patch `status`, bound to the resource's version if `if_unchanged`, and return the new resource.

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        ...
