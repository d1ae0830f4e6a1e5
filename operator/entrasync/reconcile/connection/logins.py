"""The open accesses, one for each GraphConnection, and the decision when to log in."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import Identity
from entrasync.core.connection.status import LoggedIn
from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import (
    Connection,
    ConnectionFault,
    Connections,
    UntriedConnection,
    disconnected,
)
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.ports.tenant_access import Access, AccessFactory
from entrasync.reconcile.state.listings import ListingFanOut, Listings

RETIRED_ACCESS_CLOSE_DELAY = timedelta(minutes=5)
"""Real time until an access that was replaced is closed. Passes that began before may still use it."""


@dataclass
class _OpenAccess:
    """An access, and what it was opened with."""

    uid: str
    identity: Identity
    request: tuple[str | None, ...]
    access: Access = field(init=False)
    is_replaced: bool = False
    """Whether its GraphConnection is gone and another one was created under its name."""

    def matches(self, resource: ConnectionResource, identity: Identity) -> bool:
        return self.uid == resource.uid and self.identity.client_settings == identity.client_settings


class Logins:
    """Logs in for GraphConnections. A credential replaces the previous one only when Entra accepts it."""

    def __init__(
        self,
        accesses: AccessFactory,
        connections: Connections,
        *,
        queue: WorkQueue,
        listing_fan_out: ListingFanOut,
        clock: Clock,
    ) -> None:
        self._accesses = accesses
        self._connections = connections
        self._queue = queue
        self._listing_fan_out = listing_fan_out
        self._clock = clock
        self._opened: dict[ObjectKey, _OpenAccess] = {}
        self._retired: list[tuple[timedelta, Access]] = []

    async def log_in(self, resource: ConnectionResource, identity: Identity) -> LoggedIn:
        """Make sure that the credential works, and let the jobs of the connection use it.

        A login is made only when something is new or was refused before, else when the token is due to be renewed.
        Raises `Halted` when Entra refuses, `Transient` when Entra cannot answer.
        """
        await self._close_retired()
        opened = self._opened.get(resource.key)
        if opened is None or not opened.matches(resource, identity):
            return await self._open(resource, identity)
        if self._needs_proof(opened, resource, identity):
            seen = await opened.access.log_in(identity.proof)
        else:
            seen = await opened.access.ensure_login()
        opened.identity, opened.request = identity, resource.request
        known = self._connections.get(resource.key)
        if not isinstance(known, Connection) or not known.has_logged_in:
            self._connections.put(resource.key, self._connect(resource.key, opened.access))
        return seen

    def disconnect_replaced(self, resource: ConnectionResource) -> None:
        """Stop jobs from using the access of a GraphConnection that another one has replaced under the same name."""
        opened = self._opened.get(resource.key)
        if opened is None or opened.uid == resource.uid or opened.is_replaced:
            return
        opened.is_replaced = True
        self._connections.remove(resource.key)
        self._connections.expect(resource.key)

    async def can_keep_previous(self, resource: ConnectionResource, identity: Identity) -> bool:
        """Whether jobs can keep using the proof that was accepted last, after Entra has refused a new one.

        A new secret may reach Entra minutes after it reached the cluster, and the previous one still works meanwhile.
        """
        opened = self._opened.get(resource.key)
        works = isinstance(self._connections.get(resource.key), Connection)
        if opened is None or not works or not opened.matches(resource, identity):
            return False
        try:
            await opened.access.ensure_login()
        except Transient:
            return True  # jobs find out themselves, and keep what they know
        except EntraSyncError:
            return False
        return True

    def find_credential_expiry(self, key: ObjectKey) -> CredentialExpiry | None:
        """Return what is known of the end of the credential of a GraphConnection; None if nobody has told it yet."""
        opened = self._opened.get(key)
        return opened.access.credential_expiry if opened else None

    async def look_up_expiries(self, now: datetime) -> None:
        """Ask Graph when client secrets end, where that is due. A GraphConnection is reconciled if that is news."""
        for key, opened in list(self._opened.items()):
            if await opened.access.look_up_expiry(now):
                self._queue.add(key, since=now)

    async def log_out(self, key: ObjectKey) -> None:
        """Close the access of a connection that no resource needs any more."""
        if opened := self._opened.pop(key, None):
            self._retire(opened)
        await self._close_retired()

    async def close(self) -> None:
        """Close all accesses."""
        for access in [*(opened.access for opened in self._opened.values()), *(old for _, old in self._retired)]:
            await access.close()

    async def _open(self, resource: ConnectionResource, identity: Identity) -> LoggedIn:
        opened = _OpenAccess(resource.uid, identity, resource.request)
        opened.access = access = await self._accesses.open(
            identity, on_refusal=partial(self._refuse, resource.key, opened)
        )
        try:
            seen = await access.log_in(identity.proof)
        except EntraSyncError as error:
            is_first = isinstance(self._connections.get(resource.key), UntriedConnection)
            if isinstance(error, Transient) and is_first:
                # Jobs find out themselves meanwhile, and keep what they know
                self._use(resource.key, opened, has_logged_in=False)
            else:
                await access.close()
            raise
        except BaseException:  # the pass was cancelled, or has a fault: nobody would close it
            await access.close()
            raise
        self._use(resource.key, opened)
        return seen

    def _use(self, key: ObjectKey, opened: _OpenAccess, *, has_logged_in: bool = True) -> None:
        if before := self._opened.get(key):
            self._retire(before)
        self._opened[key] = opened
        self._connections.put(key, self._connect(key, opened.access, has_logged_in=has_logged_in))

    def _connect(self, key: ObjectKey, access: Access, *, has_logged_in: bool = True) -> Connection:
        share = self._listing_fan_out.callback_for(lambda resource: self._connections.key_for(resource) == key)
        return Connection(key, access.api, Listings(access.api, on_read=share), has_logged_in=has_logged_in)

    def _needs_proof(self, opened: _OpenAccess, resource: ConnectionResource, identity: Identity) -> bool:
        works = isinstance(self._connections.get(resource.key), Connection)
        return not works or identity.proof != opened.identity.proof or resource.request != opened.request

    def _refuse(self, key: ObjectKey, opened: _OpenAccess, error: Halted) -> EntraSyncError:
        """Return the error for a refusal during a job's pass, and mark the connection as faulty for all its jobs.

        The refusal of an access that was replaced says nothing about its successor. No call was sent in either case.
        """
        if self._opened.get(key) is not opened:
            message = f"GraphConnection {key} leads another way now than when this pass began, which begins anew."
            return Transient(Reason.CONNECTION_NOT_READY, message)
        fault = ConnectionFault(str(error.reason), error.message)
        if isinstance(self._connections.get(key), Connection):
            self._connections.put(key, fault)
            self._queue.add(key, since=self._clock.now(), is_urgent=True)
        return disconnected(key, fault)

    def _retire(self, opened: _OpenAccess) -> None:
        self._retired.append((self._clock.uptime() + RETIRED_ACCESS_CLOSE_DELAY, opened.access))

    async def _close_retired(self) -> None:
        now, retired = self._clock.uptime(), self._retired
        self._retired = [(until, access) for until, access in retired if until > now]
        for until, access in retired:
            if until <= now:
                await access.close()
