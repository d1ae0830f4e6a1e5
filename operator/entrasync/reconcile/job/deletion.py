"""Handlers that delete a job, and that release its resource."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.event import Event
from entrasync.core.job.actions import DeleteJob, ReleaseResource
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.job.hold import remove_finalizer_patch
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter


class DeleteHandler(Handler[DeleteJob]):
    """Deletes a job in Graph and releases the resource. Both may be repeated after a crash."""

    def __init__(self, writer: ResourceWriter, events: EventSink) -> None:
        self._writer = writer
        self._events = events

    async def perform(self, action: DeleteJob, context: Context) -> ActionResult:
        """Delete the job. A job that Graph does not know may only be hidden, and needs a look."""
        resource = context.resource
        if not await context.graph.delete_job(action.service_principal_id, action.job_id):
            return ActionResult(resource, needs_look=True)
        self._events.record(resource, Event("Normal", Reason.JOB_DELETED, f"Deleted job {action.job_id}."))
        return ActionResult(await self._writer.write_metadata(resource, remove_finalizer_patch(resource)))


class ReleaseHandler(Handler[ReleaseResource]):
    """Removes our finalizer from a resource that is being deleted."""

    def __init__(self, writer: ResourceWriter, events: EventSink) -> None:
        self._writer = writer
        self._events = events

    async def perform(self, action: ReleaseResource, context: Context) -> ActionResult:
        """Release the resource of a pass."""
        return ActionResult(await self.release(action, context.resource))

    async def release(self, action: ReleaseResource, resource: Resource) -> Resource:
        """Release a resource without a call to Graph. Raises what `ResourceWriter` raises."""
        released = Event("Normal", Reason.JOB_RELEASED, f"The resource may go: {action.message}.")
        self._events.record(resource, released)
        return await self._writer.write_metadata(resource, remove_finalizer_patch(resource))
