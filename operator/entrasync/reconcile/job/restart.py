"""The handler of the restart that a new provisioning scope needs."""

from entrasync.api.reasons import Reason
from entrasync.core.application.rules import wanted_scope
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.resource.job_resource import Resource
from entrasync.core.restart.actions import RestartJob
from entrasync.core.restart.record import with_restart, with_restart_try, with_unknown_restart
from entrasync.reconcile.ports.kubernetes import EventSink, WriteHeldBack
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter, keep_intent_on_lost_answer

MAX_RESTARTS = 2
"""After this many restarts without an answer no more is sent, because each one may begin another initial cycle."""


class RestartHandler(Handler[RestartJob]):
    """Restarts a job with the default scopes. The intent is in the status already."""

    def __init__(self, writer: ResourceWriter, events: EventSink) -> None:
        self._writer = writer
        self._events = events

    async def perform(self, action: RestartJob, context: Context) -> ActionResult:
        """Restart the job. After one lost answer the intent stays; after the last one the restart is given up.

        Each try is counted in the status before it is sent, and no more are sent than may be, however often the
        process has died in the middle of one. The answer is written down at once, and not only when the pass ends: the
        next process would take it for lost.
        """
        if context.resource.restart_tries >= MAX_RESTARTS:
            return self._give_up(action, context.resource)
        tried = with_restart_try(context.resource.record)
        resource = await self._writer.write_ahead(context.resource, tried, if_unchanged=True)
        try:
            await context.graph.restart_job(action.service_principal_id, action.job_id)
        except WriteHeldBack:
            await self._writer.take_back(resource, context.resource.record)
            raise
        except OutcomeUnknown:
            if resource.restart_tries < MAX_RESTARTS:
                raise
            return self._give_up(action, resource)
        message = (
            f"Restarted job {action.job_id} to bring the provisioning scope into force. Other jobs of the service "
            "principal take it up with a restart of their own."
        )
        self._events.record(resource, Event("Normal", Reason.JOB_RESTARTED, message))
        restarted = with_restart(resource.record, scope=wanted_scope(resource))
        return ActionResult(await self._writer.write_ahead(resource, restarted), needs_look=True)

    def recover(self, action: RestartJob, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep what was recorded before the restart was sent."""
        return keep_intent_on_lost_answer(self._writer, error, facts)

    def _give_up(self, action: RestartJob, resource: Resource) -> ActionResult:
        message = (
            f"The answers to {MAX_RESTARTS} restarts of job {action.job_id} are not known, and Graph may have done "
            "them. None is sent again: if the job's next cycle is no initial one, restart it in the portal."
        )
        self._events.record(resource, Event("Warning", Reason.RESTART_UNANSWERED, message))
        return ActionResult(resource.with_record(with_unknown_restart(resource.record)), needs_look=True)
