"""What is collected at each scrape from the objects that the operator knows: a series vanishes with its object."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from entrasync.api.conditions import ConditionType
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.decision.condition import Condition, ConditionStatus
from entrasync.core.health.quarantine import GRAPH_REASON_UNKNOWN
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.json_values import read_entries
from entrasync.core.primitives.times import parse_time
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.core.remote.synchronization_status import SynchronizationStatus
from entrasync.core.resource.job_resource import Resource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.process.observability import catalogue
from entrasync.process.observability.catalogue import MetricRow
from entrasync.process.observability.connection_views import ConnectionView
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore

_Shown = Resource | ConnectionResource | RequestResource
"""A resource whose conditions are shown."""

CONDITION_VALUES: dict[ConditionStatus, float] = {"True": 1, "False": 0, "Unknown": -1}


class _Scrape:
    """The series that one scrape collects, by metric. A value that is None has none."""

    def __init__(self, *rows: MetricRow) -> None:
        self._families = {row: row.make_family() for row in rows}

    def add(self, row: MetricRow, labels: Sequence[str], value: float | None) -> None:
        """Add a series."""
        if value is not None:
            self._families[row].add_metric(labels, value)

    def __iter__(self) -> Iterator[GaugeMetricFamily]:
        return iter(self._families.values())


class NamespaceCollector(Collector):
    """Collects which namespaces are refused."""

    def __init__(self, namespace_access: NamespaceAccess) -> None:
        self._namespace_access = namespace_access

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one series for each namespace that the install names."""
        scrape = _Scrape(catalogue.NAMESPACE_REFUSED)
        for namespace in self._namespace_access.namespaces:
            is_refused = namespace in self._namespace_access.refused
            scrape.add(catalogue.NAMESPACE_REFUSED, [namespace or ""], is_refused)
        yield from scrape


class HolderCollector(Collector):
    """Collects which namespaces another install looks after."""

    def __init__(self, holders: Callable[[], Mapping[str, str]]) -> None:
        self._holders = holders

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one series for each of these namespaces."""
        scrape = _Scrape(catalogue.NAMESPACE_HELD)
        for namespace, install in sorted(self._holders().items()):
            scrape.add(catalogue.NAMESPACE_HELD, [namespace, install], 1)
        yield from scrape


class LeaderCollector(Collector):
    """Collects what another collector does, while this replica leads: the sum over all replicas counts each once."""

    def __init__(self, collector: Collector, is_leading: Callable[[], bool]) -> None:
        self._collector = collector
        self._is_leading = is_leading

    def collect(self) -> Iterator[Metric]:
        """Yield the series of the other collector, or none."""
        if self._is_leading():
            yield from self._collector.collect()


class ConditionCollector(Collector):
    """Collects the conditions of the resources of all kinds.

    Those of a ProvisioningRequest are there until it is deleted, so its time to live bounds how many there are.
    """

    def __init__(self) -> None:
        self._stores: list[tuple[str, Iterable[_Shown]]] = []

    def watch(self, kind: str, store: Iterable[_Shown]) -> None:
        """Collect from one more kind."""
        self._stores.append((kind, store))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the series of all resources. The types of conditions are a closed list."""
        scrape = _Scrape(catalogue.CONDITION, catalogue.READY_SINCE)
        for kind, store in self._stores:
            for resource in store:
                labels = [kind, resource.key.namespace, resource.key.name]
                for each in Condition.read_all(resource.status):
                    scrape.add(catalogue.CONDITION, [*labels, each.type.value], CONDITION_VALUES[each.status])
                    if each.type is ConditionType.READY:
                        since = _find_transition(resource.status, each.type)
                        scrape.add(catalogue.READY_SINCE, [*labels, each.status, each.reason], since)
        yield from scrape


def _find_transition(status: Mapping[str, object], wanted: ConditionType) -> float | None:
    """Find when a condition got the status that it has, in seconds since 1970."""
    times = [
        parse_time(entry.get("lastTransitionTime"))
        for entry in read_entries(status.get("conditions"))
        if entry.get("type") == wanted
    ]
    return next((time.timestamp() for time in times if time is not None), None)


class ConnectionCollector(Collector):
    """Collects how the connections are: the GraphConnections, and the one of the install itself."""

    def __init__(self) -> None:
        self._views: Iterable[ConnectionView] = ()
        self._view_own: Callable[[], ConnectionView | None] = lambda: None

    def watch(self, views: Iterable[ConnectionView]) -> None:
        """Collect from the GraphConnections."""
        self._views = views

    def watch_operator_connection(self, view: Callable[[], ConnectionView | None]) -> None:
        """Collect from the operator connection, which has no view before its first login."""
        self._view_own = view

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the series of all connections."""
        scrape = _Scrape(
            catalogue.CONNECTION_INFO,
            catalogue.CONNECTION_READY,
            catalogue.CONNECTION_PAUSE,
            catalogue.CREDENTIAL_EXPIRY,
        )
        for view in (*self._views, *filter(None, [self._view_own()])):
            expires_at = view.credential_expires_at
            scrape.add(catalogue.CONNECTION_INFO, [*view.labels, view.tenant_id], 1)
            scrape.add(catalogue.CONNECTION_READY, view.labels, view.works)
            scrape.add(catalogue.CONNECTION_PAUSE, view.labels, view.pause.total_seconds())
            credential = [*view.labels, view.credential]
            scrape.add(catalogue.CREDENTIAL_EXPIRY, credential, expires_at.timestamp() if expires_at else None)
        yield from scrape


class JobCollector(Collector):
    """Collects the state of each job, and the depth of their queue."""

    def __init__(self, resources: JobStore, memory: MemoryStore, queue: WorkQueue, clock: Clock) -> None:
        self._resources = resources
        self._memory = memory
        self._queue = queue
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the series of all jobs."""
        scrape = _Scrape(
            catalogue.JOB_CODE,
            catalogue.JOB_QUARANTINED,
            catalogue.JOB_QUARANTINE_SINCE,
            catalogue.JOB_LAST_SUCCESS,
            catalogue.JOB_ESCROWS,
            catalogue.JOB_MIRROR_AGE,
            catalogue.QUEUE_DEPTH,
        )
        for resource in self._resources:
            labels = [resource.key.namespace, resource.key.name]
            if (read_at := self._memory.read_at(resource.key)) is not None:
                age = max((self._clock.now() - read_at).total_seconds(), 0)
                scrape.add(catalogue.JOB_MIRROR_AGE, labels, age)
            _add_job(scrape, labels, resource.record.mirrored_job.status)
        scrape.add(catalogue.QUEUE_DEPTH, [], len(self._queue))
        yield from scrape


def _add_job(scrape: _Scrape, labels: list[str], mirror: SynchronizationStatus) -> None:
    """Add what Graph's status of a job tells."""
    if mirror.code is not None:
        scrape.add(catalogue.JOB_CODE, [*labels, mirror.code], 1)
        scrape.add(catalogue.JOB_QUARANTINED, labels, mirror.code == "Quarantine")
    if (ended := mirror.last_success.ended_at) is not None:
        scrape.add(catalogue.JOB_LAST_SUCCESS, labels, ended.timestamp())
    scrape.add(catalogue.JOB_ESCROWS, labels, mirror.last_execution.escrowed)
    quarantine = mirror.quarantine if mirror.code == "Quarantine" else None
    if quarantine is not None and quarantine.series_began_at is not None:
        reason = quarantine.reason or GRAPH_REASON_UNKNOWN
        scrape.add(catalogue.JOB_QUARANTINE_SINCE, [*labels, reason], quarantine.series_began_at.timestamp())
