"""Look, decide, act, until nothing is left to do: the loop of a pass, for one that lives and for one that goes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrasync.api.reasons import Reason
from entrasync.core.application.status import keep_intent
from entrasync.core.decision.action import (
    Action,
    ApplicationAction,
    CreateJob,
    DeleteJob,
    PatchSettings,
    PauseJob,
    ReleaseResource,
    StartJob,
)
from entrasync.core.decision.errors import EntraSyncError, OutcomeUnknown, PossiblyReplicating, Stalled
from entrasync.core.decision.verdicts import Do, Halt, Retry, Wait, judge
from entrasync.core.deletion import (
    needs_listing,
    plan_deletion,
    release_when_job_is_gone,
    release_without_graph,
    tenant_is_another,
)
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.observed import Observed
from entrasync.core.plan import plan, service_principal_was_changed, tenant_was_changed
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.core.status.drift import find_corrected_drift, with_last_drift
from entrasync.core.status.job_status import record_observation
from entrasync.reconcile.connection.registry import Connection
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.memory import MemoryStore, note_settings
from entrasync.reconcile.step.action_result import ActionResult

MOST_ROUNDS = 8
"""Observe and act at most so often in one pass; create and start takes four rounds."""

ACTION_NOT_SEEN_YET = timedelta(seconds=10)
"""Graph shows the state from before a write: reads may be stale."""


@dataclass(frozen=True)
class PassResult:
    """Where a pass has got to: the working copy, what was seen, and how it rests."""

    facts: Facts
    halt: Halt | None


class Convergence:
    """Takes one resource as near to its wish as one pass can."""

    def __init__(
        self,
        resources: Resources,
        memory: MemoryStore,
        *,
        observer: FactsReader,
        performer: Performer,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._resources = resources
        self._memory = memory
        self._observer = observer
        self._performer = performer
        self._clock = clock
        self._bounds = bounds

    async def converge(self, resource: Resource, *, since: datetime, is_urgent: bool) -> PassResult:
        """Act until nothing is left to do.

        The connection that it begins by leads to its end. Raises what the first look raises; a later error ends the
        pass with what was seen.
        """
        connection = self.enter_tenant(resource)
        try:
            observed = await self._observer.observe(resource, connection, since=since, is_urgent=is_urgent)
        except EntraSyncError as error:
            raise self._explain(resource, connection, error) from error
        taken: list[Action] = []
        for _ in range(MOST_ROUNDS):
            facts = await self._with_application(resource, observed, connection=connection)
            verdict = plan(facts)
            if not isinstance(verdict, Do):
                if not observed.is_assumed:
                    return PassResult(facts, verdict)
                confirmed = await self._confirm(resource, connection)
                if not isinstance(confirmed, Observed):
                    return PassResult(facts, confirmed)
                observed = confirmed
                continue
            if verdict.action in taken:
                return PassResult(facts, _not_seen_yet(verdict))
            taken.append(verdict.action)
            facts = replace(facts, resource=replace(facts.resource, status=record_observation(facts).status))
            try:
                done = await self._act(verdict.action, facts.resource, connection=connection)
            except EntraSyncError as error:
                return self._fail(facts, verdict.action, error)
            resource = done.resource
            try:
                observed = await self._look(done, facts, connection=connection)
            except EntraSyncError as error:
                return PassResult(replace(facts, resource=resource), self.judge(resource, error))
        return PassResult(self._facts(resource, observed), _unsettled())

    def enter_tenant(self, resource: Resource) -> Connection:
        """Find the connection of a pass.

        Raises `Stalled` (TENANT_CHANGED, DELETION_BLOCKED) when it leads away from the tenant of the resource.
        """
        connection = self._observer.find_connection(resource)
        find_fault = tenant_is_another if resource.is_deleting else tenant_was_changed
        if fault := find_fault(self._facts(resource, self._observer.look_at_tenant(connection))):
            raise Stalled(fault.reason, fault.message)
        return connection

    async def _with_application(self, resource: Resource, observed: Observed, *, connection: Connection) -> Facts:
        facts = self._facts(resource, observed)
        return replace(facts, observed=await self._observer.with_application(facts, connection))

    def _explain(self, resource: Resource, connection: Connection, error: EntraSyncError) -> EntraSyncError:
        """Say of a service principal that is gone that its app has another one now, where that is so."""
        if error.reason is not Reason.SERVICE_PRINCIPAL_NOT_FOUND:
            return error
        refusal = service_principal_was_changed(self._facts(resource, self._observer.look_at_tenant(connection)))
        return Stalled(refusal.reason, refusal.message) if refusal else error

    async def _confirm(self, resource: Resource, connection: Connection) -> Observed | Halt:
        """Look once more before a pass ends that took Graph's word for a write: what is told has been seen."""
        try:
            return await self._observer.observe(resource, connection, since=self._clock.now(), is_urgent=True)
        except EntraSyncError as error:
            return self.judge(resource, error)

    async def let_go(self, resource: Resource, since: datetime) -> tuple[Halt | None, Resource]:
        """Settle the job of a resource that is being deleted, and let the resource go (None).

        Raises what the look and the actions raise.
        """
        if release := release_without_graph(resource):
            return None, await self._release(resource, release)
        connection = self.enter_tenant(resource)
        for _ in range(MOST_ROUNDS):
            if release := release_without_graph(resource):
                return None, await self._release(resource, release)
            try:
                done = await self._settle(resource, connection, since=since)
            except EntraSyncError as error:
                if not self._has_lost_its_service_principal(resource, error):
                    raise
                return None, await self._release(resource, ReleaseResource("its service principal is gone"))
            if not isinstance(done, ActionResult):
                return done, resource
            resource = done.resource
            if not resource.has_finalizer:
                return None, resource
            since = self._clock.now()
        return _unsettled(), resource

    async def _settle(
        self, resource: Resource, connection: Connection, *, since: datetime
    ) -> ActionResult | Halt | None:
        """Take one step of a deletion."""
        observed = await self._look_for_deletion(resource, connection, since=since)
        verdict = plan_deletion(self._facts(resource, observed))
        if not isinstance(verdict, Do):
            return verdict
        try:
            done = await self._performer.perform(verdict.action, resource, connection=connection)
        except PossiblyReplicating as error:
            raise await self._observer.explain(resource, connection, error=error) from error
        match verdict.action:
            case DeleteJob() if done.needs_look:
                now = self._clock.now()
                observed = await self._observer.observe(resource, connection, since=now, is_urgent=True)
                missing = release_when_job_is_gone(self._facts(resource, observed))
                if not isinstance(missing, Do):
                    return missing
                return await self._performer.perform(missing.action, resource, connection=connection)
            case PauseJob(job_id=job_id):
                paused = ReleaseResource(f"job {job_id} is paused (deletionPolicy Pause)")
                return await self._performer.release(paused, resource)
        return done

    def judge(self, resource: Resource, error: EntraSyncError) -> Halt:
        """Turn an error into what happens next, with regard to what this resource may have made lately."""
        return judge(error, young_until=self._young_until(resource), now=self._clock.now())

    def is_young(self, resource: Resource) -> bool:
        """Whether what Graph does not know of it may be on its way through Entra."""
        return self._clock.now() < self._young_until(resource)

    def _young_until(self, resource: Resource) -> datetime:
        seen_at = self._memory.recall(resource, self._clock.now()).spec_seen_at
        return max(seen_at, resource.created_job_at or seen_at) + self._bounds.young

    def _facts(self, resource: Resource, observed: Observed) -> Facts:
        if resource.desired is None:
            raise ResourceChanged(f"the spec of {resource.key} cannot be read any more")
        return Facts(resource.without_former_job(), resource.desired, observed, self._clock.now(), self._bounds)

    async def _act(self, action: Action, resource: Resource, *, connection: Connection) -> ActionResult:
        """Perform an action; one that shows a resource on its way out or to elsewhere ends the pass."""
        done = await self._performer.perform(action, resource, connection=connection)
        self._note(action, resource)
        if not done.is_refused:
            done = replace(done, resource=self._with_drift(action, resource, done.resource))
        has_moved = done.resource.service_principal_id != resource.service_principal_id
        if done.resource.is_deleting or done.resource.desired is None or has_moved:
            raise ResourceChanged(f"{resource.key} is no longer what this pass began with")
        return done

    def _with_drift(self, action: Action, before: Resource, after: Resource) -> Resource:
        corrected = find_corrected_drift(action, before.status)
        return replace(after, status=with_last_drift(after.status, corrected, now=self._clock.now()))

    def _note(self, action: Action, resource: Resource) -> None:
        """Remember what Graph took and may not show yet."""
        now = self._clock.now()
        match action:
            case PauseJob(job_id=job_id):
                self._memory.recall(resource, now).pause_taken = (job_id, now)
            case StartJob():
                self._memory.recall(resource, now).pause_taken = None
            case PatchSettings():
                note_settings(self._memory.recall(resource, now), action, now)

    def _fail(self, facts: Facts, action: Action, error: EntraSyncError) -> PassResult:
        resource = facts.resource
        if isinstance(action, CreateJob):
            # The intent, or that it is cleared, is in the store; a spec that is new there is for the next pass.
            stored = self._resources.get(resource.key) or resource
            resource = replace(stored, desired=facts.desired, generation=resource.generation)
        elif isinstance(action, PauseJob) and action.record is not None:
            resource = replace(resource, status=dict(resource.status) | {"pause": action.record.write()})
        elif isinstance(action, ApplicationAction) and isinstance(error, OutcomeUnknown):
            resource = self._with_stored_intent(resource)
            facts = replace(facts, observed=replace(facts.observed, application=None))  # from before the write
        facts = replace(facts, resource=resource, now=self._clock.now())
        if isinstance(error, OutcomeUnknown) and isinstance(halt := plan(facts), Wait):
            return PassResult(facts, halt)
        return PassResult(facts, self.judge(resource, error))

    def _with_stored_intent(self, resource: Resource) -> Resource:
        """Keep what was written down before a write whose answer was lost."""
        stored = self._resources.get(resource.key)
        return replace(resource, status=keep_intent(resource, stored)) if stored else resource

    async def _look(self, done: ActionResult, facts: Facts, *, connection: Connection) -> Observed:
        observed = facts.observed
        application = observed.application if done.resource.generation == facts.resource.generation else None
        if done.needs_look:
            now = self._clock.now()
            seen = await self._observer.observe(done.resource, connection, since=now, is_urgent=True)
            return replace(seen, application=application)
        job = done.job or observed.job
        keeps_job = job is not None and job.id == done.resource.held_job_id
        shown = job if keeps_job else None
        combined = self._observer.combine(done.resource, connection, listing=observed.listing, job=shown)
        return replace(combined, application=application, is_assumed=done.is_assumed or observed.is_assumed)

    async def _look_for_deletion(self, resource: Resource, connection: Connection, *, since: datetime) -> Observed:
        if not needs_listing(resource):
            return self._observer.look_without_listing(resource, connection)
        return await self._observer.observe(resource, connection, since=since, is_urgent=True)

    def _has_lost_its_service_principal(self, resource: Resource, error: EntraSyncError) -> bool:
        """Whether nothing is left to settle. Shortly after a create of ours it may only not be known everywhere yet."""
        created_at = resource.created_job_at
        is_settled = created_at is None or self._clock.now() - created_at >= self._bounds.young
        return error.reason is Reason.SERVICE_PRINCIPAL_NOT_FOUND and is_settled

    async def _release(self, resource: Resource, release: ReleaseResource) -> Resource:
        return (await self._performer.release(release, resource)).resource


def _not_seen_yet(verdict: Do) -> Wait:
    if isinstance(verdict.action, ApplicationAction):
        return Wait(Reason.WAITING_FOR_REPLICATION, "Graph does not show yet what it was told.", ACTION_NOT_SEEN_YET)
    is_start = isinstance(verdict.action, StartJob)
    what = "started" if is_start else "paused" if isinstance(verdict.action, PauseJob) else "written"
    reason = Reason.STARTING if is_start else Reason.PAUSING
    return Wait(reason, f"The job was {what}; Graph does not show it yet.", ACTION_NOT_SEEN_YET)


def _unsettled() -> Retry:
    return Retry(Reason.INTERNAL_ERROR, "One pass was not enough to settle this resource; it goes on.")
