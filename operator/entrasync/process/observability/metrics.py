"""Prometheus metrics: calls to Graph, passes, and the state of each job and connection."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from importlib import metadata
from math import inf
from typing import get_args

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from entrasync.api.names import CONNECTION_KIND, KIND, PROVISIONING_KIND
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.primitives.clock import Clock
from entrasync.core.provisioning.record import Outcome
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.process.observability import catalogue
from entrasync.process.observability.collectors import (
    ConditionCollector,
    ConnectionCollector,
    HolderCollector,
    JobCollector,
    LeaderCollector,
    NamespaceCollector,
)
from entrasync.process.observability.connection_views import ConnectionView
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore

LOG = logging.getLogger("entrasync.graph")


class Metrics:
    """All metrics of one process. Implements `CallMetrics` of the Graph client."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        version = metadata.version("entra-sync-operator")
        catalogue.BUILD_INFO.make_gauge(self.registry).labels(version).set(1)
        self._conditions, self._connections = ConditionCollector(), ConnectionCollector()
        self._is_leading: Callable[[], bool] = lambda: True
        self._register_of_leader(self._conditions)
        self._register_of_leader(self._connections)
        self._calls = catalogue.CALLS.make_counter(self.registry)
        self._call_seconds = catalogue.CALL_SECONDS.make_histogram(self.registry)
        self._throttled = catalogue.THROTTLED.make_counter(self.registry)
        self._pause = catalogue.THROTTLE_PAUSE.make_gauge(self.registry)
        self._passes = catalogue.PASSES.make_histogram(self.registry)
        self._requests = catalogue.REQUESTS.make_counter(self.registry)
        for outcome in get_args(Outcome):
            self._requests.labels(outcome)  # shown from the start, because a rate does not see the first value

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

    def time_passes(self, kind: str) -> "PassMetrics":
        """Return what times the passes over the resources of a kind."""
        return PassMetrics(self._passes, kind)

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
        catalogue.LEADER.make_gauge(self.registry).set_function(lambda: float(is_leading()))
        self._is_leading = is_leading

    def watch_holders(self, holders: Callable[[], Mapping[str, str]]) -> None:
        """Show at each scrape which namespaces another install looks after."""
        self._register_of_leader(HolderCollector(holders))

    def watch_contact(self, silence: Callable[[], timedelta]) -> None:
        """Show at each scrape how long ago the API server last answered."""
        gauge = catalogue.API_SERVER_SILENCE.make_gauge(self.registry)
        gauge.set_function(lambda: inf if silence() == timedelta.max else silence().total_seconds())

    def watch_connections(self, connections: Store[ConnectionResource], views: Iterable[ConnectionView]) -> None:
        """Collect at each scrape how the connections are."""
        self._connections.watch(views)
        self._conditions.watch(CONNECTION_KIND, connections)

    def watch_requests(self, requests: Store[RequestResource]) -> None:
        """Collect at each scrape the conditions of ProvisioningRequests."""
        self._conditions.watch(PROVISIONING_KIND, requests)

    def watch_operator_connection(self, view: Callable[[], ConnectionView | None]) -> None:
        """Collect at each scrape how the operator connection is; None before its first login."""
        self._connections.watch_operator_connection(view)

    def _register_of_leader(self, collector: Collector) -> None:
        self.registry.register(LeaderCollector(collector, lambda: self._is_leading()))

    def render(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


FAULTS = ("broken", "timed_out")
"""How a pass ends that has not come to its own end."""


class PassMetrics:
    """Implements `ReconcileMetrics` of the engine for one kind."""

    def __init__(self, passes: Histogram, kind: str) -> None:
        self._passes = passes
        self._kind = kind
        for outcome in FAULTS:
            passes.labels(kind, outcome)  # shown from the start, because a rate does not see the first value

    def passed(self, outcome: str, seconds: float) -> None:
        """Time a pass."""
        self._passes.labels(self._kind, outcome).observe(seconds)
