"""The permit of a pass over a ProvisioningRequest to ask Graph: that of its job, and more about the request itself."""

from dataclasses import dataclass
from typing import ClassVar

from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.object_meta import has_news
from entrasync.reconcile.connection.registry import Connection
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import WriteHeldBack
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.step.write_guard import WriteGuard


@dataclass(frozen=True)
class RequestPermit:
    """The `WritePermit` of a pass that sends a request by a job and its connection."""

    is_urgent: ClassVar[bool] = True

    guard: WriteGuard
    requests: Store[RequestResource]
    jobs: JobStore
    request: RequestResource
    job: Resource
    connection: Connection

    def check(self, *, saves_secrets: bool) -> None:
        """Check the write that is about to be sent. Raises what `WriteGuard.check_write` raises."""
        newest = self.requests.get(self.request.key)
        if newest is None or has_news(self.request, newest):
            raise WriteHeldBack(f"{self.request.key} is no longer what this pass has read")
        self.guard.check_write(self.job, self.connection, saves_secrets=saves_secrets)
        if self.jobs.newest(self.job).held_job_id != self.job.held_job_id:
            raise WriteHeldBack(f"{self.job.key} holds another job than when this pass began")
