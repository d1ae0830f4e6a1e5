"""The handler that starts a job to end its quarantine."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.restart.actions import RecoverJob
from entrasync.core.restart.record import with_recovery_outcome, with_recovery_start
from entrasync.reconcile.job.job_basis import confirm_basis
from entrasync.reconcile.ports.kubernetes import EventSink, WriteHeldBack
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter, keep_restarts_on_lost_answer


class RecoveryHandler(Handler[RecoverJob]):
    """Starts a job in quarantine. The start is recorded before it is sent, so that no crash exceeds its limit."""

    def __init__(self, writer: ResourceWriter, events: EventSink, clock: Clock) -> None:
        self._writer = writer
        self._events = events
        self._clock = clock

    async def perform(self, action: RecoverJob, context: Context) -> ActionResult:
        """Record the start, and start the job. A start that certainly did not happen leaves no record.

        A job that was paused or restarted since it was listed is not started.
        """
        before = context.resource.record
        await confirm_basis(action, context, what="The start that is to end the quarantine")
        sent = with_recovery_start(before, self._clock.now())
        resource = await self._writer.write_ahead(context.resource, sent, if_unchanged=True)
        try:
            await context.graph.start_job(action.service_principal_id, action.job_id)
        except OutcomeUnknown:
            raise
        except (EntraSyncError, WriteHeldBack):
            await self._writer.take_back(resource, before)
            raise
        message = f"Started job {action.job_id} to end its quarantine, {action.cause}."
        self._events.record(resource, Event("Normal", Reason.JOB_RECOVERED, message))
        return ActionResult(resource.with_record(with_recovery_outcome(resource.record)), needs_look=True)

    def recover(self, action: RecoverJob, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep the record of a start that Graph may have taken."""
        return keep_restarts_on_lost_answer(self._writer, error, facts)
