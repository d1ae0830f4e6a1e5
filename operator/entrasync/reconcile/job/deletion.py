"""Handlers that delete a job, and that release its resource."""

from contextlib import suppress
from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.decision.event import Event
from entrasync.core.job.actions import DeleteJob, ReleaseResource
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, EventSink, ResourceChanged
from entrasync.reconcile.state.recent_creates import RecentCreates
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter


class DeleteHandler(Handler[DeleteJob]):
    """Deletes a job in Graph and releases the resource.

    A job that Graph has deleted is remembered until the resource has gone, so that it is deleted, and told of, once.
    """

    def __init__(self, writer: ResourceWriter, events: EventSink, *, recent_creates: RecentCreates) -> None:
        self._writer = writer
        self._events = events
        self._recent_creates = recent_creates

    async def perform(self, action: DeleteJob, context: Context) -> ActionResult:
        """Delete the job. A job that Graph does not know may only be hidden, and needs a look."""
        resource = context.resource
        if not await context.graph.delete_job(action.service_principal_id, action.job_id):
            return ActionResult(resource, needs_look=True)
        context.memory.deleted_job_id = action.job_id
        self._recent_creates.note_deletion(action.service_principal_id, action.job_id)
        self._events.record(resource, Event("Normal", Reason.JOB_DELETED, f"Deleted job {action.job_id}."))
        try:
            return ActionResult(await self._writer.release(resource))
        except (ResourceChanged, ApiServerUnavailable):
            await self._write_down(action.job_id, resource)
            raise

    async def _write_down(self, job_id: str, resource: Resource) -> None:
        """Record a deletion for the next process, as far as the API server takes it: this one remembers it anyway."""
        with suppress(ResourceChanged, ApiServerUnavailable):
            await self._writer.write_change(resource, lambda record: replace(record, deleted_job_id=job_id))


class ReleaseHandler(Handler[ReleaseResource]):
    """Removes our finalizer from a resource that is being deleted."""

    def __init__(self, writer: ResourceWriter, events: EventSink) -> None:
        self._writer = writer
        self._events = events

    async def perform(self, action: ReleaseResource, context: Context) -> ActionResult:
        """Release the resource of a pass."""
        return ActionResult(await self.release(action, context.resource))

    async def release(self, action: ReleaseResource, resource: Resource) -> Resource:
        """Release a resource without a call to Graph. Raises what `ResourceWriter` raises.

        The Event follows, so that a release that is tried again is told of once, and as it was in the end. A job that
        the operator has deleted was told of then.
        """
        released = await self._writer.release(resource)
        if resource.record.deleted_job_id is None:
            message = f"The resource may go: {action.message}."
            self._events.record(
                resource, Event("Warning" if action.is_warning else "Normal", Reason.JOB_RELEASED, message)
            )
        return released
