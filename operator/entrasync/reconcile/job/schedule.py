"""Handlers that start and pause a job, and that request an interval."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    GraphAnswer,
    OutcomeUnknown,
    PossiblyReplicating,
    Refused,
    Transient,
)
from entrasync.core.decision.event import Event
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.clock import Clock
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.schedule_record import UnansweredStart, UnshownChange
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.core.schedule.actions import AskInterval, PauseJob, StartJob
from entrasync.core.schedule.record import (
    with_interval_request,
    with_pause,
    with_sent_start,
    with_stored_start,
    with_unshown_change,
)
from entrasync.reconcile.ports.graph import SyncApi
from entrasync.reconcile.ports.kubernetes import EventSink, WriteHeldBack
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult, Handler
from entrasync.reconcile.step.resource_writer import ResourceWriter

INTERVAL_RETRY_DELAY = timedelta(minutes=1)
"""Pause before an interval is requested once more, when the first answer was lost or Graph throttled the call."""

NO_ANSWER = "nothing"
"""Stands for an answer that was lost: messages show it as "it answered nothing"."""


class StartHandler(Handler[StartJob]):
    """Starts a job. The start is recorded before it is sent, so that neither a crash nor a lost answer repeats it."""

    def __init__(self, writer: ResourceWriter, events: EventSink, clock: Clock) -> None:
        self._writer = writer
        self._events = events
        self._clock = clock

    async def perform(self, action: StartJob, context: Context) -> ActionResult:
        """Record when, and start the job. A start that certainly did not happen leaves no record."""
        before, now = context.resource.record, self._clock.now()
        context.memory.see_new_time(now)
        sent = with_sent_start(before, now)
        resource = await self._writer.write_ahead(context.resource, sent, if_unchanged=True)
        try:
            await context.graph.start_job(action.service_principal_id, action.job_id)
        except OutcomeUnknown as error:
            context.memory.note_unanswered_start(action.job_id, error.message, now)
            raise
        except (EntraSyncError, WriteHeldBack):
            await self._writer.take_back(resource, before)
            raise
        accepted = _accepted_change(action, ScheduleState.ACTIVE, resource, self._clock)
        resource = resource.with_record(with_unshown_change(resource.record, accepted))
        why = " A pause from outside this resource was undone." if action.corrects_drift else ""
        reason = Reason.DRIFT_CORRECTED if action.corrects_drift else Reason.JOB_STARTED
        self._events.record(resource, Event("Normal", reason, f"Started job {action.job_id}.{why}"))
        return ActionResult(resource, needs_look=True)

    def note_sent(self, action: StartJob, context: Context) -> None:
        """Forget earlier starts that were not answered."""
        context.memory.unanswered_start = None

    def recover(self, action: StartJob, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep the record of a start that Graph may have taken."""
        if not isinstance(error, OutcomeUnknown):
            return facts
        stored, before = self._writer.newest(facts.resource).record, facts.observed.unanswered_start
        unanswered = UnansweredStart(before.since if before else self._clock.now(), error.message)
        return replace(
            facts,
            resource=facts.resource.with_record(with_stored_start(facts.resource.record, stored)),
            observed=replace(facts.observed, unanswered_start=unanswered),
        )


class PauseHandler(Handler[PauseJob]):
    """Pauses a job. A pause may be repeated after a crash."""

    def __init__(self, writer: ResourceWriter, events: EventSink, clock: Clock) -> None:
        self._writer = writer
        self._events = events
        self._clock = clock

    async def perform(self, action: PauseJob, context: Context) -> ActionResult:
        """Pause the job. If it is to be started again later, that is recorded first."""
        resource = context.resource
        if action.record is not None:
            resource = await self._writer.write_change(resource, partial(with_pause, pause=action.record))
        await context.graph.pause_job(action.service_principal_id, action.job_id)
        accepted = _accepted_change(action, ScheduleState.PAUSED, resource, self._clock)
        resource = resource.with_record(with_unshown_change(resource.record, accepted))
        why = " A start from outside this resource was undone." if action.corrects_drift else ""
        reason = Reason.DRIFT_CORRECTED if action.corrects_drift else Reason.JOB_PAUSED
        self._events.record(resource, Event("Normal", reason, f"Paused job {action.job_id}.{why}"))
        return ActionResult(resource, needs_look=True)

    def recover(self, action: PauseJob, error: EntraSyncError, facts: Facts) -> Facts:
        """Keep the record of the pause, which may have been written before the call failed."""
        if action.record is None:
            return facts
        resource = facts.resource
        return replace(facts, resource=resource.with_record(with_pause(resource.record, action.record)))


