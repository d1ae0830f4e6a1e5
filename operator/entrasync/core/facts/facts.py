"""The one bundle of facts that every rule looks at."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from entrasync.api.policies import DeletionPolicy, ScheduleState
from entrasync.core.application.wanted_secrets import FIELDS_OF_THEIR_OWN
from entrasync.core.facts.observed import Observed
from entrasync.core.primitives.object_key import ObjectKey, is_same_id
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_claims import Claim, claim_of, outranks
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.hold import Hold, read_hold
from entrasync.core.schedule.pause import Pause, judge_pause, read_pause
from entrasync.core.schedule.pause_cause import PauseCause, find_pause_cause


@dataclass(frozen=True)
class Facts:
    """The resource, its wish, what Graph showed, and the time: enough for every decision, gathered before the first."""

    resource: Resource
    desired: Desired
    observed: Observed
    now: datetime
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def job(self) -> RemoteJob | None:
        """The job held or named, as seen in this pass."""
        return self.observed.job

    @property
    def job_id(self) -> str | None:
        """The job this resource holds or names; None while a create is unfinished."""
        return self.resource.job_id

    @property
    def left_tenant(self) -> str | None:
        """The tenant this resource belongs to, when the connection leads to another."""
        pinned = self.resource.pinned_tenant_id
        return None if pinned is None or is_same_id(pinned, self.observed.tenant_id) else pinned

    @property
    def service_principal_id(self) -> str:
        """The service principal whose job is written to."""
        return self.resource.service_principal_id or self.desired.service_principal_id

    @cached_property
    def hold(self) -> Hold:
        """What the annotation for an emergency says."""
        return read_hold(self.resource.annotations)

    @cached_property
    def pause_cause(self) -> PauseCause | None:
        """Why the job shall rest now, if it shall."""
        return find_pause_cause(self.desired, self.hold, self.now)

    @property
    def young_until(self) -> datetime:
        """Until when what may be replication is taken for it."""
        seen_at = self.observed.spec_seen_at or self.now
        return max(seen_at, self.resource.created_job_at or seen_at) + self.bounds.young

    @property
    def wanted_state(self) -> ScheduleState | None:
        """The schedule state that is ours to bring about.

        Unset means Active for a job we made, hands off for an adopted one, unless we owe it a start after a hold.
        """
        if self.pause_cause is not None:
            return ScheduleState.PAUSED
        pause = read_pause(self.resource.status)
        if self.desired.schedule_state is None and pause is not None and pause.resumes:
            return ScheduleState.ACTIVE
        return effective_schedule_state(self.desired, self.resource.origin)

    @cached_property
    def pause(self) -> Pause | None:
        """Whose pause the job is in."""
        if self.job is None:
            return None
        resource = self.resource
        return judge_pause(
            resource.status,
            self.job,
            cause=self.pause_cause,
            last_start=resource.last_start,
            is_new=resource.origin == "Created" and resource.last_start is None,
            now=self.now,
            bounds=self.bounds,
        )

    @property
    def fitting_jobs(self) -> tuple[RemoteJob, ...]:
        """Jobs of the wanted template that we did not hold before."""
        fitting = (job for job in self.observed.listing.jobs if job.template_id == self.desired.template_id)
        return tuple(job for job in fitting if job.id != self.resource.held_job_id)

    @property
    def unclaimed_jobs(self) -> tuple[RemoteJob, ...]:
        """Those of them that nobody claims."""
        taken = {claim.job_id for claim in self.observed.claims}
        return tuple(job for job in self.fitting_jobs if job.id not in taken)

    @property
    def claim_of_same_template(self) -> Claim | None:
        """Another resource that holds, or names with right, a job of the wanted template on this service principal."""
        return next((claim for claim in self.observed.claims if self._is_of_same_template(claim)), None)

    def _is_of_same_template(self, claim: Claim) -> bool:
        job = self.observed.listing.find(claim.job_id) if claim.job_id else None
        if job is not None:
            return job.template_id == self.desired.template_id
        return claim.held_job_id is not None and claim.template_id == self.desired.template_id

    @cached_property
    def application_claim(self) -> Claim | None:
        """The oldest other resource that carries `spec.application` for this service principal, if older than ours."""
        if self.desired.is_observe_only:
            return None
        others = (claim for claim in self.observed.claims if claim.has_application)
        oldest = min(others, key=_age, default=None)
        return oldest if oldest and _age(oldest) < _age(claim_of(self.resource)) else None

    @property
    def runs_on_saved_credentials(self) -> bool:
        """Whether the job runs on credentials that we saved: others that Graph refuses leave it as it is."""
        keys = self.resource.application.keys - FIELDS_OF_THEIR_OWN
        return self.job is not None and self.job.is_active and bool(keys)

    @property
    def was_never_started(self) -> bool:
        """Whether the job is ours and has not run: its first start brings into force whatever is saved by then."""
        resource = self.resource
        if self.job is None or resource.origin != "Created" or resource.last_start is not None:
            return False
        return not self.job.is_active and not self.job.has_run

    def outranking_claim(self, job_id: str) -> Claim | None:
        """Another resource whose claim to the job comes before ours."""
        claims = (claim for claim in self.observed.claims if claim.job_id == job_id)
        return next((claim for claim in claims if outranks(claim, self.resource)), None)


def _age(claim: Claim) -> tuple[datetime, bool, ObjectKey]:
    return claim.created_at, not claim.has_saved, claim.key


def effective_schedule_state(desired: Desired, origin: str | None) -> ScheduleState | None:
    """Resolve an unset `schedule.state` by origin."""
    if desired.schedule_state is not None:
        return desired.schedule_state
    return ScheduleState.ACTIVE if origin == "Created" else None


def effective_deletion_policy(desired: Desired, origin: str | None) -> DeletionPolicy:
    """Resolve an unset `deletionPolicy` by origin: what we made we delete, what we took over we leave."""
    if desired.deletion_policy is not None:
        return desired.deletion_policy
    return DeletionPolicy.DELETE if origin == "Created" else DeletionPolicy.RETAIN
