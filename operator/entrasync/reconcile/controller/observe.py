"""The only reader. "Missing" is None; what could not be told is raised and ends the pass."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from entrasync.core.decision.errors import EntraSyncError, PossiblyReplicating
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.observed import Observed
from entrasync.core.plan import has_job_in_hand
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey, is_same_id
from entrasync.core.remote.jobs import JobListing, RemoteJob
from entrasync.core.resource.job_claims import Claim
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.application.reader import ApplicationReader
from entrasync.reconcile.connection.registry import Connection, Connections
from entrasync.reconcile.ports.kubernetes import SecretStore
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.memory import JobMemory, MemoryStore, count_miss, forget_shown, settings_sent_to
from entrasync.reconcile.step.missing_service_principal import explain


class FactsReader:
    """Gathers the facts of one pass: usually one shared list call, a get only for a job that the list does not show."""

    def __init__(
        self,
        connections: Connections,
        resources: Resources,
        memory: MemoryStore,
        *,
        secrets: SecretStore,
        clock: Clock,
    ) -> None:
        self._connections = connections
        self._resources = resources
        self._memory = memory
        self._application = ApplicationReader(secrets)
        self._clock = clock

    def find_connection(self, resource: Resource) -> Connection:
        """Find what a pass goes by from its beginning to its end. Raises what `Connections.find` raises."""
        return self._connections.find(resource)

    async def observe(
        self, resource: Resource, connection: Connection, *, since: datetime, is_urgent: bool
    ) -> Observed:
        """Read the service principal's jobs as of `since` or later, and the resource's own among them.

        Raises what `SyncApi` raises.
        """
        service_principal_id = _service_principal_of(resource)
        job_memory = self._memory.recall(resource, self._clock.now())
        listing = await self._list(resource, connection, since=since, is_urgent=is_urgent)
        observed = self.combine(resource, connection, listing=listing)
        job_id = resource.job_id
        if job_id is not None and observed.job is None:
            observed = replace(observed, job=await connection.api.get_job(service_principal_id, job_id))
        if observed.job is not None:
            forget_shown(job_memory, observed.job)
            observed = replace(observed, settings_sent=settings_sent_to(job_memory, observed.job.id))
        job_memory.read_at = max(job_memory.read_at, listing.read_at)
        return self._count_misses(job_memory, observed, job_id)

    def combine(
        self, resource: Resource, connection: Connection, *, listing: JobListing, job: RemoteJob | None = None
    ) -> Observed:
        """Look at a listing with this resource's eyes, without reading anything; `job` is one that Graph just sent."""
        job_id, job_memory = resource.job_id, self._memory.recall(resource, self._clock.now())
        paused_job_id, paused_at = job_memory.pause_taken or (None, None)
        tenant_id = connection.api.tenant_id
        return Observed(
            tenant_id=tenant_id,
            listing=listing,
            job=job or (listing.find(job_id) if job_id else None),
            claims=self._claims(resource, lambda other: is_same_id(self._connections.tenant_of(other), tenant_id)),
            uncertain_claims=self._claims(resource, self._connections.may_yet_claim),
            spec_seen_at=job_memory.spec_seen_at,
            pause_taken_at=paused_at if paused_job_id == job_id else None,
            settings_sent=settings_sent_to(job_memory, job_id),
            secrets_blocked_by=self._resources.find_loss(tenant_id, besides=resource.key),
        )

    async def with_application(self, facts: Facts, connection: Connection) -> Observed:
        """Look at what belongs to the service principal too, once the job is in hand."""
        if not has_job_in_hand(facts):
            return replace(facts.observed, application=None)
        resource = facts.resource
        memory = self._memory.application_of(resource, self._clock.now())
        seen = await self._application.read(connection.api, facts, memory)
        return replace(facts.observed, application=seen)

    def _claims(self, resource: Resource, counts: Callable[[Resource], bool]) -> tuple[Claim, ...]:
        """Gather the claims of the others. Who has no way into the tenant cannot block others by naming its jobs."""
        return self._resources.claims_on(_service_principal_of(resource), besides=resource.key, counts=counts)

    def awaits_connection(self, resource: Resource) -> bool:
        """Whether nothing can be said yet, for its connection has not been tried; it is woken when that is done."""
        return self._connections.is_awaited(resource)

    def forget(self, key: ObjectKey) -> None:
        """Drop what only a resource that is gone was remembered for."""
        self._memory.forget(key)
        self._connections.forget_unused(self._resources.service_principals())

    def look_at_tenant(self, connection: Connection) -> Observed:
        """Tell where a connection leads, of which even a resource without a service principal can be judged."""
        return Observed(connection.api.tenant_id, self._unread())

    def look_without_listing(self, resource: Resource, connection: Connection) -> Observed:
        """Gather what is known without a call."""
        return self.combine(resource, connection, listing=self._unread())

    def _unread(self) -> JobListing:
        return JobListing((), self._clock.now(), is_complete=False)

    async def _list(
        self, resource: Resource, connection: Connection, *, since: datetime, is_urgent: bool
    ) -> JobListing:
        try:
            return await connection.listings.read(_service_principal_of(resource), since=since, is_urgent=is_urgent)
        except PossiblyReplicating as error:
            raise await self.explain(resource, connection, error=error) from error

    async def explain(
        self, resource: Resource, connection: Connection, *, error: PossiblyReplicating
    ) -> EntraSyncError:
        """Tell whether a refusal means that the service principal has gone from the tenant that refused."""
        service_principal_id, job_id = _service_principal_of(resource), resource.held_job_id
        return await explain(connection.api, error, service_principal_id=service_principal_id, job_id=job_id)

    def _count_misses(self, job_memory: JobMemory, observed: Observed, job_id: str | None) -> Observed:
        if observed.job is not None or job_id is None:
            job_memory.misses = None
            return observed
        if not observed.listing.is_complete:
            return replace(observed, misses=job_memory.misses)
        return replace(observed, misses=count_miss(job_memory, job_id, observed.listing.read_at))


def _service_principal_of(resource: Resource) -> str:
    service_principal_id = resource.service_principal_id
    if service_principal_id is None:  # a resource without a readable spec never gets here
        raise ValueError(f"{resource.key} has no service principal")
    return service_principal_id