def _accepted_change(
    action: StartJob | PauseJob, state: ScheduleState, resource: Resource, clock: Clock
) -> UnshownChange:
    request = find_request(resource.annotations)
    return UnshownChange(state, clock.now(), action.cause, resource.generation, request)


class IntervalHandler(Handler[AskInterval]):
    """Requests an interval from Graph. The request is recorded before it is sent, as one that was not answered."""

    def __init__(self, writer: ResourceWriter, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    async def perform(self, action: AskInterval, context: Context) -> ActionResult:
        """Request the interval, and record the answer."""
        before = context.resource.record
        sent = _record(action, before, _unanswered(action, self._clock), self._clock)
        resource = await self._writer.write_ahead(context.resource, sent, if_unchanged=True)
        try:
            answer = await ask_interval(context.graph, action, self._clock)
        except (EntraSyncError, WriteHeldBack):
            await self._writer.take_back(resource, before)
            raise
        record = _record(action, resource.record, answer, self._clock)
        return ActionResult(resource.with_record(record), needs_look=answer.is_consent)


@dataclass(frozen=True)
class IntervalAnswer:
    """The answer to a request for an interval: Graph's words if it was refused, and when to request it once more."""

    words: str | None = None
    repeat_at: datetime | None = None

    @property
    def is_consent(self) -> bool:
        """Whether Graph accepted the interval, as far as its answer says."""
        return self.words is None and self.repeat_at is None


async def ask_interval(graph: SyncApi, action: AskInterval, clock: Clock) -> IntervalAnswer:
    """Request an interval. Whatever Graph answers is recorded, and no answer harms the job (graph-facts 0.9).

    Raises only errors that say that Graph cannot be reached with this connection at all.
    """
    try:
        await graph.patch_interval(action.service_principal_id, action.job_id, action.interval)
    except Transient as error:
        if error.reason is not Reason.THROTTLED:
            return _unanswered(action, clock)
        pause = max(error.after or INTERVAL_RETRY_DELAY, INTERVAL_RETRY_DELAY)
        return IntervalAnswer(action.answer_before, clock.now() + pause)
    except OutcomeUnknown as error:
        words = _quote(error.answer) if error.answer else NO_ANSWER
        return _answer(action, words, repeat_at=clock.now() + INTERVAL_RETRY_DELAY)
    except (Refused, PossiblyReplicating) as error:
        young_until = action.young_until if error.answer.is_not_found or error.answer.is_conflict else None
        is_young = young_until is not None and clock.now() < young_until
        return _answer(action, _quote(error.answer), repeat_at=young_until if is_young else None)
    return IntervalAnswer()


def _record(action: AskInterval, record: JobRecord, answer: IntervalAnswer, clock: Clock) -> JobRecord:
    return with_interval_request(record, action.interval, clock.now(), answer=answer.words, repeat_at=answer.repeat_at)


def _unanswered(action: AskInterval, clock: Clock) -> IntervalAnswer:
    """Return what stands for a request whose answer is not known."""
    return _answer(action, NO_ANSWER, repeat_at=clock.now() + INTERVAL_RETRY_DELAY)


def _answer(action: AskInterval, words: str, *, repeat_at: datetime | None) -> IntervalAnswer:
    """Return the answer. When there was one before, the interval is not requested again."""
    return IntervalAnswer(words, repeat_at if action.answer_before is None else None)


def _quote(answer: GraphAnswer) -> str:
    return ": ".join(filter(None, (f"{answer.status} {answer.code}".strip(), answer.message)))
