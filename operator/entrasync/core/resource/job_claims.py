"""Which jobs of a service principal its resources claim, and which claim ranks first.

Claims of two resources to one job are found in `core/job/candidates.py`, claims to
`spec.application` in `core/application/ownership.py`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import nsmallest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource


@dataclass(frozen=True)
class Claim:
    """What another resource claims on the same service principal. One that only observes claims no job."""

    key: ObjectKey
    created_at: datetime
    template_id: str | None
    held_job_id: str | None
    wanted_job_id: str | None
    created_template_id: str | None = None
    """The template that its create asked for, if the operator created the job that it holds."""
    creating_since: datetime | None = None
    """When its create was sent, while the create is not settled."""
    has_application: bool = False
    """Whether it has spec.application, which belongs to the whole service principal."""
    has_saved: bool = False
    """Whether it has saved its spec.application in Graph. This breaks ties, for creation times are whole seconds."""
    connection: str = ""
    """The connection that it asks for, as messages name it."""
    is_recorded: bool = False
    """Whether it manages its job by our own status. An annotation alone may come from a backup, a copy or a person."""

    @property
    def job_id(self) -> str | None:
        """The job claimed, held or only named."""
        return self.held_job_id or self.wanted_job_id


@dataclass(frozen=True)
class CreatedJob:
    """A job that the operator created, and the resource that it was created for."""

    job_id: str
    template_id: str | None
    """The template that was asked for."""
    tenant_id: str | None
    created_at: datetime
    key: ObjectKey
    is_recent: bool = True
    """Whether it was created so lately that Graph may not show it yet."""


def created_job_of(resource: Resource) -> CreatedJob | None:
    """Return the job of a resource if the status says that the operator created it, whatever the spec says now."""
    job_id, created_at, intent = resource.held_job_id, resource.created_job_at, resource.create_intent
    if job_id is None or created_at is None:
        return None
    asked = intent.template_id if intent else resource.created_template_id
    template_id = asked or resource.job_template_id
    return CreatedJob(job_id, template_id, resource.pinned_tenant_id, created_at, resource.key)


def claim_of(resource: Resource) -> Claim:
    """Return the claim of a resource."""
    desired, intent = resource.desired, resource.create_intent
    is_declared_observe_only = desired is not None and desired.is_declared_observe_only
    return Claim(
        key=resource.key,
        created_at=resource.created_at,
        template_id=(desired.template_id or None) if desired else None,
        held_job_id=None if is_declared_observe_only else resource.held_job_id,
        wanted_job_id=desired.job_id if desired and not is_declared_observe_only else None,
        created_template_id=None if is_declared_observe_only else resource.created_template_id,
        creating_since=intent.started_at if intent and resource.held_job_id is None else None,
        has_application=desired is not None and desired.application is not None and not is_declared_observe_only,
        has_saved=resource.application.generation is not None,
        connection=desired.describe_connection(resource.key.namespace) if desired else "",
        is_recorded=resource.has_finalizer and resource.has_recorded_job,
    )


def representatives(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return one claim for each thing that is claimed, in the order of their keys, instead of all.

    It is the claim that ranks first, and the one that is oldest. Two of each are returned, so that there is another one
    for the resource whose own claim is among them.
    """
    alike: defaultdict[Claim, list[Claim]] = defaultdict(list)
    for claim in claims:
        alike[replace(claim, key=_NOBODY, created_at=_NEVER, has_saved=False, connection="", is_recorded=False)].append(
            claim
        )
    chosen = {
        claim.key: claim
        for group in alike.values()
        for order in (_rank, age_of)
        for claim in nsmallest(2, group, key=order)
    }
    return tuple(chosen[key] for key in sorted(chosen))


def age_of(claim: Claim) -> tuple[datetime, bool, ObjectKey]:
    """Return by what the oldest of several claims is found."""
    return claim.created_at, not claim.has_saved, claim.key


_NOBODY, _NEVER = ObjectKey("", ""), datetime.min.replace(tzinfo=UTC)
"""What claims to the same thing have in common when it does not matter who claims it and since when."""


def outranks(claim: Claim, resource: Resource) -> bool:
    """Whether the claim of another resource to a job ranks before the claim of this resource.

    A resource that holds the job ranks before one that only names it. Of two that hold it, the one that manages it by
    our own status ranks first. Then the older one does.
    """
    return _rank(claim) < _rank(claim_of(resource))


def _rank(claim: Claim) -> tuple[bool, bool, datetime, ObjectKey]:
    is_holder = claim.held_job_id is not None
    return not is_holder, is_holder and not claim.is_recorded, claim.created_at, claim.key
