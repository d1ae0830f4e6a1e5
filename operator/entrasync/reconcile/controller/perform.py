"""The only writer to Graph: one function per action. What each may leave behind after a crash is said beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.action import (
    Action,
    AddFinalizer,
    AskInterval,
    CheckForeignKeys,
    CreateJob,
    DeleteJob,
    ForgetAcknowledgement,
    ForgetCreate,
    GraphWrite,
    HoldJob,
    KubernetesWrite,
    PatchSettings,
    PauseJob,
    ReleaseResource,
    RemoveSecrets,
    RestartJob,
    SaveSecrets,
    StartJob,
)
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.decision.event import Event
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.resource.job_resource import Operation, Resource
from entrasync.core.schedule.pause import Pause
from entrasync.core.status.job_status import with_answer, with_intent, with_interval, with_start, without_intent
from entrasync.reconcile.application.writer import ApplicationWriter
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.job.patches import ask_interval, patch_settings, settings_event
from entrasync.reconcile.job.templates import explain_refusal, refuse_unless_offered, was_not_offered
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink, ResourceApi, ResourceChanged
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.step.action_result import ActionResult


class ObservedOnly(Exception):
    """A write to Graph was planned for a resource that only observes: a fault of the operator."""


class Performer:
    """Carries out actions, each by the connection that its pass began by."""

    def __init__(
        self,
        connections: Connections,
        resource_api: ResourceApi,
        resources: Resources,
        memory: MemoryStore,
        *,
        events: EventSink,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._resources = resources
        self._resource_api = resource_api
        self._events = events
        self._clock = clock
        self._application = ApplicationWriter(connections, resource_api, resources, memory, events=events, clock=clock)

    async def perform(self, action: Action, resource: Resource, *, connection: Connection) -> ActionResult:
        """Carry out one action. Raises what the ports raise; nothing is repeated here.

        No write to Graph gets past this point for a resource that only observes, and nothing at all once the resource
        goes by another connection than its pass.
        """
        newest = self._resources.get(resource.key) or resource
        if not self._connections.still_leads(newest, connection):
            raise ResourceChanged(f"{resource.key} goes by another connection now than when this pass began")
        if isinstance(action, GraphWrite):
            self._refuse_to_observers(action, resource)
            return await self._write_to_graph(action, resource, connection=connection)
        if isinstance(action, CheckForeignKeys):
            return await self._application.perform(action, resource, connection=connection)
        return await self._write_to_kubernetes(action, resource, connection=connection)

    async def release(self, action: ReleaseResource, resource: Resource) -> ActionResult:
        """Let a resource go. Raises what `ResourceApi` raises."""
        self._events.record(resource, Event("Normal", Reason.JOB_RELEASED, f"The resource may go: {action.message}."))
        return ActionResult(await self._patch_metadata(resource, _without_finalizer(resource)))

    async def _write_to_kubernetes(
        self, action: KubernetesWrite, resource: Resource, *, connection: Connection
    ) -> ActionResult:
        match action:
            case AddFinalizer():
                return ActionResult(await self._patch_metadata(resource, _with_finalizer(resource)))
            case ForgetCreate():
                return await self._forget_create(resource)
            case HoldJob():
                return await self._hold(action, resource)
            case ReleaseResource():
                return await self.release(action, resource)
            case ForgetAcknowledgement():
                return await self._application.perform(action, resource, connection=connection)
            case _:
                assert_never(action)

    async def _write_to_graph(self, action: GraphWrite, resource: Resource, *, connection: Connection) -> ActionResult:
        api = connection.api
        match action:
            case CreateJob():
                return await self._create(action, resource, api=api)
            case StartJob():
                return await self._start(action, resource, api=api)
            case PauseJob():
                return await self._pause(action, resource, api=api)
            case PatchSettings():
                return await self._patch_settings(action, resource, api=api)
            case AskInterval():
                return await self._ask_interval(action, resource, api=api)
            case DeleteJob():
                return await self._delete(action, resource, api=api)
            case SaveSecrets() | RemoveSecrets() | RestartJob():
                return await self._application.perform(action, resource, connection=connection)
            case _:
                assert_never(action)

    def _refuse_to_observers(self, action: GraphWrite, resource: Resource) -> None:
        """Raise `ObservedOnly` for a fault of ours, `ResourceChanged` when a user has forbidden it meanwhile."""
        if resource.is_observe_only:
            raise ObservedOnly(f"{type(action).__name__} was planned for {resource.key}, which only observes")
        newest = self._resources.get(resource.key)
        if newest and (newest.is_observe_only or newest.is_suspended):
            raise ResourceChanged(f"nothing may be written to Graph for {resource.key} any more")

    async def _create(self, action: CreateJob, resource: Resource, *, api: SyncApi) -> ActionResult:
        """Intent, POST, annotation.

        A crash before the POST, after it or after the annotation is settled by the intent.
        """
        if was_not_offered(resource):
            await refuse_unless_offered(api, action)
        resource = await self._record_intent(action, resource, tenant_id=api.tenant_id)
        try:
            job = await api.create_job(action.service_principal_id, action.template_id)
        except OutcomeUnknown:
            raise
        except EntraSyncError as error:
            await self._resource_api.patch_status(resource, merge_patch(resource.status, without_intent(resource)))
            await explain_refusal(api, action, error)
            raise
        held = await self._patch_metadata(resource, _annotations(job.id, "Created"))
        held = replace(held, status=with_answer(held))
        self._events.record(
            held, Event("Normal", Reason.JOB_CREATED, f"Created job {job.id} from template {action.template_id}.")
        )
        return ActionResult(held, job=job)

    async def _record_intent(self, action: CreateJob, resource: Resource, *, tenant_id: str) -> Resource:
        operation = Operation(self._clock.now(), action.service_principal_id, action.template_id, action.job_ids_before)
        kind = "RecreateJob" if resource.held_job_id else "CreateJob"
        wanted = with_intent(resource, operation, action=kind, tenant_id=tenant_id)
        patch = merge_patch(self._stored_status(resource), wanted)
        return await self._resource_api.patch_status(resource, patch, if_unchanged=True)

    def _stored_status(self, resource: Resource) -> Mapping[str, Any]:
        """What the API server has; the working copy is ahead of it."""
        stored = self._resources.get(resource.key)
        return stored.status if stored else {}

    async def _forget_create(self, resource: Resource) -> ActionResult:
        forgotten = without_intent(resource)
        patch = merge_patch(self._stored_status(resource), forgotten)
        written = await self._resource_api.patch_status(resource, patch, if_unchanged=True)
        return ActionResult(replace(written, status=forgotten))

    async def _hold(self, action: HoldJob, resource: Resource) -> ActionResult:
        patch = _annotations(action.job_id, action.origin)
        is_declared_observe_only = resource.desired is not None and resource.desired.is_declared_observe_only
        if is_declared_observe_only and resource.has_finalizer and not resource.is_deleting:
            patch |= _without_finalizer(resource)
        if not resource.has_finalizer and not resource.is_observe_only:
            patch |= _with_finalizer(resource)
        held = await self._patch_metadata(resource, patch)
        if resource.annotated_job_id != action.job_id:
            reason = Reason.JOB_CREATED if action.origin == "Created" else Reason.JOB_ADOPTED
            verb = "observes" if resource.is_observe_only else "holds"
            self._events.record(held, Event("Normal", reason, f"This resource now {verb} job {action.job_id}."))
        return ActionResult(held)

    async def _start(self, action: StartJob, resource: Resource, *, api: SyncApi) -> ActionResult:
        await api.start_job(action.service_principal_id, action.job_id)
        started = replace(resource, status=with_start(resource, self._clock.now()))
        why = " A pause from outside this resource was undone." if action.corrects_drift else ""
        reason = Reason.DRIFT_CORRECTED if action.corrects_drift else Reason.JOB_STARTED
        self._events.record(started, Event("Normal", reason, f"Started job {action.job_id}.{why}"))
        return ActionResult(started, needs_look=True)

    async def _pause(self, action: PauseJob, resource: Resource, *, api: SyncApi) -> ActionResult:
        """Pause the job; where it shall go on by itself, that is written down first."""
        if action.record is not None:
            resource = await self._record_pause(action.record, resource)
        await api.pause_job(action.service_principal_id, action.job_id)
        why = " A start from outside this resource was undone." if action.corrects_drift else ""
        reason = Reason.DRIFT_CORRECTED if action.corrects_drift else Reason.JOB_PAUSED
        self._events.record(resource, Event("Normal", reason, f"Paused job {action.job_id}.{why}"))
        return ActionResult(resource, needs_look=True)

    async def _record_pause(self, pause: Pause, resource: Resource) -> Resource:
        before, wanted = self._stored_status(resource).get("pause"), {"pause": pause.write()}
        if patch := merge_patch({"pause": before} if before else {}, wanted):
            resource = replace(await self._resource_api.patch_status(resource, patch), status=resource.status)
        return replace(resource, status=dict(resource.status) | wanted)

    async def _patch_settings(self, action: PatchSettings, resource: Resource, *, api: SyncApi) -> ActionResult:
        """Set the settings; the answer has none of them, so the job is taken to be as asked until the next look."""
        job = await patch_settings(api, action)
        self._events.record(resource, settings_event(action))
        return ActionResult(resource, job=job, is_assumed=True)

    async def _ask_interval(self, action: AskInterval, resource: Resource, *, api: SyncApi) -> ActionResult:
        """Ask; a crash before the answer is written down has it asked again."""
        answer = await ask_interval(api, action, self._clock)
        asked = with_interval(
            resource, action.interval, self._clock.now(), answer=answer.words, repeat_at=answer.repeat_at
        )
        return ActionResult(replace(resource, status=asked), needs_look=answer.is_consent)

    async def _delete(self, action: DeleteJob, resource: Resource, *, api: SyncApi) -> ActionResult:
        """Delete the job and let go; one that Graph does not know may only be hidden, and needs a look."""
        if not await api.delete_job(action.service_principal_id, action.job_id):
            return ActionResult(resource, needs_look=True)
        self._events.record(resource, Event("Normal", Reason.JOB_DELETED, f"Deleted job {action.job_id}."))
        return ActionResult(await self._patch_metadata(resource, _without_finalizer(resource)))

    async def _patch_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        """Write metadata; the working copy of status is ahead of the stored one and stays."""
        written = await self._resource_api.patch_metadata(resource, patch)
        return replace(written, status=resource.status)


def _annotations(job_id: str, origin: str) -> dict[str, Any]:
    return {"annotations": {JOB_ID_ANNOTATION: job_id, JOB_ORIGIN_ANNOTATION: origin}}


def _with_finalizer(resource: Resource) -> dict[str, Any]:
    return {"finalizers": [*resource.finalizers, FINALIZER], "resourceVersion": resource.resource_version}


def _without_finalizer(resource: Resource) -> dict[str, Any]:
    remaining = [name for name in resource.finalizers if name != FINALIZER]
    return {"finalizers": remaining, "resourceVersion": resource.resource_version}
