"""Observe: reads the facts of a pass. "Missing" is None; what could not be read raises and ends the pass."""

from collections.abc import Callable
from dataclasses import replace

from entrasync.core.decision.errors import PossiblyReplicating
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.observed import Observed
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.resource.job_claims import Claim, CreatedJob
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.step.context import Context
from entrasync.reconcile.step.missing_service_principal import diagnose_refusal


class FactsReader:
    """Reads the facts of a pass.

    That is usually one list call that all resources of a service principal share, and a get only for a job that the
    list does not show.
    """

    def __init__(self, connections: Connections, resources: JobStore, *, clock: Clock, bounds: Bounds) -> None:
        self._connections = connections
        self._resources = resources
        self._clock = clock
        self._bounds = bounds

    async def observe(self, context: Context) -> Observed:
        """Read the service principal's jobs and the resource's own job. Raises what `SyncApi` raises."""
        memory, job_id = context.memory, context.resource.job_id
        listing = await self._list(context)
        observed = replace(self.combine(context, listing), request=find_request(context.resource.annotations))
        if job_id is not None and observed.job is None:
            observed = replace(observed, job=await context.graph.get_job(context.service_principal_id, job_id))
        if observed.job is not None:
            memory.forget_shown(observed.job)
            observed = replace(
                observed,
                settings_sent=memory.settings_sent_to(observed.job.id),
                unanswered_start=memory.unanswered_start_of(observed.job.id),
            )
        memory.read_at = max(memory.read_at, listing.read_at)
        return _count_misses(context, observed)

    def combine(self, context: Context, listing: JobListing, *, job: RemoteJob | None = None) -> Observed:
        """Pick what concerns this resource out of a listing, without a call; `job` is one that Graph just sent."""
        resource, memory, tenant_id = context.resource, context.memory, context.graph.tenant_id
        job_id, connections = resource.job_id, self._connections
        claims = self._claims(context, "shared", lambda other: connections.shares_tenant(other, context.connection))
        uncertain = self._claims(context, "uncertain", connections.has_unknown_tenant)
        unsure = () if resource.has_recorded_job else self._claims(context, "unsure", connections.has_unproven_tenant)
        change = resource.record.unshown_change
        taken_at = change.at if change else None
        sent = resource.record.schema.sent
        own = (resource.created_job_at, resource.last_start, taken_at, sent.at if sent else None)
        times = (*own, *(claim.creating_since for claim in claims))
        return Observed(
            tenant_id=tenant_id,
            listing=listing,
            job=job or (listing.find(job_id) if job_id else None),
            claims=claims,
            first_seen=memory.see_times([time for time in times if time is not None], self._clock.now()),
            connection=context.connection.words,
            install_tenant_id=connections.find_install_tenant(resource),
            uncertain_claims=uncertain,
            unsure_claims=unsure,
            unsure_since=memory.note_unsure((claim.key for claim in (*uncertain, *unsure)), self._clock.now()),
            recent_creates=self._recent_creates(context),
            spec_seen_at=memory.spec_seen_at,
            unanswered_start=memory.unanswered_start_of(job_id),
            settings_sent=memory.settings_sent_to(job_id),
            secrets_blocked_by=self._resources.find_secret_loss(
                tenant_id, resource.service_principal_id, excluding=resource.key
            ),
        )

    def observe_without_listing(self, context: Context) -> Observed:
        """Return what is known without a call to Graph."""
        return self.combine(context, self._unread())

    def tenant_facts(self, resource: Resource, connection: Connection) -> Facts:
        """Return the facts about the tenant of a connection.

        They suffice for a resource without a service principal too.
        """
        observed = Observed(
            connection.api.tenant_id,
            self._unread(),
            connection=connection.words,
            install_tenant_id=self._connections.find_install_tenant(resource),
        )
        return self.facts(resource, observed)

    def facts(self, resource: Resource, observed: Observed) -> Facts:
        """Return the facts of this moment. Raises `ResourceChanged` when the spec cannot be read any more."""
        if resource.desired is None:
            raise ResourceChanged(f"the spec of {resource.key} cannot be read any more")
        return Facts(resource.without_former_job(), resource.desired, observed, self._clock.now(), self._bounds)

    def _claims(self, context: Context, question: str, is_counted: Callable[[Resource], bool]) -> tuple[Claim, ...]:
        """Return the claims of others.

        A resource without a connection to the tenant cannot block others by naming jobs.
        """
        return self._resources.claims_on(
            context.service_principal_id,
            excluding=context.resource.key,
            is_counted=is_counted,
            judge=(question, context.graph.graph_url, context.graph.tenant_id, self._connections.version),
        )

    def _recent_creates(self, context: Context) -> tuple[CreatedJob, ...]:
        recent = self._resources.recent_creates.list_lately(
            self._bounds.replication,
            service_principal_id=context.service_principal_id,
            tenant_id=context.graph.tenant_id,
            now=self._clock.now(),
        )
        return tuple(created for created in recent if created.job_id != context.resource.held_job_id)

    def _unread(self) -> JobListing:
        return JobListing((), self._clock.now(), is_complete=False)

    async def _list(self, context: Context) -> JobListing:
        listings = context.connection.listings
        try:
            return await listings.read(context.service_principal_id, since=context.since, is_urgent=context.is_urgent)
        except PossiblyReplicating as error:
            raise await diagnose_refusal(context.graph, context.resource, error) from error


def _count_misses(context: Context, observed: Observed) -> Observed:
    memory, job_id = context.memory, context.resource.job_id
    if observed.job is not None or job_id is None:
        memory.misses = None
        return observed
    if not observed.listing.is_complete:
        return replace(observed, misses=memory.misses)
    return replace(observed, misses=memory.count_miss(job_id, observed.listing.read_at))
