"""Finds the ids behind names in a spec: the service principal of an app id, the template of a factory tag."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import REPLICATION_RETRY_DELAY, Stall, Wait
from entrasync.core.remote.templates import describe_offer
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.resolved_names import Resolution
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.ports.graph import SyncApi
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
        service_principal_id = desired.service_principal_id or await _find_service_principal(api, desired, is_young)
        template_id = desired.template_id or await _find_template(api, desired, service_principal_id)
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


async def _find_service_principal(api: SyncApi, desired: Desired, is_young: bool) -> str:
    app_id = str(desired.app_id)
    if found := await api.find_service_principal(app_id):
        return found
    raise _not_there(
        f"Tenant {api.tenant_id} has no service principal of app {app_id}. spec.servicePrincipal.appId takes the "
        "Application ID of the enterprise application (not an Object ID): correct it, or give an app registration "
        "admin consent in that tenant, which makes one.",
        is_young=is_young,
    )


def _not_there(message: str, *, is_young: bool) -> EntraSyncError:
    if is_young:
        return Halted(Wait(Reason.WAITING_FOR_REPLICATION, message, after=REPLICATION_RETRY_DELAY))
    return Halted(Stall(Reason.SERVICE_PRINCIPAL_NOT_FOUND, message))


async def _find_template(api: SyncApi, desired: Desired, service_principal_id: str) -> str:
    offered = await api.list_templates(service_principal_id)
    tagged = [template for template in offered if template.factory_tag == desired.factory_tag]
    if len(tagged) == 1:
        return tagged[0].id
    if tagged:
        ids = ", ".join(sorted(template.id for template in tagged))
        problem = f"offers {len(tagged)} templates with factory tag {desired.factory_tag}: {ids}"
        advice = "Give the one that is meant by spec.template.id."
    else:
        problem = f"offers no template with factory tag {desired.factory_tag}"
        advice = describe_offer(f"{template.id} ({template.factory_tag or 'no tag'})" for template in offered)
    raise Halted(Stall(Reason.TEMPLATE_NOT_OFFERED, f"Service principal {service_principal_id} {problem}. {advice}"))
