"""Answers the call that reads an app registration, with its client secrets but without their values."""

from typing import Any
from uuid import NAMESPACE_OID, uuid5

from graph_simulator.identity.applications import Application
from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.calls import READ_APPLICATIONS, Call, check_directory_roles, refuse_unknown_resource
from graph_simulator.web.queries import check_options, read_select, refuse_unsimulated, select_members
from graph_simulator.world.times import format_time

_SIMULATED = frozenset({"id", "appId", "displayName", "passwordCredentials"})
_PROPERTIES = _SIMULATED | {
    "api",
    "appRoles",
    "createdDateTime",
    "identifierUris",
    "keyCredentials",
    "requiredResourceAccess",
    "signInAudience",
    "tags",
    "web",
}
"""The properties of application that are simulated, and some that are not."""


def get_application(call: Call) -> Answer:
    """Answer with the app registration that `(appId='...')` names, of those that may log in (graph-facts 7.3)."""
    check_directory_roles(call, READ_APPLICATIONS)
    application = call.registry.find(call.tenant, call.target.app.lower())
    if application is None:
        raise refuse_unknown_resource(call, call.target.app)
    check_options(call, {"$select"})
    fields = read_select(call, "application", _PROPERTIES)
    if unsimulated := sorted(fields - _SIMULATED):
        raise refuse_unsimulated(call, f"The property {unsimulated[0]} of applications")
    selected = f"({call.query['$select']})" if fields else ""
    context = f"{call.metadata_url}#applications{selected}/$entity"
    return answer_json(200, {"@odata.context": context} | select_members(_write_application(application), fields))


def _write_application(application: Application) -> dict[str, Any]:
    return {
        "id": application.object_id,
        "appId": application.client_id,
        "displayName": application.display_name,
        "passwordCredentials": [_write_password(application, secret) for secret in application.secrets],
    }


def _write_password(application: Application, secret: str) -> dict[str, Any]:
    end = application.secret_ends.get(secret)
    return {
        "customKeyIdentifier": None,
        "displayName": None,
        "endDateTime": format_time(end) if end else None,
        "hint": secret[:3],
        "keyId": str(uuid5(NAMESPACE_OID, f"{application.client_id} {secret}")),
        "secretText": None,
        "startDateTime": None,
    }
