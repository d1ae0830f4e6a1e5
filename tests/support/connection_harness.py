"""One process of the operator, as far as GraphConnections go, between an Entra, an API server and Secrets in memory."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from entrasync.api.graph_connection import GraphConnectionSpec
from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import Identity, OnRefusal, Proof, SecretProof
from entrasync.core.connection.status import LoggedIn, MissingPermission
from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.logins import Logins
from entrasync.reconcile.connection.reconciler import ConnectionReconciler
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import ResourceChanged, ResourceGone
from entrasync.reconcile.state.dependents import Dependents
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.listings import ListingFanOut, Listings
from tests.support.facts import NOW, TENANT, desired, minutes, resource
from tests.support.fake_api_server import RecordedEvents, merged
from tests.support.fake_graph import FakeGraph
from tests.support.fake_secrets import FakeSecrets
from tests.support.still_clock import StillClock

CLIENT = "11111111-2222-4333-8444-555555555555"
KEY = ObjectKey("identity", "contoso")
SECRET = ObjectKey("identity", "entra")
POLL = minutes(5)
OTHER_TENANT = "bbbbbbbb-1111-4111-8111-111111111111"
ROLES = ("Synchronization.ReadWrite.All",)
LACKS = (MissingPermission("looking up apps", ("Application.Read.All",)),)


def client_secret_spec(**overlay: Any) -> GraphConnectionSpec:
    proof = {"clientId": CLIENT, "secretRef": {"name": SECRET.name, "key": "secret"}}
    return GraphConnectionSpec.model_validate({"tenantId": TENANT, "clientSecret": proof} | overlay)


def connection(spec: GraphConnectionSpec | None = None, **overlay: Any) -> ConnectionResource:
    """A GraphConnection by a client secret that no pass has seen yet."""
    usual: dict[str, Any] = {"key": KEY, "uid": "uid-1", "generation": 1, "resource_version": "1"}
    return ConnectionResource(**(usual | {"spec": spec or client_secret_spec()} | overlay))


def job_by_connection(**overlay: Any) -> Resource:
    """A SynchronizationJob that names the GraphConnection of KEY."""
    return resource(desired(connection_name=KEY.name), **overlay)


@dataclass
class FakeEntra:
    """`AccessFactory`: accepts the client secrets that are `good`, and fails while in `trouble`."""

    clock: StillClock
    good: set[str] = field(default_factory=lambda: {"right"})
    trouble: bool = False
    logins: list[str] = field(default_factory=list)
    opened: "list[FakeAccess]" = field(default_factory=list)

    async def open(self, identity: Identity, *, on_refusal: OnRefusal) -> "FakeAccess":
        if identity.client_settings.cloud != "Global":
            raise Halted(Stall(Reason.CLOUD_UNKNOWN, f"This install knows no cloud {identity.client_settings.cloud}."))
        graph = FakeGraph(self.clock)
        graph.tenant_id = identity.client_settings.tenant_id
        access = FakeAccess(self, cast("SyncApi", graph), identity.proof, on_refusal)
        self.opened.append(access)
        return access

    def check(self, proof: Proof) -> LoggedIn:
        value = proof.value if isinstance(proof, SecretProof) else "right"
        self.logins.append(value)
        if self.trouble:
            raise Transient(Reason.GRAPH_UNREACHABLE, "No answer from Entra")
        if value not in self.good:
            raise Halted(Stall(Reason.CREDENTIAL_REFUSED, "AADSTS7000215: Invalid client secret"))
        return LoggedIn(ROLES, LACKS)


@dataclass
class FakeAccess:
    """`Access`. `has_token` says whether the present token is still valid."""

    entra: FakeEntra
    api: SyncApi
    proof: Proof
    on_refusal: OnRefusal
    has_token: bool = False
    is_closed: bool = False
    credential_expiry: CredentialExpiry | None = None
    graph_tells: CredentialExpiry | None = None
    """What the next look at Graph shows, if it is due."""

    async def log_in(self, proof: Proof) -> LoggedIn:
        seen = self.entra.check(proof)
        self.proof, self.has_token = proof, True
        return seen

    async def ensure_login(self) -> LoggedIn:
        if not self.has_token:
            return await self.log_in(self.proof)
        return LoggedIn(ROLES, LACKS)

    async def look_up_expiry(self, now: datetime) -> bool:
        before, self.credential_expiry = self.credential_expiry, self.graph_tells or self.credential_expiry
        return before != self.credential_expiry

    def use(self) -> EntraSyncError | None:
        """Ask for a token as a call of a job does; return the error that the job gets."""
        try:
            self.entra.check(self.proof)
        except Halted as refusal:
            return self.on_refusal(refusal)
        return None

    async def close(self) -> None:
        self.is_closed = True


class FakeConnectionServer:
    """`ConnectionApi`: stores statuses; `writes` has every patch. `meanwhile` runs once, before the next patch."""

    def __init__(self, store: Store[ConnectionResource]) -> None:
        self.store = store
        self.writes: list[Mapping[str, Any]] = []
        self.meanwhile: Callable[[], None] | None = None

    async def patch_status(
        self, resource: ConnectionResource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> ConnectionResource:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        known = self.store.get(resource.key)
        if known is None:
            raise ResourceGone(str(resource.key))
        if if_unchanged and known.resource_version != resource.resource_version:
            raise ResourceChanged(str(resource.key))
        self.writes.append(patch)
        version = str(int(resource.resource_version) + 1)
        written = replace(resource, status=merged(resource.status, patch), resource_version=version)
        self.store.put(written)
        return written


class ConnectionHarness:
    """One process of the operator, as far as connections go. `restart` loses what only memory held.

    It is about the GraphConnection of `key`. With `own` the install has a connection of its own, which serves all.
    """

    def __init__(self, key: ObjectKey = KEY, *, own: bool = False, poll_interval: timedelta = POLL) -> None:
        self.key, self.poll_interval = key, poll_interval
        self.clock, self.secrets, self.recorded = StillClock(NOW), FakeSecrets(), RecordedEvents()
        self.entra = FakeEntra(self.clock)
        graph = cast("SyncApi", FakeGraph(self.clock))
        self.own = Connection(None, graph, Listings(graph, on_read=lambda *_: None)) if own else None
        self.store: Store[ConnectionResource] = Store()
        self.server = FakeConnectionServer(self.store)
        self.secrets.put(SECRET, secret="right")
        self.restart()

    def restart(self) -> None:
        self.requeued: list[ObjectKey] = []
        self.connections = Connections(self.own, serves_namespace=lambda _: True, on_change=self.requeued.append)
        self.dependents = Dependents(JobStore(), self.store, WorkQueue(self.clock), WorkQueue(self.clock), self.clock)
        listing_fan_out = ListingFanOut(self.dependents.resources, self.dependents.job_queue)
        queue = self.dependents.connection_queue
        self.logins = Logins(
            self.entra, self.connections, queue=queue, listing_fan_out=listing_fan_out, clock=self.clock
        )
        self.reconciler = ConnectionReconciler(
            self.store,
            self.connections,
            self.logins,
            secrets=self.secrets,
            connection_api=self.server,
            events=self.recorded,
            clock=self.clock,
            bounds=Bounds(),
            poll_interval=self.poll_interval,
            referrers=self.dependents.referrers,
        )
        for known in self.store:
            self.connections.expect(known.key)

    def apply(self, resource: ConnectionResource) -> None:
        """Have the watch show a GraphConnection. A stored status stays."""
        known = self.store.get(resource.key)
        if known and known.uid == resource.uid:
            version = str(int(known.resource_version) + 1)
            resource = replace(resource, status=known.status, resource_version=version)
        self.store.put(resource)
        self.connections.expect(resource.key)

    async def run(self, resource: ConnectionResource | None = None) -> Outcome:
        """Make one pass, after applying a GraphConnection if one is given."""
        if resource is not None:
            self.apply(resource)
        return await self.reconciler.reconcile(self.key, since=self.clock.now())

    async def poll(self, after: timedelta = POLL) -> Outcome:
        """Make the pass of a later poll."""
        self.clock.move(after)
        return await self.run()

    @property
    def status(self) -> Mapping[str, Any]:
        found = self.store.get(self.key)
        return found.status if found else {}

    def condition(self, kind: str = "Ready") -> tuple[str, str, str]:
        found = [entry for entry in self.status.get("conditions", ()) if entry["type"] == kind]
        return (found[0]["status"], found[0]["reason"], found[0]["message"]) if found else ("", "", "")
