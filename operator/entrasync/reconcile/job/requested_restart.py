"""The handler of restarts that are asked for by a token."""

from entrasync.api.job.restart import are_dangerous
from entrasync.api.reasons import Reason
from entrasync.core.application.rules import wanted_scope
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.restart_record import Channel, RestartOutcome
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.actions import RestartOnRequest
from entrasync.core.restart.record import with_request_outcome, with_request_try
from entrasync.core.restart.requests import RestartRequest
from entrasync.reconcile.job.job_basis import confirm_basis
from entrasync.reconcile.job.restart import MAX_RESTARTS
from entrasync.reconcile.ports.kubernetes import EventSink, WriteHeldBack
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter, keep_restarts_on_lost_answer


class RequestedRestartHandler(Handler[RestartOnRequest]):
    """Restarts a job as somebody asks: at least once with harmless scopes, at most once with dangerous ones."""

    def __init__(self, writer: ResourceWriter, events: EventSink, clock: Clock) -> None:
        self._writer = writer
        self._events = events
        self._clock = clock

    async def perform(self, action: RestartOnRequest, context: Context) -> ActionResult:
        """Record the try, restart the job, and record the answer at once, so that no crash repeats what was answered.

        A try that certainly did not happen leaves no record. A dangerous restart is not sent if the job, read once
        more, is not as it was when the restart was decided.
        """
        before, request = context.resource.record, action.request
        if _has_used_its_tries(before, request):
            return await self._give_up(action, context.resource)
        if are_dangerous(request.scopes):  # before the record, as a crash after that would count as a try
            await confirm_basis(action, context, what=f"The restart that {request.source} asks for")
        sent = with_request_try(before, request, self._clock.now())
        resource = await self._writer.write_ahead(context.resource, sent, if_unchanged=True)
        try:
            await context.graph.restart_job(action.service_principal_id, action.job_id, request.scopes)
        except OutcomeUnknown:
            if not _has_used_its_tries(sent, request):
                raise
            return await self._give_up(action, resource)
        except (EntraSyncError, WriteHeldBack):
            await self._writer.take_back(resource, before)
            raise
        scopes = ", ".join(request.scopes)
        message = f"Restarted job {action.job_id} with {scopes}, as {request.source} asks."
        self._events.record(resource, Event("Normal", Reason.JOB_RESTARTED, message))
        return await self._settle(request, resource, RestartOutcome.RESTARTED)

    def recover(self, action: RestartOnRequest, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep the record of a restart that Graph may have done."""
        return keep_restarts_on_lost_answer(self._writer, error, facts)

    async def _give_up(self, action: RestartOnRequest, resource: Resource) -> ActionResult:
        message = (
            f"The answer to the restart of job {action.job_id} that {action.request.source} asks for is not known, and "
            f"Graph may have done it. It is not sent again: look at the job's next cycle, and {_advise(action.request)}"
        )
        self._events.record(resource, Event("Warning", Reason.RESTART_UNANSWERED, message))
        return await self._settle(action.request, resource, RestartOutcome.UNKNOWN)

    async def _settle(self, request: RestartRequest, resource: Resource, outcome: RestartOutcome) -> ActionResult:
        scope = wanted_scope(resource)
        settled = with_request_outcome(resource.record, request, outcome, provisioning_scope=scope)
        return ActionResult(await self._writer.write_ahead(resource, settled), needs_look=True)


def _advise(request: RestartRequest) -> str:
    """Say how to ask once more, as the end of a sentence. An approval has no other token than its quarantine."""
    if request.channel is Channel.APPROVAL:
        return "if the deletions are still held back, allow them by spec.restart with ForceDeletes."
    if request.channel is Channel.PERIODIC:
        return "ask by spec.restart if it was not done."
    return "ask by a new token if it was not done."


def _has_used_its_tries(record: JobRecord, request: RestartRequest) -> bool:
    """Whether the restart was sent as often as it may be without an answer.

    What was sent counts and not what spec says now.
    """
    known = record.restarts.of(request.channel)
    if known is None or known.token != request.token or not known.is_unanswered:
        return False
    return known.tries >= (1 if are_dangerous(known.scope) or are_dangerous(request.scopes) else MAX_RESTARTS)
