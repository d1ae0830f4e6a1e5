"""This process as one of the replicas of an install: its name, its Lease, and the session that renews it."""

import secrets
import socket
from dataclasses import dataclass

import kopf

from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.client.session import open_session
from entrasync.kube.objects.leases import LeaseClient
from entrasync.process.leadership import Leadership, NoElection
from entrasync.process.observability.probes import Standing
from entrasync.process.settings.run import RunSettings


@dataclass
class Replica:
    """The leadership of this process, and the session that renews its Lease if there is one.

    A session of its own, so that a renewal never waits for a connection behind thousands of other calls.
    """

    leadership: Leadership | NoElection
    session: kopf.AiohttpSession | None = None
    stands_by: bool = False
    """Whether it has read all resources and waits for the Lease."""

    def describe_standing(self) -> Standing:
        """Describe to the probes how this process stands among the replicas."""
        return Standing(self.stands_by, self.leadership.find_fault())

    async def close(self) -> None:
        """Release the Lease and close the session."""
        await self.leadership.release()
        if self.session is not None:
            await self.session.aiohttp_session.close()


def join_replicas(settings: RunSettings, connection: kopf.ConnectionInfo) -> Replica:
    """Make this process one of the replicas that share the Lease of the settings. Opens no connection yet."""
    if not settings.leader_election:
        return Replica(NoElection())
    session = open_session(connection)
    namespace = settings.lease_namespace or session.default_namespace or "default"
    leases = LeaseClient(ApiClient(session.server, session.aiohttp_session), namespace, settings.lease_name)
    return Replica(Leadership(leases, make_identity(), duration=settings.lease_duration), session)


def make_identity() -> str:
    """Make the name of this process in the Lease: that of its pod, and a part that no earlier process had."""
    return f"{socket.gethostname()}_{secrets.token_hex(4)}"
