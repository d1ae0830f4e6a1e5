"""Prometheus metrics: calls to Graph, passes, and the state of each job and connection."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import metadata
from math import inf

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from entrasync.api.names import CONNECTION_KIND, KIND, PROVISIONING_KIND
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.clock import Clock
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.process.observability.collectors import (
    ConditionCollector,
    ConnectionCollector,
    HolderCollector,
    JobCollector,
    LeaderCollector,
    NamespaceCollector,
)
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore

LOG = logging.getLogger("entrasync.graph")


class Metrics:
    """All metrics of one process. Implements `CallMetrics` of the Graph client and `ReconcileMetrics` of the engine."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Gauge("entrasync_build_info", "1 for the version that runs.", ["version"], registry=self.registry).labels(
            metadata.version("entra-sync-operator")
        ).set(1)
        self._conditions, self._connections = ConditionCollector(), ConnectionCollector()
        self._is_leading: Callable[[], bool] = lambda: True
        self._register_of_leader(self._conditions)
        self._register_of_leader(self._connections)
        self._calls = Counter(
            "entrasync_graph_calls",
            "Calls to Microsoft Graph by operation and HTTP status (none: no answer).",
            ["operation", "status"],
            registry=self.registry,
        )
        self._call_seconds = Histogram(
            "entrasync_graph_call_seconds", "Time of a call to Graph.", ["operation"], registry=self.registry
        )
        self._throttled = Counter(
            "entrasync_graph_throttled", "Answers 429 of Graph.", ["operation"], registry=self.registry
        )
        self._pause = Gauge(
            "entrasync_graph_throttle_pause_seconds", "The last pause that Graph asked for.", registry=self.registry
        )
        self._passes = Histogram(
            "entrasync_reconcile_seconds",
            "Time of one pass over one resource, by how it ended.",
            ["outcome"],
            registry=self.registry,
        )

        self._requests = _make_request_counter(self.registry)

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        """Count and log a call to Graph. `request_id` is what Microsoft's support asks for.

        It is a debug line whatever the answer: what follows from an answer is told by an Event, which is logged.
        """
        label = str(status) if status else "none"
        self._calls.labels(operation, label).inc()
        self._call_seconds.labels(operation).observe(seconds)
        fields = {"action": operation, "status": label, "seconds": round(seconds, 3), "request_id": request_id}
        LOG.debug("Graph was called.", extra=fields)

    def throttled(self, operation: str, seconds: float) -> None:
        """Count a 429."""
        self._throttled.labels(operation).inc()
        self._pause.set(seconds)

    def passed(self, outcome: str, seconds: float) -> None:
        """Time a pass."""
        self._passes.labels(outcome).observe(seconds)

    def provisioning_ended(self, outcome: str) -> None:
        """Count a ProvisioningRequest that came to its end."""
        self._requests.labels(outcome).inc()

    def watch(
        self,
        resources: JobStore,
        memory: MemoryStore,
        queue: WorkQueue,
        clock: Clock,
        *,
        namespace_access: NamespaceAccess,
    ) -> None:
        """Collect at each scrape the state of each job and which namespaces are refused."""
        self.registry.register(NamespaceCollector(namespace_access))
        self._register_of_leader(JobCollector(resources, memory, queue, clock))
        self._conditions.watch(KIND, resources)

    def watch_leadership(self, is_leading: Callable[[], bool]) -> None:
        """Show at each scrape whether this replica leads. One that stands by shows nothing of jobs and connections."""
        gauge = Gauge(
            "entrasync_leader", "1 on the replica that acts, 0 on one that stands by.", registry=self.registry
        )
        gauge.set_function(lambda: float(is_leading()))
        self._is_leading = is_leading

    def watch_holders(self, holders: Callable[[], Mapping[str, str]]) -> None:
        """Show at each scrape which namespaces another install looks after."""
        self._register_of_leader(HolderCollector(holders))

    def watch_contact(self, silence: Callable[[], timedelta]) -> None:
        """Show at each scrape how long ago the API server last answered."""
        gauge = Gauge(
            "entrasync_api_server_silence_seconds",
            "Time since the API server last answered; +Inf before that. If it lasts, nothing is written to Graph.",
            registry=self.registry,
        )
        gauge.set_function(lambda: inf if silence() == timedelta.max else silence().total_seconds())

    def watch_connections(self, connections: Store[ConnectionResource]) -> None:
        """Collect at each scrape which connections work."""
        self._connections.watch(connections)
        self._conditions.watch(CONNECTION_KIND, connections)

    def watch_requests(self, requests: Store[RequestResource]) -> None:
        """Collect at each scrape the conditions of ProvisioningRequests."""
        self._conditions.watch(PROVISIONING_KIND, requests)

    def watch_login(self, has_worked: Callable[[], bool | None]) -> None:
        """Collect at each scrape whether the last login of the operator connection worked; None before the first."""
        self._connections.watch_operator_connection(has_worked)

    def _register_of_leader(self, collector: Collector) -> None:
        self.registry.register(LeaderCollector(collector, lambda: self._is_leading()))

    def render(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


def _make_request_counter(registry: CollectorRegistry) -> Counter:
    meaning = "ProvisioningRequests that came to their end, by outcome."
    return Counter("entrasync_provisioning_requests", meaning, ["outcome"], registry=registry)
