"""The informer of SynchronizationJobs."""

from entrasync.core.primitives.clock import Clock
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.engine.informer import Informer
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore


class JobInformer(Informer[Resource]):
    """Keeps the store of SynchronizationJobs current. After a deletion it enqueues the neighbours too."""

    def __init__(self, resources: JobStore, queue: WorkQueue, *, clock: Clock) -> None:
        super().__init__(resources, queue, clock=clock)
        self._resources = resources

    def _answered_generation(self, seen: Resource) -> int:
        return seen.record.observed_generation if seen.record.observed_generation is not None else -1

    def _enqueue_after_deletion(self, gone: Resource) -> None:
        """Enqueue all resources of its service principal. One that was in conflict with its claim need not wait."""
        for key in sorted({gone.key, *self._resources.keys_on(gone.service_principal_id or "")}):
            self._enqueue(key, is_urgent=False)
