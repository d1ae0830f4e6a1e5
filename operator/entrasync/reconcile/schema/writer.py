"""The handler that writes the job's schema."""

from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown, Refused
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.record.schema_record import SentChange
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.core.schema.actions import PutSchema
from entrasync.core.schema.status import CONTEST
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.schema.backups import SchemaBackups
from entrasync.reconcile.schema.memory import SchemaMemoryStore
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler


class SchemaHandler(Handler[PutSchema]):
    """Writes the whole schema, of which only what spec names was changed. May be repeated after a crash."""

    def __init__(self, memories: SchemaMemoryStore, backups: SchemaBackups, events: EventSink, clock: Clock) -> None:
        self._memories = memories
        self._backups = backups
        self._events = events
        self._clock = clock

    async def perform(self, action: PutSchema, context: Context) -> ActionResult:
        """Back up the schema that there is, send the new one, and remember in the record what was sent.

        The next round reads whether Graph shows it.
        """
        resource = context.resource
        if action.needs_backup:
            resource = await self._backups.keep(action, resource)
        self._memories.recall(resource).seen = None
        try:
            await _send(action, context.graph)
        except Refused as error:
            message = f"{error.words} Correct what spec.schema asks for: {action.describe()}."
            raise Refused(error.reason, message, answer=error.answer) from error
        now = self._clock.now()
        self._events.record(resource, schema_event(action))
        record = resource.record
        sent = SentChange(action.diff_hash, now, action.wish, find_request(resource.annotations))
        schema = record.schema.with_sent(sent, is_correction=action.has_drifted)
        if schema.is_contested(now):
            self._events.record(resource, Event("Warning", Reason.SCHEMA_CONTESTED, CONTEST))
        return ActionResult(resource.with_record(replace(record, schema=schema)))

    def recover(self, action: PutSchema, error: EntraSyncError, facts: Facts) -> Facts:
        """Forget the schema that was seen before a write whose answer was lost."""
        if not isinstance(error, OutcomeUnknown):
            return facts
        return replace(facts, observed=replace(facts.observed, job_schema=None))


async def _send(action: PutSchema, graph: SyncApi) -> None:
    if action.resets:
        await graph.delete_schema(action.service_principal_id, action.job_id)
    else:
        await graph.put_schema(action.service_principal_id, action.job_id, action.document)


def schema_event(action: PutSchema) -> Event:
    """Return the Event that says what was changed, and whether that undid a change of somebody else."""
    done = action.describe()
    done = done.replace("change", "Changed", 1) if done.startswith("change") else done.replace("reset", "Reset", 1)
    message = f"{done}, in job {action.job_id}."
    if not action.has_drifted:
        return Event("Normal", Reason.SCHEMA_APPLIED, message)
    return Event("Normal", Reason.DRIFT_CORRECTED, f"{message} A change from outside this resource was undone.")
