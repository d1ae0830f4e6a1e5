"""What is in force, with everything resolved that spec leaves unset: `status.effective`."""

from entrasync.api.policies import DeletionPolicy
from entrasync.core.deletion import effective_deletion_policy
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import write_go_duration
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.state import wanted_state_of


def effective_values(facts: Facts) -> dict[str, str]:
    """Return all that is in force."""
    state = wanted_state_of(facts)
    return effective_policies(facts.resource, facts.desired) | ({"scheduleState": state.value} if state else {})


def effective_policies(resource: Resource, desired: Desired) -> dict[str, str]:
    """Return what is in force regardless of what Graph shows."""
    policies = {
        "managementPolicy": desired.management_policy.value,
        "pollInterval": write_go_duration(desired.poll_interval),
    }
    deletion_policy = _deletion_policy(resource, desired)
    return policies | ({"deletionPolicy": deletion_policy.value} if deletion_policy else {})


def _deletion_policy(resource: Resource, desired: Desired) -> DeletionPolicy | None:
    if desired.is_observe_only:
        return DeletionPolicy.RETAIN  # its deletion only releases the resource
    if not resource.origin and not desired.deletion_policy:
        return None  # it depends on whether a job will be created or adopted
    return effective_deletion_policy(desired, resource.origin)
