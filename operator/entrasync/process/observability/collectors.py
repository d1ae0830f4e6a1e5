"""What is collected at each scrape from the objects that the operator knows: a series vanishes with its object.

The namespace of an object is the label `resource_namespace`. Prometheus gives each series it scrapes a label
`namespace`, that of the operator's own pod, and would rename ours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from entrasync.api.conditions import ConditionType
from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION, INSTALL_CONNECTION_KIND
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.decision.condition import Condition, ConditionStatus
from entrasync.core.primitives.clock import Clock
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.core.resource.job_resource import Resource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore

_Shown = Resource | ConnectionResource | RequestResource
"""A resource whose conditions are shown."""

NAMESPACE_LABEL = "resource_namespace"
RESOURCE_LABELS = [NAMESPACE_LABEL, "name"]

CONDITION_VALUES: dict[ConditionStatus, float] = {"True": 1, "False": 0, "Unknown": -1}


class NamespaceCollector(Collector):
    """Collects which namespaces are refused."""

    def __init__(self, namespace_access: NamespaceAccess) -> None:
        self._namespace_access = namespace_access

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one series for each namespace that the install names."""
        refused = GaugeMetricFamily(
            "entrasync_namespace_refused",
            "1 while the API server refuses what the operator must read there; the empty name is the whole cluster.",
            labels=[NAMESPACE_LABEL],
        )
        for namespace in self._namespace_access.namespaces:
            refused.add_metric([namespace or ""], float(namespace in self._namespace_access.refused))
        yield refused


class HolderCollector(Collector):
    """Collects which namespaces another install looks after."""

    def __init__(self, holders: Callable[[], Mapping[str, str]]) -> None:
        self._holders = holders

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one series for each of these namespaces."""
        held = GaugeMetricFamily(
            "entrasync_namespace_held_by_another_install",
            "1 while another install looks after a namespace, so that this one does nothing there.",
            labels=[NAMESPACE_LABEL, "install"],
        )
        for namespace, install in sorted(self._holders().items()):
            held.add_metric([namespace, install], 1)
        yield held


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
        """Yield one series for each condition that a resource has. Their types are a closed list."""
        found = GaugeMetricFamily(
            "entrasync_resource_condition",
            "Each condition of each resource: 1 True, 0 False, -1 Unknown.",
            labels=["kind", *RESOURCE_LABELS, "condition"],
        )
        for kind, store in self._stores:
            for resource in store:
                for each in Condition.read_all(resource.status):
                    labels = [kind, resource.key.namespace, resource.key.name, each.type.value]
                    found.add_metric(labels, CONDITION_VALUES[each.status])
        yield found


class ConnectionCollector(Collector):
    """Collects which connections work: the GraphConnections, and the one of the install itself."""

    def __init__(self) -> None:
        self._connections: Iterable[ConnectionResource] = ()
        self._has_own_worked: Callable[[], bool | None] = lambda: None

    def watch(self, connections: Store[ConnectionResource]) -> None:
        """Collect from the GraphConnections."""
        self._connections = connections

    def watch_operator_connection(self, has_worked: Callable[[], bool | None]) -> None:
        """Collect from the operator connection."""
        self._has_own_worked = has_worked

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one series for each connection. That of the install is there as soon as it has logged in once."""
        ready = GaugeMetricFamily(
            "entrasync_connection_ready", "1 while the login works.", labels=["kind", *RESOURCE_LABELS]
        )
        for seen in self._connections:
            works = any(each.type is ConditionType.READY and each.is_true for each in Condition.read_all(seen.status))
            ready.add_metric([CONNECTION_KIND, seen.key.namespace, seen.key.name], float(works))
        if (own := self._has_own_worked()) is not None:
            # The connection of the install itself has no namespace. Its name is the one that specs give it.
            ready.add_metric([INSTALL_CONNECTION_KIND, "", DEFAULT_CONNECTION], float(own))
        yield ready


class JobCollector(Collector):
    """Collects the state of each job, and the depth of their queue."""

    def __init__(self, resources: JobStore, memory: MemoryStore, queue: WorkQueue, clock: Clock) -> None:
        self._resources = resources
        self._memory = memory
        self._queue = queue
        self._clock = clock

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the series of all jobs."""
        code = GaugeMetricFamily(
            "entrasync_job_status_code", "1 for the status code that Graph shows.", labels=[*RESOURCE_LABELS, "code"]
        )
        quarantined = GaugeMetricFamily(
            "entrasync_job_quarantined", "1 while the job is in quarantine.", labels=RESOURCE_LABELS
        )
        success = GaugeMetricFamily(
            "entrasync_job_last_success_timestamp_seconds", "When the last good cycle ended.", labels=RESOURCE_LABELS
        )
        age = GaugeMetricFamily(
            "entrasync_job_mirror_age_seconds", "Time since Graph was last read for this job.", labels=RESOURCE_LABELS
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
