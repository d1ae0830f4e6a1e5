"""Puts the reconciler of ProvisioningRequests together."""

from dataclasses import dataclass

from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import EventSink, SecretStore
from entrasync.reconcile.ports.provisioning import RequestApi, RequestMetrics
from entrasync.reconcile.provisioning.reconciler import ProvisioningReconciler
from entrasync.reconcile.provisioning.request_writer import RequestWriter
from entrasync.reconcile.provisioning.send_line import SendLine
from entrasync.reconcile.provisioning.sender import RequestSender
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from entrasync.reconcile.step.write_guard import WriteGuard


@dataclass(frozen=True)
class RequestCollaborators:
    """What the reconciler of ProvisioningRequests works with."""

    requests: Store[RequestResource]
    jobs: JobStore
    namespaces: NamespaceDefaults
    connections: Connections
    line: SendLine
    request_api: RequestApi
    secrets: SecretStore
    events: EventSink
    metrics: RequestMetrics
    clock: Clock
    bounds: Bounds
    guard: WriteGuard


def build_request_reconciler(collaborators: RequestCollaborators) -> ProvisioningReconciler:
    """Join the parts of the reconciler of ProvisioningRequests."""
    requests, jobs, line, clock = collaborators.requests, collaborators.jobs, collaborators.line, collaborators.clock
    events, metrics = collaborators.events, collaborators.metrics
    writer = RequestWriter(collaborators.request_api, requests, events=events, metrics=metrics, clock=clock)
    sender = RequestSender(
        requests,
        jobs,
        guard=collaborators.guard,
        line=line,
        writer=writer,
        secrets=collaborators.secrets,
        clock=clock,
        bounds=collaborators.bounds,
    )
    return ProvisioningReconciler(
        requests,
        jobs,
        namespaces=collaborators.namespaces,
        connections=collaborators.connections,
        line=line,
        sender=sender,
        writer=writer,
        clock=clock,
    )
