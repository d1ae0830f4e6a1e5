"""What the composition root makes: the services that live as long as the process does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import kopf

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.client.authentication import Authentication
from entrasync.kube.client.contact import Contact
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.objects.events import EventPoster
from entrasync.kube.objects.secrets import SecretReader
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.kube.watch.labelled_watch import LabelledWatch
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.process.clock import WorldClock
from entrasync.process.credential_watch import CredentialWatch
from entrasync.process.observability.background import Background
from entrasync.process.observability.health import HealthServer
from entrasync.process.observability.metrics import Metrics
from entrasync.process.operator_client import OperatorClient
from entrasync.process.replica import Replica
from entrasync.process.settings.run import RunSettings
from entrasync.reconcile.application.memory import ApplicationMemoryStore
from entrasync.reconcile.connection.logins import Logins
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.engine.worker_pool import WorkerPool
from entrasync.reconcile.provisioning.send_line import SendLine
from entrasync.reconcile.schema.memory import SchemaMemoryStore
from entrasync.reconcile.state.dependents import Dependents
from entrasync.reconcile.state.listings import ListingFanOut
from entrasync.reconcile.state.memory import MemoryStore


@dataclass(frozen=True)
class ApiServerAccess:
    """The way to the API server, and what its answers tell."""

    session: kopf.AiohttpSession
    client: ApiClient
    namespace_access: NamespaceAccess
    authentication: Authentication
    contact: Contact
    replica: Replica

    def may_act(self, key: ObjectKey) -> bool:
        """Whether an object may be acted on: its namespace answers, and no other install looks after it."""
        return self.namespace_access.may_act(key) and self.replica.may_act(key)


@dataclass(frozen=True)
class SharedServices:
    """What more than one of the services below uses."""

    settings: RunSettings
    api_server: ApiServerAccess
    clock: WorldClock
    metrics: Metrics
    secret_reader: SecretReader
    bounds: Bounds
    dependents: Dependents
    connections: Connections
    listing_fan_out: ListingFanOut
    job_client: JobClient
    events: EventPoster
    limiters: SharedLimiters
    operator_client: OperatorClient | None
    memory: MemoryStore = field(default_factory=MemoryStore)
    application_memories: ApplicationMemoryStore = field(default_factory=ApplicationMemoryStore)
    schema_memories: SchemaMemoryStore = field(default_factory=SchemaMemoryStore)
    send_line: SendLine = field(default_factory=SendLine)

    def forget_times(self) -> None:
        """Forget all that was remembered by the time of a clock that was set since."""
        self.memory.clear()
        self.application_memories.forget_times()
        self.schema_memories.clear()
        self.dependents.resources.recent_creates.forget_times()
        self.send_line.forget_times()
        self.connections.forget_unused(())
        self.limiters.forget_pauses()


@dataclass(frozen=True)
class KindServices:
    """What reconciles one kind: its client and informer, and what makes the passes of its queue."""

    kind: WatchedKind[Any]
    engine: WorkerPool


@dataclass(frozen=True)
class Services:
    """Everything that lives as long as the process does."""

    session: kopf.AiohttpSession
    namespace_access: NamespaceAccess
    kinds: tuple[KindServices, ...]
    """In the order in which they are read and started: connections before jobs, for a job would say that its connection
    does not exist, and jobs before requests."""
    logins: Logins
    labelled_watches: tuple[LabelledWatch, ...]
    operator_client: OperatorClient | None
    credential_watch: CredentialWatch | None
    events: EventPoster
    replica: Replica
    background: Background
    health: HealthServer
    clock: WorldClock
    forget_times: Callable[[], None]
    """Forgets all that was remembered by the time of a clock that was set since."""
