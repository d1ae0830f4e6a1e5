"""The one guard before every write to Graph, in applies and deletions alike.

A pass binds its permit to its client of Graph (`Context.graph`), and the client asks it directly before it sends a
write. What may forbid a write is a line of `WriteGuard.check_write`, or one of its `obstacles`.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from entrasync.core.decision.action import Action
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.object_meta import has_news
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.ports.kubernetes import (
    ApiServerContact,
    ApiServerSilent,
    ApiServerUnavailable,
    ResourceApi,
    WriteHeldBack,
)
from entrasync.reconcile.state.jobs import JobStore

API_SERVER_SILENCE = timedelta(seconds=30)
"""After so much silence of the API server nothing is written to Graph, because what was read of it may be outdated."""

Obstacle = Callable[[ObjectKey], str | None]
"""Says why this process may not act on a resource now; None if it may."""


class ObservedOnly(Exception):
    """A write to Graph was planned for a resource that only observes, which is a fault of the operator."""


class WriteGuard:
    """Holds back writes to Graph that the process, or the resource as it is now, does not allow any more.

    After `silence_limit` without an answer of the API server nothing is written.
    """

    def __init__(
        self,
        resources: JobStore,
        connections: Connections,
        *,
        resource_api: ResourceApi,
        contact: ApiServerContact,
        silence_limit: timedelta = API_SERVER_SILENCE,
        obstacles: Sequence[Obstacle] = (),
    ) -> None:
        self._resources = resources
        self._connections = connections
        self._resource_api = resource_api
        self._contact = contact
        self._silence_limit = silence_limit
        self._obstacles = obstacles

    async def prepare(self, action: Action, resource: Resource, connection: Connection) -> None:
        """Check an action before its handler begins, so that nothing is recorded of a write that is not sent.

        Raises what `check_write` and `renew_contact` raise, and `ObservedOnly` for a fault of the operator.
        """
        if action.target != "Graph":
            self._check_connection(resource, connection)
            return
        if resource.is_observe_only:
            raise ObservedOnly(f"{type(action).__name__} was planned for {resource.key}, which only observes")
        await self.renew_contact(resource)
        self.check_write(resource, connection, saves_secrets=False)

    async def renew_contact(self, resource: Resource) -> None:
        """Read the resource again if the API server has been quiet, for it may only have had nothing to say.

        Raises `ResourceGone` and `ResourceChanged`. A failure of the API server is left to `check_write`.
        """
        if self._contact.silence() > self._silence_limit / 3:
            with suppress(ApiServerUnavailable):
                await self._resource_api.refresh(resource)

    def check_write(self, resource: Resource, connection: Connection, *, saves_secrets: bool) -> None:
        """Check a write to Graph, as the resource was when the pass last read it.

        Raises `WriteHeldBack`, which is `ApiServerSilent` if the API server has not answered for too long.
        """
        if obstacle := next((words for find in self._obstacles if (words := find(resource.key))), None):
            raise WriteHeldBack(f"nothing is written to Graph for {resource.key}: {obstacle}")
        self._check_silence(resource)
        newest = self._resources.get(resource.key)
        if newest is None or has_news(resource, newest):
            raise WriteHeldBack(f"{resource.key} is no longer what this pass has read")
        if newest.is_observe_only or newest.is_suspended:
            raise WriteHeldBack(f"nothing may be written to Graph for {resource.key} any more")
        self._check_connection(newest, connection)
        if saves_secrets:
            self._check_secret_loss(resource, connection.api.tenant_id)

    def _check_silence(self, resource: Resource) -> None:
        if (silence := self._contact.silence()) > self._silence_limit:
            seconds = min(silence, timedelta(days=1)).total_seconds()
            raise ApiServerSilent(
                f"nothing is written to Graph for {resource.key}: the API server has not answered for {seconds:.0f} s"
            )

    def _check_connection(self, resource: Resource, connection: Connection) -> None:
        if not self._connections.still_uses(self._resources.get(resource.key) or resource, connection):
            raise WriteHeldBack(f"{resource.key} uses another connection now than when this pass began")

    def _check_secret_loss(self, resource: Resource, tenant_id: str) -> None:
        principal = resource.service_principal_id
        if brake := self._resources.find_secret_loss(tenant_id, principal, excluding=resource.key):
            raise WriteHeldBack(f"no secret of {principal} may be written any more, for {brake} lost one")


@dataclass(frozen=True)
class PassPermit:
    """The `WritePermit` of a pass: the guard's answer about the resource and the connection of that pass."""

    guard: WriteGuard
    resource: Resource
    connection: Connection
    is_urgent: bool = False

    def check(self, *, saves_secrets: bool) -> None:
        """Check a write that is about to be sent. Raises what `WriteGuard.check_write` raises."""
        self.guard.check_write(self.resource, self.connection, saves_secrets=saves_secrets)
