"""Handlers that create a job, and that remove the intent of a create without a result.

What happens after a lost answer is decided by `create_is_unconfirmed` in `core/job/unconfirmed_create.py`.
"""

from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import CreateJob, ForgetCreate
from entrasync.core.job.record import with_create_answer, with_create_intent, without_create_intent
from entrasync.core.primitives.clock import Clock
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.operation import CREATE_JOB, RECREATE_JOB, CreateIntent
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.job.hold import hold_patch, replacement_event
from entrasync.reconcile.job.templates import check_template_is_offered, explain_refusal, was_not_offered
from entrasync.reconcile.ports.kubernetes import EventSink, WriteHeldBack
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter


class CreateHandler(Handler[CreateJob]):
    """Creates a job: intent, POST, annotation. After a crash at any point the intent says how to go on."""

    def __init__(self, writer: ResourceWriter, events: EventSink, clock: Clock) -> None:
        self._writer = writer
        self._events = events
        self._clock = clock

    async def perform(self, action: CreateJob, context: Context) -> ActionResult:
        """Record the intent, create the job, record its id. A refusal clears the intent; a lost answer leaves it."""
        if was_not_offered(context.resource):
            await check_template_is_offered(context.graph, action)
        resource = await self._record_intent(action, context)
        try:
            job = await context.graph.create_job(action.service_principal_id, action.template_id)
        except OutcomeUnknown:
            raise
        except WriteHeldBack:
            await self._writer.take_back(resource, _without_intent(resource))
            raise
        except EntraSyncError as error:
            await self._writer.write_ahead(resource, _without_intent(resource))
            explained = await explain_refusal(context.graph, action, error)
            raise explained from (None if explained is error else error)
        held = await self._writer.write_metadata(resource, hold_patch(job.id, "Created"))
        held = held.with_record(with_create_answer(held.record, job.id))
        if action.replaces is not None:
            self._events.record(held, replacement_event(action.replaces, f"Job {job.id} was created"))
        created = f"Created job {job.id} from template {action.template_id}."
        self._events.record(held, Event("Normal", Reason.JOB_CREATED, created))
        return ActionResult(held, job=job, is_assumed=True)

    def recover(self, action: CreateJob, error: EntraSyncError, facts: Facts) -> Facts:
        """Use the stored record: it has the intent, or shows that it was cleared.

        A new spec is left to the next pass.
        """
        stored = self._writer.newest(facts.resource)
        resource = replace(stored, desired=facts.desired, generation=facts.resource.generation)
        return replace(facts, resource=resource)

    async def _record_intent(self, action: CreateJob, context: Context) -> Resource:
        resource = context.resource
        intent = CreateIntent(
            self._clock.now(),
            action.service_principal_id,
            action.template_id,
            action.job_ids_before,
            action=RECREATE_JOB if resource.held_job_id else CREATE_JOB,
        )
        context.memory.see_new_time(intent.started_at)
        record = with_create_intent(resource.record, intent, tenant_id=context.graph.tenant_id)
        return await self._writer.write_ahead(resource, record, if_unchanged=True)


class ForgetCreateHandler(Handler[ForgetCreate]):
    """Removes the intent of a create that made no job."""

    def __init__(self, writer: ResourceWriter) -> None:
        self._writer = writer

    async def perform(self, action: ForgetCreate, context: Context) -> ActionResult:
        """Remove the intent, unless the resource has changed since it was read."""
        resource = context.resource
        return ActionResult(await self._writer.write_ahead(resource, _without_intent(resource), if_unchanged=True))


def _without_intent(resource: Resource) -> JobRecord:
    return without_create_intent(resource.record, has_held_job=resource.annotated_job_id is not None)
