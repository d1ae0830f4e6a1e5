"""Reads of Graph what the rules ask about, and makes the facts of it as the operator would have them after a while."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from entrasync.core.decision.errors import PossiblyReplicating
from entrasync.core.facts.facts import Facts
from entrasync.core.facts.observed import Misses, Observed
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import JobListing
from entrasync.core.resource.job_claims import Claim, claim_of, representatives
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.name_lookup import find_service_principal, find_template
from entrasync.reconcile.step.missing_service_principal import diagnose_refusal
from kubectl_entrasync.tenant.access import Tenant

CONNECTION = "the login of this command"
"""How messages name what the operator would have a connection for."""

_LONG_AGO = timedelta(days=1)
"""Nothing is young in a plan, so that what replication could still change counts as it is."""


class GraphReader:
    """Reads jobs and names, the jobs of each service principal once."""

    def __init__(self, tenant: Tenant, now: datetime) -> None:
        self.graph = tenant.graph
        self.now = now
        self.bounds = Bounds()
        self._listings: dict[str, JobListing] = {}

    async def resolve(self, resource: Resource) -> Resource:
        """Look up the ids behind the names in spec. Raises what `SyncApi` raises, and `Halted` for one of nothing."""
        desired = resource.desired
        if desired is None or desired.is_resolved:
            return resource
        principal = desired.service_principal_id or await find_service_principal(self.graph, desired, is_young=False)
        template = desired.template_id or await find_template(self.graph, desired, principal)
        return replace(resource, desired=replace(desired, service_principal_id=principal, template_id=template))

    async def read_facts(self, resource: Resource, others: Iterable[Resource]) -> Facts:
        """Read the facts about the job of a resource. `others` claim jobs too. Raises what `SyncApi` raises."""
        if resource.desired is None or (principal := resource.service_principal_id) is None:
            raise ValueError(f"the spec of {resource.key} cannot be read")
        listing = await self._list(principal, resource)
        job_id = resource.job_id
        job = listing.find(job_id) if job_id else None
        if job is None and job_id:
            job = await self.graph.get_job(principal, job_id)
        observed = Observed(
            tenant_id=self.graph.tenant_id,
            listing=listing,
            job=job,
            misses=None if job or not job_id else self._count_misses(),
            connection=CONNECTION,
            claims=_claims_beside(resource, others),
            spec_seen_at=self.now - _LONG_AGO,
        )
        return Facts(resource.without_former_job(), resource.desired, observed, self.now, self.bounds)

    async def _list(self, principal: str, resource: Resource) -> JobListing:
        if principal not in self._listings:
            try:
                self._listings[principal] = await self.graph.list_jobs(principal, is_urgent=True)
            except PossiblyReplicating as error:
                raise await diagnose_refusal(self.graph, resource, error) from error
        return self._listings[principal]

    def _count_misses(self) -> Misses:
        """Return as many looks that missed a job as the operator takes before it counts as gone."""
        return Misses(self.bounds.min_misses, self.now - self.bounds.min_missing_time, self.now)


def _claims_beside(resource: Resource, others: Iterable[Resource]) -> tuple[Claim, ...]:
    principal = resource.service_principal_id
    claims = (
        claim_of(other)
        for other in others
        if other.key != resource.key and not other.is_deleting and is_same_id(other.service_principal_id, principal)
    )
    return representatives(claims)
