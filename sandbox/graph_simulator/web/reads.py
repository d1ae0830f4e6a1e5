"""Answers the calls that read jobs, templates and service principals."""

import re
from typing import Any
from urllib.parse import quote

from graph_simulator.web.answers import GRAPH_JSON, Answer, answer_json, write_json
from graph_simulator.web.calls import (
    READ_JOBS,
    Call,
    check_directory_roles,
    find_job,
    find_principal,
    refuse_unknown_principal,
)
from graph_simulator.world.directory import JobRecord, ServicePrincipal
from graph_simulator.world.overrides import apply_override
from graph_simulator.world.representation import write_job, write_template

_EQUALS = re.compile(r"\s*(\w+)\s+eq\s+'([^']*)'\s*")
_STARTS_WITH = re.compile(r"\s*startswith\(\s*displayName\s*,\s*'([^']*)'\s*\)\s*", re.IGNORECASE)
_FOREIGN_HOST = "https://graph.example.net"


def list_jobs(call: Call) -> Answer:
    """Answer with the jobs of a service principal, in pages only if a switch says so."""
    principal = find_principal(call, READ_JOBS)
    raw = call.world.raw_lists.get(principal.id)
    if raw is not None:
        return Answer(200, raw, content_type=GRAPH_JSON)
    records = [r for r in call.world.list_records(principal.id, call.now) if r.is_seen("list", call.now)]
    records, link = _paginate(call, _filter_jobs(call, records))
    context = f"{call.metadata_url}#servicePrincipals('{principal.id}')/synchronization/jobs"
    head = write_json({"@odata.context": context} | ({"@odata.nextLink": link} if link else {}))
    return Answer(200, head[:-1] + b',"value":[' + b",".join(render_job(call, r) for r in records) + b"]}")


def get_job(call: Call) -> Answer:
    """Answer with one job."""
    principal = find_principal(call, READ_JOBS)
    return answer_job(call, find_job(call, principal, "get"), 200)


def answer_job(call: Call, record: JobRecord, status: int, *, members: tuple[str, ...] | None = None) -> Answer:
    """Answer with a job as an OData entity, or with some of its `members`."""
    sp = record.job.service_principal_id
    context = {"@odata.context": f"{call.metadata_url}#servicePrincipals('{sp}')/synchronization/jobs/$entity"}
    if members is not None:
        job = write_job(record.job, call.now, call.world.switches)
        return answer_json(status, context | {name: job[name] for name in members})
    return Answer(status, render_job(call, record, context))


def render_job(call: Call, record: JobRecord, annotations: dict[str, Any] | None = None) -> bytes:
    """Write a job's JSON, with the override of a test."""
    override = record.override
    if override is not None and override.raw is not None:
        return override.raw
    document = (annotations or {}) | write_job(record.job, call.now, call.world.switches)
    if call.world.switches.job_select_honoured:
        document = _select(call, document)
    return write_json(apply_override(document, override) if override else document)


def list_templates(call: Call) -> Answer:
    """Answer with the templates that a service principal offers."""
    principal = find_principal(call, READ_JOBS)
    context = f"{call.metadata_url}#servicePrincipals('{principal.id}')/synchronization/templates"
    value = [write_template(template, call.target.version) for template in principal.templates]
    return answer_json(200, {"@odata.context": context, "value": value})


def get_template(call: Call) -> Answer:
    """Answer with one template."""
    principal = find_principal(call, READ_JOBS)
    for template in principal.templates:
        if template.id == call.target.template:
            context = f"{call.metadata_url}#servicePrincipals('{principal.id}')/synchronization/templates/$entity"
            return answer_json(200, {"@odata.context": context} | write_template(template, call.target.version))
    raise call.refuse(404, call.world.switches.missing_job_code, call.world.switches.missing_job_message)


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
    fields = call.query.get("$select", "")
    context = f"{call.metadata_url}#servicePrincipals{f'({fields})' if fields else ''}/$entity"
    return answer_json(200, {"@odata.context": context} | _select(call, _write_principal(principal)))


def list_service_principals(call: Call) -> Answer:
    """Answer with service principals: all, or those that a filter by appId, id or displayName selects."""
    check_directory_roles(call)
    principals = [sp for sp in call.world.service_principals.values() if sp.tenant_id == call.tenant]
    documents = [_write_principal(sp) for sp in principals]
    wanted = call.query.get("$filter", "")
    if match := _EQUALS.fullmatch(wanted):
        documents = [document for document in documents if document.get(match[1]) == match[2]]
    elif match := _STARTS_WITH.fullmatch(wanted):
        documents = [document for document in documents if document["displayName"].startswith(match[1])]
    elif wanted:
        raise call.refuse(400, "Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: {wanted}")
    fields = call.query.get("$select", "")
    context = f"{call.metadata_url}#servicePrincipals{f'({fields})' if fields else ''}"
    return answer_json(200, {"@odata.context": context, "value": [_select(call, document) for document in documents]})


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


def _select(call: Call, document: dict[str, Any]) -> dict[str, Any]:
    fields = {name.strip() for name in call.query.get("$select", "").split(",") if name.strip()}
    return {name: value for name, value in document.items() if name in fields or "@" in name} if fields else document


def _filter_jobs(call: Call, records: list[JobRecord]) -> list[JobRecord]:
    match = _EQUALS.fullmatch(call.query.get("$filter", ""))
    if match is None or match[1].lower() != "templateid" or not call.world.switches.job_filter_honoured:
        return records
    return [record for record in records if record.job.template.id == match[2]]


def _paginate(call: Call, records: list[JobRecord]) -> tuple[list[JobRecord], str]:
    switches = call.world.switches
    if not switches.page_size:
        return records, ""
    token = call.query.get("$skiptoken", "0")
    begin = int(token) if token.isdecimal() else 0
    end = begin + switches.page_size
    if end >= len(records) and switches.next_link != "loop":
        return records[begin:end], ""
    host = _FOREIGN_HOST if switches.next_link == "foreign" else call.origin
    path = f"/{call.target.version}/servicePrincipals/{call.target.service_principal}/synchronization/jobs"
    following = begin if switches.next_link == "loop" else end
    return records[begin:end], f"{host}{path}?{quote('$skiptoken', safe='$')}={following}"
