"""This process as one of the replicas of an install: its name, its Lease, and the session that renews it."""

import secrets
import socket
from dataclasses import dataclass

import kopf

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.client.authentication import Authentication
from entrasync.kube.client.session import open_session
from entrasync.kube.objects.leases import LeaseClient
from entrasync.process.leadership import Leadership, NoElection
from entrasync.process.namespace_leases import LEASE_NAME, NamespaceLeases
from entrasync.process.observability.probes import Standing
from entrasync.process.settings.run import RunSettings


@dataclass
class Replica:
    """The leadership of this process, and the session that renews its Lease if there is one.

    A session of its own, so that a renewal never waits for a connection behind thousands of other calls.
    """

    leadership: Leadership | NoElection
    session: kopf.AiohttpSession | None = None
    namespace_leases: NamespaceLeases | None = None
    """By which it finds out which namespaces another install looks after; None without an election."""
    stands_by: bool = False
    """Whether it has read all resources and waits for the Lease."""

    def find_obstacle(self, key: ObjectKey) -> str | None:
        """Find why this process may not write for an object. Returns None if it may."""
        obstacle = self.leadership.find_obstacle()
        return obstacle or (self.namespace_leases.find_obstacle(key) if self.namespace_leases else None)

    def may_act(self, key: ObjectKey) -> bool:
        """Whether this install looks after the namespace of an object."""
        return self.namespace_leases is None or self.namespace_leases.may_act(key)

    def describe_standing(self) -> Standing:
        """Describe to the probes how this process stands among the replicas."""
        is_shut_out = self.namespace_leases is not None and self.namespace_leases.is_all_held_by_others
        return Standing(self.stands_by, self.leadership.find_fault(), is_shut_out)

    async def close(self) -> None:
        """Release the Lease and close the session."""
        await self.leadership.release()
        if self.session is not None:
            await self.session.aiohttp_session.close()


def join_replicas(settings: RunSettings, connection: kopf.ConnectionInfo, authentication: Authentication) -> Replica:
    """Make this process one of the replicas that share the Lease of the settings. Opens no connection yet."""
    if not settings.leader_election:
        return Replica(NoElection())
    session = open_session(connection, authentication=authentication)
    api_client = ApiClient(session.server, session.aiohttp_session)
    namespace = settings.lease_namespace or session.default_namespace or "default"
    own = LeaseClient(api_client, namespace, settings.lease_name)
    of_namespaces = NamespaceLeases(
        f"{namespace}/{settings.lease_name}", lambda each: LeaseClient(api_client, each, LEASE_NAME)
    )
    return Replica(Leadership(own, make_identity(), duration=settings.lease_duration), session, of_namespaces)


def make_identity() -> str:
    """Make the name of this process in the Lease: that of its pod, and a part that no earlier process had."""
    return f"{socket.gethostname()}_{secrets.token_hex(4)}"
