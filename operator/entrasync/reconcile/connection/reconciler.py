"""The reconciler of GraphConnections: it reads the credential, logs in, and reports the result to status and jobs."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.identity import identify
from entrasync.core.connection.status import (
    build_connected_status,
    build_faulty_status,
    connection_events,
    credential_source,
)
from entrasync.core.decision.condition import Condition
from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.kubernetes_secret import KubernetesSecret
from entrasync.reconcile.connection.logins import Logins
from entrasync.reconcile.connection.registry import ConnectionFault, Connections, UntriedConnection
from entrasync.reconcile.engine.outcome import STALLED_POLL_INTERVAL, Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, EventSink, SecretStore
from entrasync.reconcile.ports.tenant_access import ConnectionApi

NEW_CREDENTIAL_RETRY_INTERVAL = timedelta(minutes=1)
"""Pause between tries of a new credential while the previous one still works.

A new one reaches Entra within minutes.
"""

PREVIOUS_CREDENTIAL_NOTE = "Its jobs go on by what Entra took before, as long as that gives tokens."


class ConnectionReconciler:
    """Reconciles GraphConnections. `referrers` returns the jobs that may use a GraphConnection."""

    def __init__(
        self,
        store: Store[ConnectionResource],
        connections: Connections,
        logins: Logins,
        *,
        secrets: SecretStore,
        connection_api: ConnectionApi,
        events: EventSink,
        clock: Clock,
        bounds: Bounds,
        poll_interval: timedelta,
        referrers: Callable[[ObjectKey], Collection[Resource]],
    ) -> None:
        self._store = store
        self._connections = connections
        self._logins = logins
        self._secrets = secrets
        self._connection_api = connection_api
        self._events = events
        self._clock = clock
        self._bounds = bounds
        self._poll_interval = poll_interval
        self._referrers = referrers
        self._failing_since: dict[ObjectKey, datetime] = {}

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass. Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`."""
        resource = self._store.get(key)
        if resource is None:
            return await self._forget(key)
        self._logins.disconnect_replaced(resource)
        if (spec := resource.spec) is None:
            fault = f"The stored spec cannot be read: {resource.invalid_spec}. Correct the manifest."
            return await self._fail(resource, Stall(Reason.INVALID_SPEC, fault))
        try:
            secret = await self._read_secret(resource)
            identity = identify(resource, spec, secret)
        except EntraSyncError as error:
            return await self._fail(resource, self._judge(error))
        try:
            seen = await self._logins.log_in(resource, identity)
        except Halted as error:
            if await self._logins.can_keep_previous(resource, identity):
                return await self._keep_previous(resource, error)
            return await self._fail(resource, self._judge(error))
        except EntraSyncError as error:
            return await self._fail(resource, self._judge(error))
        self._failing_since.pop(key, None)
        source, expiry = credential_source(resource, secret), self._logins.find_credential_expiry(key)
        status = build_connected_status(resource, identity, seen, source=source, expiry=expiry, wall=self._clock.wall())
        return await self._write(resource, status, Outcome(self._poll_interval))

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        """Write into the status that passes have broken off since then, and by which fault.

        Raises what `reconcile` does.
        """
        if (resource := self._store.get(key)) is None:
            return
        if isinstance(self._connections.get(key), UntriedConnection):
            self._connections.put(key, ConnectionFault(fault.reason, fault.message, is_transient=True))
        await self._fail(resource, fault)

    async def _forget(self, key: ObjectKey) -> Outcome:
        """Forget a connection that was deleted. Its last access stays open for jobs that are being deleted."""
        self._connections.remove(key)
        self._failing_since.pop(key, None)
        if any(self._connections.may_delete_through(job, key) for job in self._referrers(key)):
            return Outcome(self._poll_interval)
        self._connections.drop_last_good(key)
        await self._logins.log_out(key)
        return Outcome(None)

    async def _read_secret(self, resource: ConnectionResource) -> KubernetesSecret | None:
        if (name := resource.secret_name) is None:
            return None
        try:
            return await self._secrets.read_secret(ObjectKey(resource.key.namespace, name))
        except ApiServerUnavailable as error:  # reported in the status, else jobs would wait without a reason
            message = f"Secret {resource.key.namespace}/{name} could not be read: {error}. It is tried again."
            raise Transient(Reason.SECRET_UNREADABLE, message) from error

    def _judge(self, error: EntraSyncError) -> Halt:
        now = self._clock.now()
        return error.judge(young_until=now, now=now)

    async def _keep_previous(self, resource: ConnectionResource, error: Halted) -> Outcome:
        """Report that a credential was refused, and let the jobs keep the previous one."""
        self._failing_since.pop(resource.key, None)
        stall = Stall(error.reason, f"{error.message} {PREVIOUS_CREDENTIAL_NOTE}")
        status = build_faulty_status(resource, stall, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, status, Outcome(min(self._poll_interval, NEW_CREDENTIAL_RETRY_INTERVAL)))

    async def _fail(self, resource: ConnectionResource, halt: Halt) -> Outcome:
        if not isinstance(halt, Stall):
            return await self._fail_for_now(resource, halt)
        self._failing_since.pop(resource.key, None)
        self._connections.put(resource.key, ConnectionFault(halt.reason, halt.message))
        status = build_faulty_status(resource, halt, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, status, Outcome(min(self._poll_interval, STALLED_POLL_INTERVAL)))

    async def _fail_for_now(self, resource: ConnectionResource, halt: Retry | Wait) -> Outcome:
        """Keep what is known of the connection, and report it, until it is too old to be relied on."""
        now, known = self._clock.now(), self._connections.get(resource.key)
        failing_since = self._failing_since.setdefault(resource.key, now)
        is_blind = now - failing_since >= self._bounds.blind_polls * self._poll_interval
        if is_blind and isinstance(known, UntriedConnection):
            self._connections.put(resource.key, ConnectionFault(halt.reason, halt.message, is_transient=True))
        reported: Halt = halt
        if isinstance(known, ConnectionFault) and not (known.is_transient or is_blind):
            reported = Stall(Reason(known.reason), known.message)
        status = build_faulty_status(resource, reported, is_blind=is_blind, wall=self._clock.wall())
        return await self._write(resource, status, Outcome(halt.after, is_failure=isinstance(halt, Retry)))

    async def _write(self, resource: ConnectionResource, status: dict[str, Any], outcome: Outcome) -> Outcome:
        """Write the status if it differs from what is stored; an idle poll writes nothing."""
        stored = self._store.newest(resource)
        if patch := merge_patch(stored.status, status):
            newest = await self._connection_api.patch_status(resource, patch, if_unchanged=True)
            for event in connection_events(Condition.read_all(stored.status), Condition.read_all(status)):
                self._events.record(newest, event)
        return outcome
