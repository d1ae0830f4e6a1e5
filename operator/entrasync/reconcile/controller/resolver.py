"""Looks up the ids behind names in a spec once, and stores them for the resource."""

from entrasync.core.resource.desired import Desired
from entrasync.core.resource.resolved_names import Resolution
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.name_lookup import find_service_principal, find_template
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.step.context import Context


class Resolver:
    """Asks Graph once per resource and spec. A resource that gives ids costs no call."""

    def __init__(self, connections: Connections, resources: JobStore) -> None:
        self._connections = connections
        self._resources = resources

    async def resolve(self, context: Context, desired: Desired, *, is_young: bool) -> None:
        """Look up the ids that are not known, and store them.

        While the resource `is_young`, an app that Entra does not know yet is waited for. Raises what `SyncApi` raises,
        `Halted` when a name has no match, and `ResourceChanged` when the resource uses another connection meanwhile.
        """
        api, resource = context.graph, context.resource
        service_principal_id = desired.service_principal_id
        if not service_principal_id:
            service_principal_id = await find_service_principal(api, desired, is_young=is_young)
        template_id = desired.template_id or await find_template(api, desired, service_principal_id)
        resolution = Resolution(
            desired.app_id,
            service_principal_id,
            desired.connection_name,
            desired.factory_tag,
            template_id,
            uses_install_connection=desired.uses_install_connection,
        )
        if not self._connections.still_uses(self._resources.newest(resource), context.connection):
            raise ResourceChanged(f"{resource.key} uses another connection now than when its names were looked up")
        self._resources.remember_resolution(resource, resolution)
