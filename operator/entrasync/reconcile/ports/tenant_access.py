"""What reconciling a GraphConnection needs of Entra and of the API server, as protocols."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import Identity, OnRefusal, Proof
from entrasync.core.connection.status import LoggedIn
from entrasync.reconcile.ports.graph import SyncApi


class Access(Protocol):
    """A connection to one tenant, for one GraphConnection. Its proof may be replaced, its other settings may not."""

    @property
    def api(self) -> SyncApi:
        """Graph, with the proof that Entra accepted last."""
        ...

    @property
    def credential_expiry(self) -> CredentialExpiry | None:
        """What is known of the end of the credential that Entra accepted last; None if nobody has told it yet."""
        ...

    async def look_up_expiry(self, now: datetime) -> bool:
        """Ask Graph when a client secret ends: for a new one, and else at most once a day. Changes nothing there.

        Returns whether another end is known than before. Raises nothing, and makes no login.
        """
        ...

    async def log_in(self, proof: Proof) -> LoggedIn:
        """Log in with a proof now. If Entra accepts it, all calls use it from then on; otherwise nothing changes.

        Idempotent. Raises `Halted` when Entra refuses the proof, and `Transient` when Entra cannot answer.
        """
        ...

    async def ensure_login(self) -> LoggedIn:
        """Return what the current token allows, after a login if one is due. Idempotent.

        Raises what `log_in` raises.
        """
        ...

    async def close(self) -> None:
        """Close it. Its `api` must not be used afterwards."""
        ...


class AccessFactory(Protocol):
    """Opens accesses."""

    async def open(self, identity: Identity, *, on_refusal: OnRefusal) -> Access:
        """Open an access, without a login yet. Raises `Halted` (CLOUD_UNKNOWN).

        `on_refusal` is called when Entra refuses the credential during a pass; the pass raises what it returns.
        """
        ...


class ConnectionApi(Protocol):
    """Writes GraphConnections to the API server."""

    async def patch_status(
        self, resource: ConnectionResource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> ConnectionResource:
        """Merge-patch `status`. Idempotent. Returns the new resource.

        With `if_unchanged` the write is bound to the version of the resource. Raises `ResourceChanged`, `ResourceGone`,
        `ApiServerUnavailable`.
        """
        ...
