"""The closed list of metrics: the name, type, labels and meaning of each, and how many series it can have.

The metrics are made from these rows, and so is docs/metrics.md.

The namespace of an object is the label `resource_namespace`. Prometheus gives each series it scrapes a label
`namespace`, that of the operator's own pod, and would rename ours. The same holds for the others in `SCRAPED_LABELS`.
"""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

from entrasync.graph.calls import operations
from entrasync.graph.calls.operations import Operation

SCRAPED_LABELS = frozenset({"namespace", "pod", "container", "service", "endpoint", "instance", "job", "node"})
"""What Prometheus and its operator write at what they scrape. No metric may have one of these labels."""

NAMESPACE_LABEL = "resource_namespace"
JOB_LABELS = (NAMESPACE_LABEL, "name")
RESOURCE_LABELS = ("kind", NAMESPACE_LABEL, "name")

MetricKind = Literal["gauge", "counter", "histogram"]

Replicas = Literal["each", "leader"]

ONE, PER_JOB, PER_CONNECTION = "1", "1 per job", "1 per connection"
OPERATIONS = sum(isinstance(value, Operation) for value in vars(operations).values())
PER_OPERATION = f"1 per operation, of which there are {OPERATIONS}"


@dataclass(frozen=True)
class MetricRow:
    """One metric. `name` is without the suffix that its type adds."""

    kind: MetricKind
    name: str
    labels: tuple[str, ...]
    meaning: str
    series: str
    """How many series there are at most."""
    replicas: Replicas = "each"
    """Whether each replica shows it, or only the one that acts."""

    @property
    def exposed_name(self) -> str:
        """The name as queries have it. That of a histogram is without `_bucket`, `_sum` and `_count`."""
        return f"{self.name}_total" if self.kind == "counter" else self.name

    def make_gauge(self, registry: CollectorRegistry) -> Gauge:
        """Make the metric, whose value is set."""
        return Gauge(self.name, self.meaning, self.labels, registry=registry)

    def make_counter(self, registry: CollectorRegistry) -> Counter:
        """Make the metric, which only grows."""
        return Counter(self.name, self.meaning, self.labels, registry=registry)

    def make_histogram(self, registry: CollectorRegistry) -> Histogram:
        """Make the metric, which sorts values into buckets."""
        return Histogram(self.name, self.meaning, self.labels, registry=registry)

    def make_family(self) -> GaugeMetricFamily:
        """Make what one scrape shows of the metric."""
        return GaugeMetricFamily(self.name, self.meaning, labels=self.labels)


BUILD_INFO = MetricRow("gauge", "entrasync_build_info", ("version",), "1 for the version that runs.", ONE)
LEADER = MetricRow("gauge", "entrasync_leader", (), "1 on the replica that acts, 0 on one that stands by.", ONE)
API_SERVER_SILENCE = MetricRow(
    "gauge",
    "entrasync_api_server_silence_seconds",
    (),
    "Time since the API server last answered; +Inf before that. If it lasts, nothing is written to Graph.",
    ONE,
)
NAMESPACE_REFUSED = MetricRow(
    "gauge",
    "entrasync_namespace_refused",
    (NAMESPACE_LABEL,),
    "1 while the API server refuses what the operator must read there; the empty name is the whole cluster.",
    "1 per namespace in `--namespaces`",
)
NAMESPACE_HELD = MetricRow(
    "gauge",
    "entrasync_namespace_held_by_another_install",
    (NAMESPACE_LABEL, "install"),
    "1 while another install looks after a namespace, so that this one does nothing there.",
    "1 per namespace that another install holds",
    "leader",
)
PASSES = MetricRow(
    "histogram",
    "entrasync_reconcile_seconds",
    ("kind", "outcome"),
    "Time of one pass over one resource, by how it ended: settled, changed (the resource was changed meanwhile), "
    "failed (Graph or the API server did not do something), timed_out, or broken (a fault of the operator).",
    "1 per kind and outcome, 15",
)
QUEUE_DEPTH = MetricRow("gauge", "entrasync_queue_depth", (), "Jobs ready or in work.", ONE, "leader")

CALLS = MetricRow(
    "counter",
    "entrasync_graph_calls",
    ("operation", "status"),
    "Calls to Microsoft Graph by operation and HTTP status (none: no answer).",
    "1 per operation and status that occurred, some dozens",
)
CALL_SECONDS = MetricRow(
    "histogram", "entrasync_graph_call_seconds", ("operation",), "Time of a call to Graph.", PER_OPERATION
)
THROTTLED = MetricRow("counter", "entrasync_graph_throttled", ("operation",), "Answers 429 of Graph.", PER_OPERATION)
THROTTLE_PAUSE = MetricRow(
    "gauge", "entrasync_graph_throttle_pause_seconds", (), "The last pause that Graph asked for.", ONE
)

