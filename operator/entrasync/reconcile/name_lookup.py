"""Finds the ids behind names in a spec: the service principal of an app id, the template of a factory tag."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import REPLICATION_RETRY_DELAY, Stall, Wait
from entrasync.core.remote.templates import describe_offer
from entrasync.core.resource.desired import Desired
from entrasync.reconcile.ports.graph import SyncApi


async def find_service_principal(api: SyncApi, desired: Desired, *, is_young: bool) -> str:
    """Find the service principal of `spec.servicePrincipal.appId`.

    While the resource `is_young`, an app that Entra does not know yet is waited for. Raises what `SyncApi` raises, and
    `Halted` when there is none.
    """
    app_id = str(desired.app_id)
    if found := await api.find_service_principal(app_id):
        return found
    raise _not_there(
        f"Tenant {api.tenant_id} has no service principal of app {app_id}. spec.servicePrincipal.appId takes the "
        "Application ID of the enterprise application (not an Object ID): correct it, or give an app registration "
        "admin consent in that tenant, which makes one.",
        is_young=is_young,
    )


async def find_template(api: SyncApi, desired: Desired, service_principal_id: str) -> str:
    """Find the template of `spec.template.factoryTag`.

    Raises what `SyncApi` raises, and `Halted` unless just one template has the tag.
    """
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


def _not_there(message: str, *, is_young: bool) -> EntraSyncError:
    if is_young:
        return Halted(Wait(Reason.WAITING_FOR_REPLICATION, message, after=REPLICATION_RETRY_DELAY))
    return Halted(Stall(Reason.SERVICE_PRINCIPAL_NOT_FOUND, message))
