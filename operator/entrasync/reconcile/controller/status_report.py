"""Report: ends a pass. It writes the status if it differs, posts Events, and returns when to look next."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from entrasync.api.names import ABANDON_ANNOTATION
from entrasync.api.reasons import Reason
from entrasync.core.decision.event import Event
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.youth import with_first_sight
from entrasync.core.polling import RUNNING_POLL_INTERVAL, has_unpredicted_end, until_next_deadline, until_next_poll
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.record.job_record import JobRecord
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.object_meta import has_news
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.core.restart.deletion_approval import find_approval_fault
from entrasync.core.restart.requests import find_token_fault
from entrasync.core.schedule.hold import past_hold_event
from entrasync.core.schedule.state import hold_of
from entrasync.core.status.events import events_between
from entrasync.core.status.job_status import (
    build_status,
    build_suspended_status,
    build_unseen_status,
    record_observation,
)
from entrasync.core.status.progress import is_progress_alone
from entrasync.reconcile.controller.apply import PassResult
from entrasync.reconcile.engine.outcome import STALLED_POLL_INTERVAL, Outcome
from entrasync.reconcile.ports.kubernetes import EventSink
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults
from entrasync.reconcile.state.progress_budget import ProgressBudget
from entrasync.reconcile.state.running_reads import RunningReads
from entrasync.reconcile.step.resource_writer import ResourceWriter

INVALID_SPEC_POLL_INTERVAL = timedelta(minutes=5)
"""The poll interval of a resource whose spec cannot be read, which would otherwise give the interval."""

MAX_FAULT_LENGTH = 1024
"""The longest text of a fault, in characters. Events have this limit."""

DELETION_RETRY_INTERVAL = timedelta(minutes=1)
"""The longest pause between looks at a deletion that is stalled. The resource cannot go until it succeeds."""


class StatusReport:
    """Ends passes. Each call may raise `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`."""

    def __init__(
        self,
        writer: ResourceWriter,
        memory: MemoryStore,
        namespaces: NamespaceDefaults,
        *,
        events: EventSink,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._writer = writer
        self._memory = memory
        self._namespaces = namespaces
        self._events = events
        self._clock = clock
        self._bounds = bounds
        self._progress = ProgressBudget()
        self._running_reads = RunningReads()

    async def report(self, result: PassResult) -> Outcome:
        """End a pass that has observed Graph."""
        written = record_observation(result.facts)
        facts = replace(result.facts, resource=result.facts.resource.with_record(written.record))
        record = build_status(facts, result.halt, wall=self._clock.wall())
        faults = self._find_faults(facts, written.complaints)
        record = replace(record, reported_faults=tuple(fault.message for fault in faults))
        news = [fault for fault in faults if fault.message not in written.record.reported_faults]
        news += self._find_past_hold(facts)
        outcome = self._next_look(facts, result.halt)
        return await self._write(facts.resource, record, outcome, graph_was_read=True, news=news)

    async def report_unseen(
        self, resource: Resource, halt: Halt, *, is_answered: bool = False, broken_since: datetime | None = None
    ) -> Outcome:
        """End a pass that could not observe Graph.

        `is_answered` says that Graph or Entra was asked and has refused, which answers a reconcile request too.
        `broken_since` is when passes began to break off, if they do.
        """
        now = self._clock.now()
        poll = resource.desired.poll_interval if resource.desired else INVALID_SPEC_POLL_INTERVAL
        read_at = self._memory.recall(resource, now).read_at
        seen_at = min(read_at, broken_since or now)  # a pass may read Graph and fail afterwards
        is_blind = now - seen_at >= self._bounds.blind_polls * poll
        request = find_request(resource.annotations) if is_answered else None
        record = build_unseen_status(resource, halt, is_blind=is_blind, wall=self._clock.wall(), request=request)
        return await self._write(resource, record, outcome_of(halt, poll))

    async def report_invalid(self, resource: Resource) -> Outcome:
        """Report that the stored spec cannot be read."""
        fault = f"The stored spec cannot be read: {resource.invalid_spec}. Correct the manifest."
        stall = Stall(Reason.INVALID_SPEC, fault)
        record = build_unseen_status(resource, stall, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, record, Outcome(None))

    async def report_suspended(self, resource: Resource) -> Outcome:
        """Report that the resource is suspended."""
        return await self._write(resource, build_suspended_status(resource, wall=self._clock.wall()), Outcome(None))

    async def report_deletion(self, resource: Resource, halt: Halt) -> Outcome:
        """Report why a resource that is being deleted cannot be released yet."""
        if not isinstance(halt, Wait) or halt.reason is Reason.CONNECTION_NOT_READY:
            halt = _blocked(halt)
        record = build_unseen_status(resource, halt, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, record, outcome_of(halt, DELETION_RETRY_INTERVAL))

    def _find_faults(self, facts: Facts, complaints: tuple[str, ...]) -> list[Event]:
        """Return an Event for each fault in Graph's answer and in annotations. The status says which were reported."""
        faults: list[Event] = []
        if complaints:
            message = f"Left out of the mirror: {'; '.join(complaints[:5])}."
            faults.append(Event("Warning", Reason.MIRROR_CUT, shorten(message, MAX_FAULT_LENGTH)))
        annotations = facts.resource.annotations
        texts = (
            hold_of(facts).fault,
            find_token_fault(annotations),
            find_approval_fault(annotations),
            self._namespaces.find_fault_reported_on(facts.resource.key),
        )
        return faults + [Event("Warning", Reason.INVALID_ANNOTATION, text) for text in texts if text]

    def _find_past_hold(self, facts: Facts) -> list[Event]:
        """Return the Event for a hold that was over when it was set.

        One that a former process saw is no news, although it is over now.
        """
        memory, hold = self._memory.recall(facts.resource, facts.now), hold_of(facts)
        is_new = not facts.resource.has_current_status if memory.hold is None else hold != memory.hold
        memory.hold = hold
        past = past_hold_event(hold, facts.now) if is_new else None
        return [past] if past else []

    async def _write(
        self,
        resource: Resource,
        record: JobRecord,
        outcome: Outcome,
        *,
        graph_was_read: bool = False,
        news: Sequence[Event] = (),
    ) -> Outcome:
        """Write the record if it differs from what is stored; an idle poll writes nothing, progress alone can wait."""
        stored = self._writer.newest(resource)
        seen_at = self._memory.recall(resource, self._clock.now()).spec_seen_at
        record = with_first_sight(record, stored.record, seen_at)
        if is_progress_alone(stored.record, record) and not self._may_write_progress(resource):
            return outcome
        newest = await self._writer.write_final(resource, record)
        if newest is None:
            newest = stored
        else:
            news = [*news, *events_between(stored.record, record, graph_was_read=graph_was_read)]
        for event in news:
            self._events.record(newest, event)
        # The answer to a write of ours may be the first to show a user's change; the watch does not repeat it.
        return Outcome(timedelta(0), has_news=True) if has_news(resource, newest) else outcome

    def _may_write_progress(self, resource: Resource) -> bool:
        now = self._clock.now()
        return self._progress.spend(self._memory.recall(resource, now), now)

    def _next_look(self, facts: Facts, halt: Halt | None) -> Outcome:
        poll = facts.desired.poll_interval
        outcome = outcome_of(halt, poll) if halt else Outcome(self._until_poll(facts))
        turn = until_next_deadline(facts)
        if turn is None or outcome.requeue_after is None or outcome.is_failure:
            return outcome
        return Outcome(min(turn, outcome.requeue_after))

    def _until_poll(self, facts: Facts) -> timedelta:
        running = RUNNING_POLL_INTERVAL
        if facts.job is not None and has_unpredicted_end(facts.job, facts.now):
            running = self._running_reads.reserve(facts.observed.tenant_id, facts.now)
        poll = facts.desired.poll_interval
        return until_next_poll(facts.job, poll_interval=poll, now=facts.now, running_interval=running)


def outcome_of(halt: Halt, poll_interval: timedelta) -> Outcome:
    """Return when to look again at a resource whose pass has halted."""
    match halt:
        case Stall():
            return Outcome(min(poll_interval, STALLED_POLL_INTERVAL, halt.after or STALLED_POLL_INTERVAL))
        case Wait():
            return Outcome(halt.after)
        case Retry():
            is_throttled = halt.reason is Reason.THROTTLED
            return Outcome(halt.after, is_failure=True, is_throttled=is_throttled, is_postponed=halt.is_postponed)


def _blocked(halt: Halt) -> Halt:
    """Add to a blocked deletion how to release the resource. The rules of deletion add it themselves."""
    if halt.reason in {Reason.DELETION_BLOCKED, Reason.DELETION_HELD}:
        return halt
    hint = f'To let go without touching Graph, annotate the resource with {ABANDON_ANNOTATION}: "true".'
    message = f"The job could not be settled: {halt.message} {hint}"
    return (
        replace(halt, message=message)
        if isinstance(halt, Retry)
        else Stall(Reason.DELETION_BLOCKED, message, halt.after)
    )
