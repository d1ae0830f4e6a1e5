"""Answers the calls that read service principals."""

from typing import Any

from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.calls import Call, check_directory_roles, refuse_unknown_principal
from graph_simulator.web.queries import (
    LIST_OPTIONS,
    Page,
    check_options,
    read_filter,
    read_select,
    refuse_unsimulated,
    select_members,
    take_page,
    write_count,
    write_link,
)
from graph_simulator.world.directory import ServicePrincipal

PAGE_OF_PRINCIPALS = 100
"""The service principals on a page without `$top` (graph-facts 6.5)."""


def get_service_principal(call: Call) -> Answer:
    """Answer with a service principal, found by object id or by `(appId='...')`."""
    check_directory_roles(call)
    world, target = call.world, call.target
    if target.app:
        principal = world.find_by_app(call.tenant, target.app)
    else:
        principal = world.find_service_principal(call.tenant, target.service_principal)
    if principal is None:
        raise refuse_unknown_principal(call, target.service_principal or target.app)
    check_options(call, {"$select"})
    fields = _select_of_principals(call)
    context = f"{call.metadata_url}#servicePrincipals{_write_fields(call)}/$entity"
    return answer_json(200, {"@odata.context": context} | select_members(_write_principal(principal), fields))


def list_service_principals(call: Call) -> Answer:
    """Answer with a page of service principals: all, or those that a filter selects."""
    check_directory_roles(call)
    check_options(call, LIST_OPTIONS)
    fields = _select_of_principals(call)
    principals = [sp for sp in call.world.service_principals.values() if sp.tenant_id == call.tenant]
    documents = _filter_principals(call, [_write_principal(sp) for sp in principals])
    page = take_page(call, documents, size=PAGE_OF_PRINCIPALS)
    head = {"@odata.context": f"{call.metadata_url}#servicePrincipals{_write_fields(call)}"} | _count_advanced(
        call, page
    )
    if page.has_more:
        head["@odata.nextLink"] = write_link(call, call.origin, page.end)
    return answer_json(200, head | {"value": [select_members(document, fields) for document in page.items]})


def _filter_principals(call: Call, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    clause = read_filter(call)
    if clause is None:
        return documents
    if clause.name not in _PRINCIPAL_PROPERTIES:
        text = f"Could not find a property named '{clause.name}' on type 'microsoft.graph.servicePrincipal'."
        raise call.refuse(400, "BadRequest", text)
    if documents and clause.name not in documents[0]:
        raise refuse_unsimulated(call, f"The property {clause.name} of service principals")
    return [document for document in documents if clause.matches(document[clause.name])]


def _select_of_principals(call: Call) -> frozenset[str]:
    fields = read_select(call, "servicePrincipal", _PRINCIPAL_PROPERTIES)
    if unsimulated := sorted(fields - _SIMULATED_PROPERTIES):
        raise refuse_unsimulated(call, f"The property {unsimulated[0]} of service principals")
    return fields


def _write_fields(call: Call) -> str:
    fields = call.query.get("$select", "")
    return f"({fields})" if fields else ""


def _count_advanced(call: Call, page: Page[Any]) -> dict[str, Any]:
    """Count as the directory does, which asks for the header ConsistencyLevel (graph-facts 6.5)."""
    if write_count(call, page) and call.headers.get("consistencylevel", "").lower() != "eventual":
        raise call.refuse(400, "Request_UnsupportedQuery", "$count needs the header ConsistencyLevel: eventual.")
    return write_count(call, page)


def _write_principal(principal: ServicePrincipal) -> dict[str, Any]:
    return {
        "id": principal.id,
        "deletedDateTime": None,
        "accountEnabled": True,
        "alternativeNames": [],
        "appDisplayName": principal.display_name,
        "appId": principal.app_id,
        "appOwnerOrganizationId": principal.tenant_id,
        "appRoleAssignmentRequired": True,
        "displayName": principal.display_name,
        "servicePrincipalNames": [principal.app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg",
        "tags": ["WindowsAzureActiveDirectoryIntegratedApp"],
    }


_SIMULATED_PROPERTIES = frozenset(_write_principal(ServicePrincipal(id="", app_id="", display_name="")))
_PRINCIPAL_PROPERTIES = _SIMULATED_PROPERTIES | {
    "addIns",
    "appDescription",
    "applicationTemplateId",
    "appRoles",
    "customSecurityAttributes",
    "description",
    "disabledByMicrosoftStatus",
    "homepage",
    "info",
    "keyCredentials",
    "loginUrl",
    "logoutUrl",
    "notes",
    "notificationEmailAddresses",
    "oauth2PermissionScopes",
    "passwordCredentials",
    "preferredSingleSignOnMode",
    "preferredTokenSigningKeyThumbprint",
    "replyUrls",
    "resourceSpecificApplicationPermissions",
    "samlSingleSignOnSettings",
    "tokenEncryptionKeyId",
    "verifiedPublisher",
}
"""The properties of servicePrincipal in v1.0 (META): those that are simulated, and the others."""