CONNECTION_INFO = MetricRow(
    "gauge",
    "entrasync_connection_info",
    (*RESOURCE_LABELS, "tenant_id"),
    "1, with the tenant that the connection leads to.",
    PER_CONNECTION,
    "leader",
)
CONNECTION_READY = MetricRow(
    "gauge", "entrasync_connection_ready", RESOURCE_LABELS, "1 while the login works.", PER_CONNECTION, "leader"
)
CONNECTION_PAUSE = MetricRow(
    "gauge",
    "entrasync_connection_pause_seconds",
    RESOURCE_LABELS,
    "How long no call is made from now on because Graph asked for a pause; 0 without one.",
    PER_CONNECTION,
    "leader",
)
CREDENTIAL_EXPIRY = MetricRow(
    "gauge",
    "entrasync_connection_credential_expiry_timestamp_seconds",
    (*RESOURCE_LABELS, "credential"),
    "When the credential that was accepted last ends: certificate, or secret if Graph tells it. Others have none.",
    "1 per connection with a certificate or a client secret",
    "leader",
)

CONDITION = MetricRow(
    "gauge",
    "entrasync_resource_condition",
    (*RESOURCE_LABELS, "condition"),
    "Each condition of each resource: 1 True, 0 False, -1 Unknown.",
    "1 per resource and condition that it has: 4 to 8 for a job, 1 to 3 for others",
    "leader",
)
READY_SINCE = MetricRow(
    "gauge",
    "entrasync_resource_ready_since_timestamp_seconds",
    (*RESOURCE_LABELS, "status", "reason"),
    "When the condition Ready got the status that it has. The reason is that of now.",
    "1 per resource",
    "leader",
)

JOB_CODE = MetricRow(
    "gauge",
    "entrasync_job_status_code",
    (*JOB_LABELS, "code"),
    "1 for the status code that Graph shows.",
    PER_JOB,
    "leader",
)
JOB_QUARANTINED = MetricRow(
    "gauge", "entrasync_job_quarantined", JOB_LABELS, "1 while the job is in quarantine.", PER_JOB, "leader"
)
JOB_QUARANTINE_SINCE = MetricRow(
    "gauge",
    "entrasync_job_quarantine_since_timestamp_seconds",
    (*JOB_LABELS, "reason"),
    "When the quarantine of a job began. The reason is Graph's own word.",
    "1 per job in quarantine",
    "leader",
)
JOB_LAST_SUCCESS = MetricRow(
    "gauge",
    "entrasync_job_last_success_timestamp_seconds",
    JOB_LABELS,
    "When the last good cycle ended.",
    PER_JOB,
    "leader",
)
JOB_ESCROWS = MetricRow(
    "gauge",
    "entrasync_job_escrows",
    JOB_LABELS,
    "Objects that failed in the last cycle and that Graph tries again later (countEscrowed).",
    PER_JOB,
    "leader",
)
JOB_MIRROR_AGE = MetricRow(
    "gauge",
    "entrasync_job_mirror_age_seconds",
    JOB_LABELS,
    "Time since Graph was last read for this job.",
    PER_JOB,
    "leader",
)
REQUESTS = MetricRow(
    "counter",
    "entrasync_provisioning_requests",
    ("outcome",),
    "ProvisioningRequests that came to their end, by outcome: Success, Skipped, Failure, Refused or Unknown.",
    "5",
)

GROUPS: tuple[tuple[str, tuple[MetricRow, ...]], ...] = (
    (
        "The operator",
        (BUILD_INFO, LEADER, API_SERVER_SILENCE, NAMESPACE_REFUSED, NAMESPACE_HELD, PASSES, QUEUE_DEPTH),
    ),
    ("Calls to Microsoft Graph", (CALLS, CALL_SECONDS, THROTTLED, THROTTLE_PAUSE)),
    ("Connections", (CONNECTION_INFO, CONNECTION_READY, CONNECTION_PAUSE, CREDENTIAL_EXPIRY)),
    ("Resources of all kinds", (CONDITION, READY_SINCE)),
    (
        "Jobs",
        (JOB_CODE, JOB_QUARANTINED, JOB_QUARANTINE_SINCE, JOB_LAST_SUCCESS, JOB_ESCROWS, JOB_MIRROR_AGE),
    ),
    ("ProvisioningRequests", (REQUESTS,)),
)
"""All metrics, as the page groups them."""

METRICS = tuple(row for _, rows in GROUPS for row in rows)
