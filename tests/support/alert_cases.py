"""The alert rules of the chart, and for each what makes it fire, when, with which words, and what does not.

Values are as promtool reads them: `0x9 1x29` is ten times 0 and thirty times 1, a minute apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parents[2] / "charts" / "entra-sync-operator" / "files" / "rules" / "entra-sync-operator.yaml"


@cache
def read_rules() -> Mapping[str, Mapping[str, Any]]:
    """Read the rules, by the name of their alert."""
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


OF_INSTALL = {"namespace": "sync", "job": "operator"}
"""What Prometheus writes at all pods of one install."""

ANYWHERE = {"service": "operator", "container": "operator", "endpoint": "http"} | OF_INSTALL
OF_POD = {name: {"instance": f"{name}:8080", "pod": name, "node": f"node-{name}"} | ANYWHERE for name in ("a", "b")}
"""What Prometheus and its operator write at two replicas, each on a node of its own."""


def scraped_at(pod: str) -> str:
    """Write the labels of a pod as a series has them."""
    return ", ".join(f'{label}="{value}"' for label, value in OF_POD[pod].items())


@dataclass(frozen=True)
class AlertCase:
    """An alert that is quiet at first, fires at one time and is quiet again when its cause is gone."""

    alert: str
    series: Mapping[str, str]
    """Values by series."""
    labels: Mapping[str, str]
    """The labels of the alert, without the severity."""
    description: str
    fires_at: str = "30m"
    quiet_at: tuple[str, ...] = ("9m", "12m", "50m")
    """Before the cause, shortly after it began, and after its end."""
    never: Mapping[str, str] = field(default_factory=dict)
    """Series that never make it fire."""
    kept: Mapping[str, str] = field(default_factory=lambda: {"service": "operator"} | OF_INSTALL)
    """The labels of the scrape that the alert has."""


JOB = 'resource_namespace="hr", name="workday"'
RESOURCE = f'kind="SynchronizationJob", {JOB}'
CONNECTION = 'kind="GraphConnection", resource_namespace="hr", name="contoso"'
ON_JOB = {"resource_namespace": "hr", "name": "workday"}
ON_RESOURCE = {"kind": "SynchronizationJob", **ON_JOB}
ON_CONNECTION = {"kind": "GraphConnection", "resource_namespace": "hr", "name": "contoso"}

READY_SINCE = "entrasync_resource_ready_since_timestamp_seconds"

EXPIRY = "entrasync_connection_credential_expiry_timestamp_seconds"

FOR_A_WHILE = "0x9 1x29 0x19"
"""0 for ten minutes, 1 for half an hour, 0 again."""

STEADY = "0x59"

FIRST, SECOND = scraped_at("a"), scraped_at("b")
OTHER_INSTALLS = (
    FIRST.replace('namespace="sync"', 'namespace="other"'),
    'job="kubernetes-pods", namespace="sync", app_kubernetes_io_instance="one", instance="c:8080"',
    'job="kubernetes-pods", namespace="sync", app_kubernetes_io_instance="two", instance="d:8080"',
    'job="kubernetes-pods", kubernetes_namespace="one", instance="e:8080"',
    'job="kubernetes-pods", kubernetes_namespace="two", instance="f:8080"',
)
"""A replica of each of other installs. Usual settings of Prometheus tell them apart by these labels."""

DAY = 86_400


def on_condition(alert: str, condition: str, description: str, **overlay: Any) -> AlertCase:
    """Make the case of an alert that fires while a condition of a job is True."""
    series = {f'entrasync_resource_condition{{{RESOURCE}, condition="{condition}"}}': FOR_A_WHILE}
    other = {f'entrasync_resource_condition{{{RESOURCE}, condition="Ready"}}': "1x59"}
    usual: dict[str, Any] = {"labels": ON_RESOURCE | {"condition": condition}, "never": other}
    return AlertCase(alert, series, description=description, **(usual | overlay))


def growing(series: str) -> dict[str, str]:
    """Return a counter that grows for half an hour by 60 a minute."""
    return {series: "0x9 0+60x29 1740x59"}


CASES = (
    AlertCase(
        "EntraSyncJobQuarantined",
        {f"entrasync_job_quarantined{{{JOB}}}": FOR_A_WHILE},
        ON_JOB,
        "Graph holds the job of SynchronizationJob hr/workday in quarantine. It provisions people late or not at all.",
        never={f"entrasync_job_quarantined{{{JOB}}}": STEADY},
    ),
    AlertCase(
        "EntraSyncJobQuarantinedForWeeks",
        # The time of promtool begins at 0. It is in quarantine since 21 days before the tenth minute.
        {f'entrasync_job_quarantine_since_timestamp_seconds{{{JOB}, reason="Unknown"}}': f"{600 - 21 * DAY}x39"},
        ON_JOB | {"reason": "Unknown"},
        "The job of SynchronizationJob hr/workday has been in quarantine for 21d 0h 20m 0s (Unknown). "
        "Graph disables a job after four weeks.",
        never={f'entrasync_job_quarantine_since_timestamp_seconds{{{JOB}, reason="Unknown"}}': f"{-20 * DAY}x39"},
    ),
    on_condition(
        "EntraSyncJobOverdue",
        "Overdue",
        "No run of SynchronizationJob hr/workday has succeeded within spec.freshness.maxAge.",
    ),
    AlertCase(
        "EntraSyncJobEscrowsRising",
        {f"entrasync_job_escrows{{{JOB}}}": "5x359 50x719"},
        ON_JOB,
        "In the last run of SynchronizationJob hr/workday about 45 more objects failed than six hours ago.",
        fires_at="10h",
        quiet_at=("5h", "6h20m", "17h"),
        never={f"entrasync_job_escrows{{{JOB}}}": "5x359 9x719"},
    ),
    AlertCase(
        "EntraSyncJobManyEscrows",
        {f"entrasync_job_escrows{{{JOB}}}": "5x9 3000x49 7x29"},
        ON_JOB,
        "In the last run of SynchronizationJob hr/workday 3000 objects failed. From 5,000 on Graph puts the job in "
        "quarantine if they are too large a share.",
        fires_at="50m",
        quiet_at=("9m", "35m", "70m"),
        never={f"entrasync_job_escrows{{{JOB}}}": "2000x89"},
    ),
    on_condition(
        "EntraSyncJobEscrowsPruned",
        "EscrowsPruned",
        "The initial cycle of SynchronizationJob hr/workday had too many failures, and Graph cleared them. "
        "Those objects are not provisioned.",
    ),
    on_condition(
        "EntraSyncDeletionsHeld",
        "DeletionsHeld",
        "The run of SynchronizationJob hr/workday would delete more accounts than its threshold allows. "
        "The job is in quarantine until somebody decides.",
    ),
    AlertCase(
        "EntraSyncDeletionLimitReached",
        {f'{READY_SINCE}{{{RESOURCE}, status="False", reason="DeletionHeld"}}': ("_x9 600x29")},
        ON_RESOURCE | {"status": "False", "reason": "DeletionHeld"},
        "SynchronizationJob hr/workday is being deleted, and its job in Graph is kept until a person has approved "
        "that.",
        never={f'{READY_SINCE}{{{RESOURCE}, status="True", reason="Healthy"}}': "6x59"},
    ),
    AlertCase(
        "EntraSyncAppCredentialsRefused",
        {f'entrasync_resource_condition{{{RESOURCE}, condition="CredentialsValid"}}': "1x9 0x29 1x19"},
        ON_RESOURCE | {"condition": "CredentialsValid"},
        "Graph refused the credentials that SynchronizationJob hr/workday gives for its target app. "
        "They were not saved.",
        never={f'entrasync_resource_condition{{{RESOURCE}, condition="Ready"}}': STEADY},
    ),
    on_condition(
        "EntraSyncForeignSecretLost",
        "ForeignSecretLost",
        "When the operator saved the secrets of SynchronizationJob hr/workday, one of somebody else vanished. "
        "It writes no secret in this tenant any more until a person has looked.",
        quiet_at=("9m", "50m"),
    ),
    AlertCase(
        "EntraSyncJobStalled",
        {
            f'entrasync_resource_condition{{{RESOURCE}, condition="Stalled"}}': "_x9 1x29",
            f'{READY_SINCE}{{{RESOURCE}, status="False", reason="Conflict"}}': "6x59",
        },
        ON_RESOURCE | {"reason": "Conflict"},
        "SynchronizationJob hr/workday does not go on by itself (Conflict).",
        never={
            f'entrasync_resource_condition{{{RESOURCE}, condition="Stalled"}}': "1x59",
            f'{READY_SINCE}{{{RESOURCE}, status="False", reason="Quarantined"}}': ("6x59"),
        },
    ),
    AlertCase(
        "EntraSyncJobsNotSeen",
        {
            f'{READY_SINCE}{{kind="SynchronizationJob", resource_namespace="hr", '
            f'name="{name}", status="Unknown", reason="GraphUnreachable"}}': "_x9 600x39"
            for name in ("workday", "salesforce")
        },
        {"kind": "SynchronizationJob", "resource_namespace": "hr", "reason": "GraphUnreachable"},
        "The state of 2 SynchronizationJobs in namespace hr is not known (GraphUnreachable).",
        fires_at="45m",
        quiet_at=("9m", "35m", "60m"),
        never={f'{READY_SINCE}{{{RESOURCE}, status="Unknown", reason="Suspended"}}': ("6x59")},
    ),
    AlertCase(
        "EntraSyncProvisioningRequestsFailing",
        {'entrasync_provisioning_requests_total{outcome="Failure"}': "0x9 6x180"},
        {},
        "About 6 ProvisioningRequests failed within an hour, were not sent, or have an outcome that is not known.",
        fires_at="1h5m",
        quiet_at=("9m", "2h"),
        never={'entrasync_provisioning_requests_total{outcome="Success"}': "0+1x180"},
    ),
    AlertCase(
        "EntraSyncGraphUnreachable",
        growing('entrasync_graph_calls_total{operation="list_jobs", status="none"}')
        | {'entrasync_graph_calls_total{operation="list_jobs", status="200"}': "0+20x59"},
        {},
        "75% of the calls to Microsoft Graph had no answer or one that tells of a fault of Graph.",
        fires_at="35m",
        quiet_at=("9m", "18m", "58m"),
        never={
            'entrasync_graph_calls_total{operation="list_jobs", status="404"}': "0+60x59",
            'entrasync_graph_calls_total{operation="list_jobs", status="503"}': "0+20x59",
        },
    ),
    AlertCase(
        "EntraSyncGraphThrottling",
        growing('entrasync_graph_throttled_total{operation="list_jobs"}')
        | {'entrasync_graph_calls_total{operation="list_jobs", status="200"}': "0+100x89"},
        {},
        "Microsoft Graph answers 60% of the calls with 429. Jobs are read and changed late.",
        fires_at="39m",
        quiet_at=("9m", "20m", "80m"),
        never={
            'entrasync_graph_throttled_total{operation="list_jobs"}': "0+1x89",
            'entrasync_graph_calls_total{operation="list_jobs", status="200"}': "0+100x89",
        },
    ),
    AlertCase(
        "EntraSyncConnectionFailing",
        {
            f"entrasync_connection_ready{{{CONNECTION}}}": "1x9 0x29 1x19",
            f'entrasync_connection_info{{{CONNECTION}, tenant_id="11-22"}}': "1x59",
        },
        ON_CONNECTION | {"tenant_id": "11-22"},
        "The login of GraphConnection hr/contoso to tenant 11-22 fails. Its jobs are neither read nor changed.",
        never={
            f"entrasync_connection_ready{{{CONNECTION}}}": "1x59",
            f'entrasync_connection_info{{{CONNECTION}, tenant_id="11-22"}}': "1x59",
        },
    ),
    AlertCase(
        "EntraSyncCredentialExpiresSoon",
        {
            f'{EXPIRY}{{kind="InstallConnection", resource_namespace="", name="default", credential="certificate"}}': (
                f"{14 * DAY + 600}x39 {90 * DAY}x19"
            )
        },
        {"kind": "InstallConnection", "name": "default", "credential": "certificate"},
        "The client certificate of InstallConnection default ends in 13d 23h 40m 0s.",
        never={f'{EXPIRY}{{{CONNECTION}, credential="certificate"}}': f"{15 * DAY}x59"},
    ),
    AlertCase(
        "EntraSyncCredentialExpiresNow",
        {f'{EXPIRY}{{{CONNECTION}, credential="secret"}}': f"{2 * DAY + 600}x39 {90 * DAY}x19"},
        ON_CONNECTION | {"credential": "secret"},
        "The client secret of GraphConnection hr/contoso ends in 1d 23h 40m 0s. Then its login fails.",
        never={f'{EXPIRY}{{{CONNECTION}, credential="secret"}}': f"{3 * DAY}x59"},
    ),
    AlertCase(
        "EntraSyncOperatorAbsent",
        {'entrasync_build_info{version="1.0.0"}': "1x9 stale _x28 1x19"},
        {},
        "No process of the Entra Sync Operator has answered Prometheus for five minutes.",
        never={'entrasync_build_info{version="1.0.0"}': "1x59"},
        kept={},
    ),
    AlertCase(
        "EntraSyncNobodyLeads",
        {f"entrasync_leader{{{FIRST}}}": "1x9 0x29 0x19", f"entrasync_leader{{{SECOND}}}": "0x9 0x29 1x19"},
        {},
        "All replicas of the Entra Sync Operator stand by. Nothing is read of Graph and nothing is written to it.",
        quiet_at=("9m", "11m", "50m"),
        never={f"entrasync_leader{{{FIRST}}}": "1x9 0x49", f"entrasync_leader{{{SECOND}}}": "0x9 1x49"},
        kept=OF_INSTALL,
    ),
    AlertCase(
        "EntraSyncSeveralLead",
        {f"entrasync_leader{{{FIRST}}}": "1x59", f"entrasync_leader{{{SECOND}}}": FOR_A_WHILE},
        {},
        "2 replicas of the Entra Sync Operator act at the same time. One must.",
        quiet_at=("9m", "11m", "50m"),
        never={f"entrasync_leader{{{labels}}}": "1x59" for labels in (FIRST, *OTHER_INSTALLS)},
        kept=OF_INSTALL,
    ),
    AlertCase(
        "EntraSyncReconcileErrors",
        {'entrasync_reconcile_seconds_count{kind="GraphConnection", outcome="broken"}': "0x9 3x90"},
        {"kind": "GraphConnection"},
        "About 3 passes over GraphConnections have ended within half an hour by a fault of the operator "
        "or at their deadline.",
        quiet_at=("9m", "12m", "60m"),
        never={'entrasync_reconcile_seconds_count{kind="GraphConnection", outcome="failed"}': "0+5x90"},
    ),
    AlertCase(
        "EntraSyncApiServerSilent",
        {f"entrasync_api_server_silence_seconds{{{FIRST}}}": "2x9 60+60x29 1x19"},
        {},
        "The API server has not answered the operator for 21m 0s. Nothing is written to Graph meanwhile.",
        never={f"entrasync_api_server_silence_seconds{{{FIRST}}}": "50x59"},
        kept=OF_POD["a"],
    ),
    AlertCase(
        "EntraSyncNamespaceRefused",
        {'entrasync_namespace_refused{resource_namespace="hr"}': FOR_A_WHILE},
        {"resource_namespace": "hr"},
        "The API server refuses the operator in namespace hr. The resources there are left alone.",
        never={'entrasync_namespace_refused{resource_namespace=""}': STEADY},
    ),
    AlertCase(
        "EntraSyncNamespaceHeldByAnotherInstall",
        {'entrasync_namespace_held_by_another_install{resource_namespace="hr", install="b/sync"}': "_x9 1x29"},
        {"resource_namespace": "hr", "install": "b/sync"},
        "The install b/sync looks after namespace hr, so that this one does nothing there.",
    ),
)
