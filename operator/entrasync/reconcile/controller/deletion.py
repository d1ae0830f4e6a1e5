"""Deletes a resource: settles its job in rounds of observe, plan and perform, then releases the resource."""

from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, PossiblyReplicating
from entrasync.core.decision.verdicts import Do, Halt
from entrasync.core.deletion import (
    deletes_job,
    hold_back,
    is_held_back,
    needs_listing,
    plan_deletion,
    release_when_job_is_gone,
    release_with_kind,
    release_without_graph,
)
from entrasync.core.facts.observed import Observed
from entrasync.core.job.actions import DeleteJob, ReleaseResource
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.actions import PauseJob
from entrasync.reconcile.controller.apply import MAX_ROUNDS, too_many_rounds
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.job.deletion import ReleaseHandler
from entrasync.reconcile.ports.kubernetes import DefinitionStore
from entrasync.reconcile.state.deletions import RecentDeletions
from entrasync.reconcile.state.memory import MemoryStore
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.handler import ActionResult
from entrasync.reconcile.step.missing_service_principal import diagnose_refusal


class DeletionLoop:
    """Settles the job of one resource, and removes the finalizer."""

    def __init__(
        self,
        reader: FactsReader,
        memory: MemoryStore,
        *,
        definitions: DefinitionStore,
        recent: RecentDeletions,
        performer: Performer,
        release: ReleaseHandler,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._reader = reader
        self._memory = memory
        self._definitions = definitions
        self._recent = recent
        self._performer = performer
        self._release = release
        self._clock = clock
        self._bounds = bounds

    def recall(self, resource: Resource) -> Resource:
        """Return the working copy with what this process knows to be deleted, if that could not be written down yet."""
        deleted = self._memory.recall(resource, self._clock.now()).deleted_job_id
        return resource.with_record(replace(resource.record, deleted_job_id=deleted)) if deleted else resource

    async def release_at_once(self, resource: Resource) -> bool:
        """Release a resource that needs no call to Graph, or whose CRD is being deleted. Returns whether it did."""
        release = release_without_graph(resource)
        if release is None and (with_kind := release_with_kind(resource)) is not None:
            release = with_kind if await self._definitions.is_job_kind_deleted() else None
        if release is None:
            return False
        await self._release.release(release, resource)
        return True

    async def settle(self, context: Context) -> tuple[Halt | None, Resource]:
        """Settle the job and release the resource, which `release_at_once` could not.

        Returns why it halts (None: released) and the working copy. Raises what the look and the actions raise.
        """
        for _ in range(MAX_ROUNDS):
            try:
                result = await self._step(context)
            except EntraSyncError as error:
                if not self._has_lost_its_service_principal(context, error):
                    raise
                await self._release.release(ReleaseResource("its service principal is gone"), context.resource)
                return None, context.resource
            if not isinstance(result, ActionResult):
                return result, context.resource
            now = self._clock.now()
            context = replace(context.with_resource(result.resource, now), since=now)
            if not context.resource.has_finalizer or await self.release_at_once(context.resource):
                return None, context.resource
        return too_many_rounds(), context.resource

    async def _step(self, context: Context) -> ActionResult | Halt | None:
        """Perform one round of a deletion."""
        if (held := self._hold_back(context)) is not None:
            return held
        observed = await self._look(context)
        verdict = plan_deletion(self._reader.facts(context.resource, observed))
        if not isinstance(verdict, Do):
            return verdict
        try:
            result = await self._performer.perform(verdict.action, context)
        except PossiblyReplicating as error:
            raise await diagnose_refusal(context.graph, context.resource, error) from error
        match verdict.action:
            case DeleteJob() if result.needs_look:
                return await self._release_when_job_is_gone(context)
            case PauseJob(job_id=job_id):
                paused = ReleaseResource(f"job {job_id} is paused (deletionPolicy Pause)")
                return ActionResult(await self._release.release(paused, context.resource))
        return result

    async def _release_when_job_is_gone(self, context: Context) -> ActionResult | Halt:
        """Observe once more after Graph answered a delete with 404, because the job may only be hidden."""
        context = context.with_fresh_read(self._clock.now())
        observed = await self._reader.observe(context)
        verdict = release_when_job_is_gone(self._reader.facts(context.resource, observed))
        if not isinstance(verdict, Do):
            return verdict
        return await self._performer.perform(verdict.action, context)

    def _hold_back(self, context: Context) -> Halt | None:
        """Hold a deletion back that the limit does not allow, before anything of it is sent."""
        resource, tenant_id, limit = context.resource, context.graph.tenant_id, self._recent.limit
        if limit is None or not deletes_job(resource):
            return None
        is_allowed = not is_held_back(resource) and self._recent.claim(
            tenant_id, resource.uid, self._clock.uptime(), is_approved=resource.is_deletion_approved
        )
        return None if is_allowed else hold_back(resource, limit=limit, tenant_id=tenant_id)

    async def _look(self, context: Context) -> Observed:
        is_missed = context.memory.misses is not None  # Graph did not know it when asked to delete it
        if not needs_listing(context.resource) and not is_missed:
            return self._reader.observe_without_listing(context)
        return await self._reader.observe(context)

    def _has_lost_its_service_principal(self, context: Context, error: EntraSyncError) -> bool:
        """Whether nothing is left to settle.

        Shortly after a create the service principal may only not be replicated.
        """
        created_at = context.resource.created_job_at
        since = context.memory.counted_from(created_at) if created_at else None
        is_settled = since is None or self._clock.now() - since >= self._bounds.young
        return error.reason is Reason.SERVICE_PRINCIPAL_NOT_FOUND and is_settled
