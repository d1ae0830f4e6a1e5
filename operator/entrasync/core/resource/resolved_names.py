"""The ids behind the names in a spec: an app id names a service principal, a factory tag names a template."""

from dataclasses import dataclass, replace

from entrasync.api.conditions import ConditionType
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource


@dataclass(frozen=True)
class Resolution:
    """Ids that were looked up, and the names that they were looked up for. An id in the spec needs no lookup."""

    app_id: str | None
    service_principal_id: str
    connection_name: str | None
    factory_tag: str | None
    template_id: str
    uses_install_connection: bool = False

    def suits(self, desired: Desired) -> bool:
        """Whether the spec still has the names that were looked up, and the service principal they were looked up at.

        A factory tag names another template at each service principal.
        """
        names = (self.app_id, self.connection_name, self.uses_install_connection, self.factory_tag)
        wanted = (desired.app_id, desired.connection_name, desired.uses_install_connection, desired.factory_tag)
        if names != wanted:
            return False
        given = desired.service_principal_id
        return not given or is_same_id(given, self.service_principal_id)


def resolve(resource: Resource, known: Resolution | None) -> Resource:
    """Put ids in the place of names, as far as they are known without a lookup."""
    desired = resource.desired
    if desired is None or desired.is_resolved:
        return resource
    if known is not None and known.suits(desired):
        return _with_ids(resource, desired, known.service_principal_id, known.template_id)
    if not _is_applied(resource):
        return resource
    return _with_ids(resource, desired, resource.pinned_service_principal_id or "", resource.job_template_id or "")


def without_resolution(resource: Resource) -> Resource:
    """Forget the ids behind the names in the spec."""
    return replace(resource, desired=resource.desired.unresolved()) if resource.desired else resource


def _with_ids(resource: Resource, desired: Desired, service_principal_id: str, template_id: str) -> Resource:
    resolved = replace(
        desired,
        service_principal_id=desired.service_principal_id or service_principal_id,
        template_id=desired.template_id or template_id,
    )
    return replace(resource, desired=resolved)


def _is_applied(resource: Resource) -> bool:
    """Whether the last pass with this generation of the spec ended well: then the pinned ids belong to its names."""
    return resource.has_current_status and resource.record.is_true(ConditionType.APPLIED)
