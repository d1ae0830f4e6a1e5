"""What is in force, with everything resolved that spec leaves unset: `status.effective`."""

from dataclasses import replace

from entrasync.api.policies import DeletionPolicy
from entrasync.core.deletion import effective_deletion_policy
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import write_go_duration
from entrasync.core.record.job_record import EffectiveSettings
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.state import wanted_state_of


def effective_settings(facts: Facts) -> EffectiveSettings:
    """Return all that is in force."""
    state = wanted_state_of(facts)
    policies = effective_policies(facts.resource, facts.desired)
    return replace(policies, schedule_state=state.value if state else None)


def effective_policies(resource: Resource, desired: Desired) -> EffectiveSettings:
    """Return what is in force regardless of what Graph shows."""
    deletion_policy = _deletion_policy(resource, desired)
    return EffectiveSettings(
        management_policy=desired.management_policy.value,
        deletion_policy=deletion_policy.value if deletion_policy else None,
        poll_interval=write_go_duration(desired.poll_interval),
    )


def _deletion_policy(resource: Resource, desired: Desired) -> DeletionPolicy | None:
    if desired.is_observe_only:
        return DeletionPolicy.RETAIN  # its deletion only releases the resource
    if not resource.origin and not desired.deletion_policy:
        return None  # it depends on whether a job will be created or adopted
    return effective_deletion_policy(desired, resource.origin)
