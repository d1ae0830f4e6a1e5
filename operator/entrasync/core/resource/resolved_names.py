"""What the names in a spec stand for: an app id for a service principal, a factory tag for a template."""

from dataclasses import dataclass, replace

from entrasync.api.conditions import ConditionType
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource


@dataclass(frozen=True)
class Resolution:
    """What was looked up, and for which names. An id that the spec gives itself needs no look."""

    app_id: str | None
    service_principal_id: str
    connection_name: str | None
    factory_tag: str | None
    template_id: str

    def suits(self, desired: Desired) -> bool:
        """Whether the spec still says the names that were looked up, and no other service principal to look them up at.

        A factory tag stands for another template at each service principal.
        """
        names = (self.app_id, self.connection_name, self.factory_tag)
        if names != (desired.app_id, desired.connection_name, desired.factory_tag):
            return False
        given = desired.service_principal_id
        return not given or is_same_id(given, self.service_principal_id)


def resolve(resource: Resource, known: Resolution | None) -> Resource:
    """Put ids where the spec has names, as far as they are known without a look."""
    desired = resource.desired
    if desired is None or desired.is_resolved:
        return resource
    if known is not None and known.suits(desired):
        return _with_ids(resource, desired, known.service_principal_id, known.template_id)
    if not _is_applied(resource):
        return resource
    return _with_ids(resource, desired, resource.pinned_service_principal_id or "", resource.job_template_id or "")


def without_resolution(resource: Resource) -> Resource:
    """Forget the ids of what the spec says by name."""
    return replace(resource, desired=resource.desired.unresolved()) if resource.desired else resource


def _with_ids(resource: Resource, desired: Desired, service_principal_id: str, template_id: str) -> Resource:
    resolved = replace(
        desired,
        service_principal_id=desired.service_principal_id or service_principal_id,
        template_id=desired.template_id or template_id,
    )
    return replace(resource, desired=resolved)


def _is_applied(resource: Resource) -> bool:
    """Whether the last look at this very spec ended well: then the names meant what is pinned."""
    is_current = resource.record.observed_generation == resource.generation
    return is_current and resource.record.is_true(ConditionType.APPLIED)
