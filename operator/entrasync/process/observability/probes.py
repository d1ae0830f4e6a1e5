"""What the probes of the kubelet check. Each function returns None, or what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.process.observability.background import Background
from entrasync.reconcile.engine.worker_pool import WorkerPool


@dataclass(frozen=True)
class Standing:
    """How this process stands among the replicas."""

    stands_by: bool
    """Whether it has read all resources and waits for the Lease."""

    fault: str | None
    """Why the last try to read or take the Lease failed; None if it did not."""

    is_shut_out: bool = False
    """Whether another install looks after all namespaces that have objects of ours."""


MAX_REFUSALS = 5
"""Refused writes in a row. A few may be refused for a fault of their resource, or while the API server restarts."""


def find_death(engines: Sequence[WorkerPool], background: Background) -> str | None:
    """Find a fault that only a restart mends. There is none after the engines are stopped."""
    if any(engine.is_stopping for engine in engines):
        return None
    if any(engine.has_started and not engine.is_alive for engine in engines):
        return "passes are not made any more"
    if any(engine.is_stuck for engine in engines):
        return "a pass was cancelled at its deadline and does not end; the log names its resource"
    return f"a task has died: {', '.join(background.ended)}" if background.ended else None


def find_unreadiness(
    engines: Sequence[WorkerPool], job_client: JobClient, access: NamespaceAccess, *, standing: Standing
) -> str | None:
    """Find why no resource is reconciled, or why no status can be written. One namespace that answers is enough.

    A replica that stands by is ready when it could take over at once.
    """
    if any(engine.is_stopping for engine in engines):
        return "the operator was told to stop"
    if access.is_all_refused:
        refused = ", ".join(namespace or "the cluster" for namespace in access.namespaces)
        return f"the API server refuses {refused}; the log has why"
    if absent := access.absent_crds:
        return f"the API server does not serve {', '.join(absent)}; the log has what to do"
    if standing.stands_by:
        return standing.fault
    if not all(engine.has_started for engine in engines):
        return standing.fault or "the resources have not been read yet"
    if not all(engine.is_alive for engine in engines):
        return "passes are not made any more"
    if standing.is_shut_out:
        return "another install looks after all namespaces with resources; the log names it"
    if (refusals := job_client.count_refusals(besides=access.is_refused)) >= MAX_REFUSALS:
        return f"the API server took none of the last {refusals} writes; the log has its words"
    return None
