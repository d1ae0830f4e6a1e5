"""Holds the state that Graph, the token service and the control API of one simulator share."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from graph_simulator.clock import WorldClock
from graph_simulator.identity.applications import (
    DEFAULT_CLIENT,
    DEFAULT_SECRET,
    Application,
    Registry,
)
from graph_simulator.identity.service import IdentityService
from graph_simulator.identity.tokens import GRAPH, TokenMint
from graph_simulator.traffic.faults import Faults
from graph_simulator.traffic.journal import Journal
from graph_simulator.traffic.operations import WRITES
from graph_simulator.traffic.throttle import Congestion, Throttle, WriteQuota
from graph_simulator.world.directory import DEFAULT_TENANT, World


def make_identity(*resources: str) -> IdentityService:
    """Create a token service with one application in one tenant, which issues tokens for these Graph roots."""
    application = Application(client_id=DEFAULT_CLIENT, tenant_id=DEFAULT_TENANT, secrets=(DEFAULT_SECRET,))
    registry = Registry()
    registry.add(application)
    return IdentityService(registry, TokenMint(resources=(GRAPH, *resources)))


class Exceeded(NamedTuple):
    """A limit that a call exceeds, in Graph's words, and the seconds to wait."""

    seconds: float
    kind: str
    limit: str


@dataclass(slots=True)
class SimulatorState:
    """The state of one simulator: the world, its clock, its token service, faults, journal and rate limits."""

    world: World
    clock: WorldClock
    identity: IdentityService = field(default_factory=make_identity)
    faults: Faults = field(default_factory=Faults)
    journal: Journal = field(default_factory=Journal)
    throttle: Throttle = field(default_factory=Throttle)
    provisioning_throttle: Throttle = field(default_factory=lambda: Throttle(calls=5, seconds=10.0))
    """The documented limit of provisionOnDemand for each tenant (graph-facts 4.9)."""
    log_throttle: Throttle = field(default_factory=lambda: Throttle(calls=5, seconds=10.0))
    """The documented limit of reports, such as the provisioning log, for each tenant (graph-facts 6.3)."""
    write_quota: WriteQuota = field(default_factory=WriteQuota)
    congestion: Congestion = field(default_factory=Congestion)
    latency_seconds: float = 0.0
    """Real time that is added to every call to Graph."""
    metadata_url: str = ""
    """The address of the machine's metadata endpoint, by plain HTTP, for AZURE_POD_IDENTITY_AUTHORITY_HOST."""
    world_token: str = "toy~world-token"
    """The bearer token of the control API."""

    def admit(self, tenant: str, operation: str, now: datetime) -> Exceeded | None:
        """Count a call, and return the limit that it exceeds; None if it exceeds none."""
        if (seconds := self.throttle.admit(tenant, now)) is not None:
            return Exceeded(seconds, "ReadWrite", "ResourceUnitLimitExceeded")
        own = {
            "provisionOnDemand": (self.provisioning_throttle, "Write", "WriteLimitExceeded"),
            "listProvisioningLog": (self.log_throttle, "ReadWrite", "ResourceUnitLimitExceeded"),
        }
        if operation in own:
            throttle, kind, limit = own[operation]
            if (seconds := throttle.admit(tenant, now)) is not None:
                return Exceeded(seconds, kind, limit)
        if operation in WRITES and (seconds := self.write_quota.admit(tenant, now)) is not None:
            return Exceeded(seconds, "Write", "WriteLimitExceeded")
        seconds = self.congestion.admit(now)
        return None if seconds is None else Exceeded(seconds, "ReadWrite", "CPULimitExceeded")
