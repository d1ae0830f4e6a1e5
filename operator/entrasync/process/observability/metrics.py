"""Prometheus metrics: calls to Graph, passes, and the state of each job and connection."""

import logging
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from entrasync.api.conditions import ConditionType
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.decision.condition import Condition
from entrasync.core.primitives.clock import Clock
from entrasync.core.resource.job_resource import Resource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore

LOG = logging.getLogger("entrasync.graph")

JOB_LABELS = ["namespace", "name"]


class Metrics:
    """All metrics of one process. Implements `CallMetrics` of the Graph client and `ReconcileMetrics` of the engine."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
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

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        """Count and log a call to Graph. `request_id` is what Microsoft's support asks for."""
        label = str(status) if status else "none"
        self._calls.labels(operation, label).inc()
        self._call_seconds.labels(operation).observe(seconds)
        level = logging.DEBUG if status and status < 400 else logging.INFO
        fields = {"action": operation, "status": label, "seconds": round(seconds, 3), "request_id": request_id}
        LOG.log(level, "Graph was called.", extra=fields)

    def throttled(self, operation: str, seconds: float) -> None:
        """Count a 429."""
        self._throttled.labels(operation).inc()
        self._pause.set(seconds)

    def passed(self, outcome: str, seconds: float) -> None:
        """Time a pass."""
        self._passes.labels(outcome).observe(seconds)

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
        self.registry.register(_NamespaceCollector(namespace_access))
        self.registry.register(_JobCollector(resources, memory, queue, clock))

    def watch_connections(self, connections: Store[ConnectionResource]) -> None:
        """Collect at each scrape which connections work."""
        self.registry.register(_ConnectionCollector(connections))

    def render(self) -> bytes:
        """Write all metrics in Prometheus' text format."""
        return generate_latest(self.registry)


class _NamespaceCollector(Collector):
    def __init__(self, namespace_access: NamespaceAccess) -> None:
        self._namespace_access = namespace_access

    def collect(self) -> Iterator[GaugeMetricFamily]:
        refused = GaugeMetricFamily(
            "entrasync_namespace_refused",
            "1 while the API server refuses what the operator must read there; the empty name is the whole cluster.",
            labels=["namespace"],
        )
        for namespace in self._namespace_access.namespaces:
            refused.add_metric([namespace or ""], float(namespace in self._namespace_access.refused))
        yield refused


class _ConnectionCollector(Collector):
    def __init__(self, connections: Store[ConnectionResource]) -> None:
        self._connections = connections

    def collect(self) -> Iterator[GaugeMetricFamily]:
        ready = GaugeMetricFamily(
            "entrasync_connection_ready", "1 while the login of a GraphConnection works.", labels=JOB_LABELS
        )
        for seen in self._connections:
            works = any(each.type is ConditionType.READY and each.is_true for each in Condition.read_all(seen.status))
            ready.add_metric([seen.key.namespace, seen.key.name], float(works))
        yield ready


class _JobCollector(Collector):
    def __init__(self, resources: JobStore, memory: MemoryStore, queue: WorkQueue, clock: Clock) -> None:
        self._resources = resources
        self._memory = memory
        self._queue = queue
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        code = GaugeMetricFamily(
            "entrasync_job_status_code", "1 for the status code that Graph shows.", labels=[*JOB_LABELS, "code"]
        )
        quarantined = GaugeMetricFamily(
            "entrasync_job_quarantined", "1 while the job is in quarantine.", labels=JOB_LABELS
        )
        success = GaugeMetricFamily(
            "entrasync_job_last_success_timestamp_seconds", "When the last good cycle ended.", labels=JOB_LABELS
        )
        age = GaugeMetricFamily(
            "entrasync_job_mirror_age_seconds", "Time since Graph was last read for this job.", labels=JOB_LABELS
        )
        for resource in self._resources:
            self._show(resource, code, quarantined, success, age)
        yield from (code, quarantined, success, age)
        depth = GaugeMetricFamily("entrasync_queue_depth", "Resources ready or in work.")
        depth.add_metric([], len(self._queue))
        yield depth

    def _show(self, resource: Resource, *families: GaugeMetricFamily) -> None:
        code, quarantined, success, age = families
        labels = [resource.key.namespace, resource.key.name]
        if (read_at := self._memory.read_at(resource.key)) is not None:
            age.add_metric(labels, max((self._clock.now() - read_at).total_seconds(), 0))
        mirror = resource.record.mirrored_job.status
        if mirror.code is not None:
            code.add_metric([*labels, mirror.code], 1)
            quarantined.add_metric(labels, float(mirror.code == "Quarantine"))
        if (ended := mirror.last_success.ended_at) is not None:
            success.add_metric(labels, ended.timestamp())
