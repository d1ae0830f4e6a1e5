"""The story: observe, plan, perform, status. Watch events, due polls and changed spec all end here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from entrasync.api.conditions import Reason
from entrasync.core.actions import Action, DeleteJob, PauseJob, ReleaseResource, StartJob
from entrasync.core.bounds import Bounds
from entrasync.core.clock import Clock
from entrasync.core.deletion import needs_listing, plan_deletion, release_without_graph
from entrasync.core.difference import merge_patch
from entrasync.core.errors import EntraSyncError, OutcomeUnknown
from entrasync.core.events import Event, events_between
from entrasync.core.facts import Facts
from entrasync.core.job_rules import until_next_look
from entrasync.core.observed import Observed
from entrasync.core.plan import plan
from entrasync.core.polling import next_look
from entrasync.core.resource import Resource, ResourceKey, has_news
from entrasync.core.status import conclude, conclude_suspended, conclude_unseen, remember
from entrasync.core.times import parse_time
from entrasync.core.verdicts import Do, Rest, Retry, Stall, Wait, judge
from entrasync.reconcile.memory import Memory
from entrasync.reconcile.observe import Observer
from entrasync.reconcile.perform import Done, Performer
from entrasync.reconcile.ports import EventSink, ResourceApi, ResourceChanged
from entrasync.reconcile.resources import Resources

MOST_ROUNDS = 8
"""Observe and act at most so often in one pass; create and start takes four rounds."""

ACTION_NOT_SEEN_YET = timedelta(seconds=10)
"""Graph shows the state from before a write: reads may be stale."""


@dataclass(frozen=True)
class Outcome:
    """When to look again: after `look_again` (None: only when something changes), or with backoff when `is_failure`."""

    look_again: timedelta | None
    is_failure: bool = False


@dataclass(frozen=True)
class _Seen:
    """Where a pass has got to: the working copy, what was seen, and how it rests."""

    facts: Facts
    rest: Rest | None


class Reconciler:
    """Brings one resource a step nearer to its wish, as often as it is asked."""

    def __init__(
        self,
        resources: Resources,
        memory: Memory,
        *,
        observer: Observer,
        performer: Performer,
        resource_api: ResourceApi,
        events: EventSink,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._resources = resources
        self._memory = memory
        self._observer = observer
        self._performer = performer
        self._resource_api = resource_api
        self._events = events
        self._clock = clock
        self._bounds = bounds

    async def reconcile(self, key: ResourceKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass with Graph as of `since` or later.

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        resource = self._resources.get(key)
        if resource is None:
            self._memory.forget(key)
            return Outcome(None)
        if resource.is_deleting:
            return await self._delete(resource, since)
        if resource.desired is None:
            return await self._refuse(resource)
        if resource.desired.is_suspended:
            return await self._write(resource, conclude_suspended(resource, wall=self._clock.wall()), Outcome(None))
        return await self._apply(resource, since, is_urgent=is_urgent)

    async def _refuse(self, resource: Resource) -> Outcome:
        stall = Stall(
            Reason.INVALID_SPEC, f"The stored spec cannot be read: {resource.invalid_spec}. Correct the manifest."
        )
        status = conclude_unseen(resource, stall, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, status, Outcome(None))

    async def _apply(self, resource: Resource, since: datetime, *, is_urgent: bool) -> Outcome:
        recollection = self._memory.recall(resource, self._clock.now())
        try:
            seen = await self._converge(resource, since, is_urgent=is_urgent)
        except EntraSyncError as error:
            return await self._end_unseen(resource, self._judge(resource, error))
        written = remember(seen.facts)
        if written.complaints and written.complaints != recollection.complaints:
            message = f"Left out of the mirror: {'; '.join(written.complaints[:5])}."
            self._events.tell(resource, Event("Warning", Reason.MIRROR_CUT, message))
        recollection.complaints = written.complaints
        facts = replace(seen.facts, resource=replace(seen.facts.resource, status=written.status))
        status = conclude(facts, seen.rest, wall=self._clock.wall())
        return await self._write(facts.resource, status, self._outcome(facts, seen.rest))

    async def _converge(self, resource: Resource, since: datetime, *, is_urgent: bool) -> _Seen:
        """Act until nothing is left to do; an error after the first look ends the pass with what was seen."""
        observed = await self._observer.observe(resource, since=since, is_urgent=is_urgent)
        taken: list[Action] = []
        for _ in range(MOST_ROUNDS):
            facts = self._facts(resource, observed)
            verdict = plan(facts)
            if not isinstance(verdict, Do):
                return _Seen(facts, verdict)
            if verdict.action in taken:
                return _Seen(facts, _not_seen_yet(verdict))
            taken.append(verdict.action)
            resource = replace(resource, status=remember(facts).status)
            try:
                done = await self._act(verdict.action, resource)
            except EntraSyncError as error:
                # What the action wrote before it failed, such as an intent, is in the store, not in the working copy.
                resource = self._resources.get(resource.key) or resource
                return _Seen(replace(facts, resource=resource), self._judge(resource, error))
            resource = done.resource
            try:
                observed = await self._look(done, observed)
            except EntraSyncError as error:
                return _Seen(replace(facts, resource=resource), self._judge(resource, error))
        return _Seen(self._facts(resource, observed), _unsettled())

    async def _act(self, action: Action, resource: Resource) -> Done:
        done = await self._performer.perform(action, resource)
        if done.resource.is_deleting or done.resource.desired is None:
            raise ResourceChanged
        return done

    async def _look(self, done: Done, observed: Observed) -> Observed:
        if done.needs_look:
            return await self._observer.observe(done.resource, since=self._clock.now(), is_urgent=True)
        job = done.job or observed.job
        keeps_job = job is not None and job.id == done.resource.held_job_id
        return self._observer.combine(done.resource, observed.listing, job=job if keeps_job else None)

    def _facts(self, resource: Resource, observed: Observed) -> Facts:
        assert resource.desired is not None  # noqa: S101  checked at the pass' begin and after each write
        return Facts(resource, resource.desired, observed, self._clock.now(), self._bounds)

    async def _end_unseen(self, resource: Resource, rest: Rest) -> Outcome:
        recollection, now = self._memory.recall(resource, self._clock.now()), self._clock.now()
        poll = resource.desired.poll_interval if resource.desired else timedelta(minutes=5)
        is_blind = now - recollection.read_at >= self._bounds.blind_polls * poll
        status = conclude_unseen(resource, rest, is_blind=is_blind, wall=self._clock.wall())
        return await self._write(resource, status, _outcome_of(rest, poll))

    def _outcome(self, facts: Facts, rest: Rest | None) -> Outcome:
        poll = facts.desired.poll_interval
        if rest is not None:
            return _outcome_of(rest, poll)
        return Outcome(next_look(facts.job, poll_interval=poll, now=facts.now))

    def _judge(self, resource: Resource, error: EntraSyncError) -> Rest:
        now = self._clock.now()
        created_at = parse_time(resource.status.get("originTime")) if resource.origin == "Created" else None
        seen_at = self._memory.recall(resource, now).spec_seen_at
        young_until = max(seen_at, created_at or seen_at) + self._bounds.young
        rest = judge(error, young_until=young_until, now=now)
        if isinstance(rest, Wait) and isinstance(error, OutcomeUnknown) and resource.operation:
            elapsed = now - resource.operation.started_at
            return replace(rest, after=until_next_look(elapsed, self._bounds.replication))
        return rest

    async def _delete(self, resource: Resource, since: datetime) -> Outcome:
        if not resource.has_finalizer:
            return Outcome(None)
        try:
            rest, resource = await self._let_go(resource, since)
        except EntraSyncError as error:
            rest = self._judge(resource, error)
        if rest is None:
            return Outcome(None)
        if isinstance(rest, Stall):
            rest = _blocked(rest)
        status = conclude_unseen(resource, rest, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, status, _outcome_of(rest, timedelta(minutes=1)))

    async def _let_go(self, resource: Resource, since: datetime) -> tuple[Rest | None, Resource]:
        for _ in range(MOST_ROUNDS):
            if release := release_without_graph(resource):
                await self._performer.perform(release, resource)
                return None, resource
            if needs_listing(resource):
                try:
                    observed = await self._observer.observe(resource, since=since, is_urgent=True)
                except EntraSyncError as error:
                    if error.reason is not Reason.SERVICE_PRINCIPAL_NOT_FOUND:
                        raise
                    await self._performer.perform(ReleaseResource("its service principal is gone"), resource)
                    return None, resource
            else:
                observed = self._observer.look_without_listing(resource)
            verdict = plan_deletion(self._facts(resource, observed))
            if not isinstance(verdict, Do):
                return verdict, resource
            resource = (await self._performer.perform(verdict.action, resource)).resource
            if isinstance(verdict.action, DeleteJob | ReleaseResource):
                return None, resource
            since = self._clock.now()
        return _unsettled(), resource

    async def _write(self, resource: Resource, status: dict[str, Any], outcome: Outcome) -> Outcome:
        """Write the status if it differs from what is stored; an idle poll writes nothing."""
        stored = self._resources.get(resource.key) or resource
        if patch := merge_patch(stored.status, status):
            written = await self._resource_api.patch_status(resource, patch)
            for event in events_between(stored.status, status):
                self._events.tell(written, event)
            if has_news(resource, written):
                # The answer to our own write was the first to show a user's change; the watch does not tell it again.
                return Outcome(timedelta(0))
        return outcome


def _outcome_of(rest: Rest, poll_interval: timedelta) -> Outcome:
    match rest:
        case Stall():
            return Outcome(poll_interval)
        case Wait():
            return Outcome(rest.after)
        case Retry():
            return Outcome(rest.after, is_failure=True)


def _not_seen_yet(verdict: Do) -> Wait:
    is_start = isinstance(verdict.action, StartJob)
    what = "started" if is_start else "paused" if isinstance(verdict.action, PauseJob) else "written"
    reason = Reason.STARTING if is_start else Reason.PAUSING
    return Wait(reason, f"The job was {what}; Graph does not show it yet.", ACTION_NOT_SEEN_YET)


def _unsettled() -> Retry:
    return Retry(Reason.INTERNAL_ERROR, "One pass was not enough to settle this resource; it goes on.")


def _blocked(stall: Stall) -> Stall:
    hint = 'To let go without touching Graph, annotate the resource with entrasync.io/abandon: "true".'
    message = (
        stall.message
        if "entrasync.io/abandon" in stall.message
        else f"The job could not be settled: {stall.message} {hint}"
    )
    return Stall(Reason.DELETION_BLOCKED, message)
