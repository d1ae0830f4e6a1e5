"""Handlers that record which job a resource holds, and that protect the resource with a finalizer."""

from typing import Any

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.event import Event
from entrasync.core.job.actions import AddFinalizer, HoldJob
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter


class FinalizerHandler(Handler[AddFinalizer]):
    """Adds our finalizer."""

    def __init__(self, writer: ResourceWriter) -> None:
        self._writer = writer

    async def perform(self, action: AddFinalizer, context: Context) -> ActionResult:
        """Add the finalizer, unless the resource has changed since it was read."""
        patch = add_finalizer_patch(context.resource)
        return ActionResult(await self._writer.write_metadata(context.resource, patch))


class HoldHandler(Handler[HoldJob]):
    """Records which job a resource holds, or observes."""

    def __init__(self, writer: ResourceWriter, events: EventSink) -> None:
        self._writer = writer
        self._events = events

    async def perform(self, action: HoldJob, context: Context) -> ActionResult:
        """Write the annotations. Add the finalizer for a managed resource; remove it for one that only observes."""
        resource = context.resource
        patch = hold_patch(action.job_id, action.origin)
        if _has_needless_finalizer(resource):
            patch |= remove_finalizer_patch(resource)
        if not resource.has_finalizer and not resource.is_observe_only:
            patch |= add_finalizer_patch(resource)
        held = await self._writer.write_metadata(resource, patch)
        if action.replaces and action.replaces != action.job_id:
            self._events.record(held, replacement_event(action.replaces, f"This resource holds job {action.job_id}"))
        if resource.annotated_job_id != action.job_id:
            reason = Reason.JOB_CREATED if action.origin == "Created" else Reason.JOB_ADOPTED
            verb = "observes" if resource.is_observe_only else "holds"
            self._events.record(held, Event("Normal", reason, f"This resource now {verb} job {action.job_id}."))
        return ActionResult(held)


def hold_patch(job_id: str, origin: str) -> dict[str, Any]:
    """Return the patch of metadata that records which job a resource holds, and where it came from."""
    return {"annotations": {JOB_ID_ANNOTATION: job_id, JOB_ORIGIN_ANNOTATION: origin}}


def replacement_event(gone: str, what: str) -> Event:
    """Return the Event that names the job that has gone. `what` says what took its place."""
    return Event("Warning", Reason.JOB_REPLACED, f"Job {gone} has gone from Graph. {what} in its place.")


def add_finalizer_patch(resource: Resource) -> dict[str, Any]:
    """Return the patch of metadata that adds our finalizer to this very version of the resource."""
    return {"finalizers": [*resource.finalizers, FINALIZER], "resourceVersion": resource.resource_version}


def remove_finalizer_patch(resource: Resource) -> dict[str, Any]:
    """Return the patch of metadata that removes our finalizer from this very version of the resource."""
    remaining = [name for name in resource.finalizers if name != FINALIZER]
    return {"finalizers": remaining, "resourceVersion": resource.resource_version}


def _has_needless_finalizer(resource: Resource) -> bool:
    only_observes = resource.desired is not None and resource.desired.is_declared_observe_only
    return only_observes and resource.has_finalizer and not resource.is_deleting
