"""Answers the calls that read jobs and templates."""

from typing import Any

from graph_simulator.web.answers import GRAPH_JSON, Answer, answer_json, answer_number, write_json
from graph_simulator.web.calls import (
    READ_JOBS,
    WRONG_METHOD,
    Call,
    find_job,
    find_principal,
    find_template_of_path,
    write_context,
)
from graph_simulator.web.queries import (
    JOB_PROPERTIES,
    LIST_OPTIONS,
    TEMPLATE_PROPERTIES,
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
from graph_simulator.world.directory import JobRecord, ServicePrincipal
from graph_simulator.world.overrides import apply_override
from graph_simulator.world.representation import write_job, write_template
from graph_simulator.world.templates import Template

_FOREIGN_HOST = "https://graph.example.net"


def list_jobs(call: Call) -> Answer:
    """Answer with the jobs of a service principal, in pages only if a switch says so."""
    principal = find_principal(call, READ_JOBS)
    raw = call.world.raw_lists.get(principal.id)
    if raw is not None:
        return Answer(200, raw, content_type=GRAPH_JSON)
    check_options(call, LIST_OPTIONS)
    records = [r for r in call.world.list_records(principal.id, call.now) if r.is_seen("list", call.now)]
    page = take_page(call, _filter_jobs(call, records), size=call.world.switches.page_size)
    link = _link_jobs(call, page)
    context = write_context(call, principal.id, "/jobs")
    head = {"@odata.context": context} | write_count(call, page) | ({"@odata.nextLink": link} if link else {})
    jobs = b",".join(render_job(call, record) for record in page.items)
    return Answer(200, write_json(head)[:-1] + b',"value":[' + jobs + b"]}")


def get_job(call: Call) -> Answer:
    """Answer with one job."""
    principal = find_principal(call, READ_JOBS)
    check_options(call, {"$select"})
    return answer_job(call, find_job(call, principal, "get"), 200)


def answer_job(call: Call, record: JobRecord, status: int, *, members: tuple[str, ...] | None = None) -> Answer:
    """Answer with a job as an OData entity, or with some of its `members`."""
    sp = record.job.service_principal_id
    context = {"@odata.context": write_context(call, sp, "/jobs/$entity")}
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
    fields = read_select(call, "synchronizationJob", JOB_PROPERTIES)
    if call.world.switches.job_select_honoured:
        document = select_members(document, fields)
    return write_json(apply_override(document, override) if override else document)


def list_templates(call: Call) -> Answer:
    """Answer with the templates that a service principal offers."""
    principal = find_principal(call, READ_JOBS)
    check_options(call, {"$select", "$count", "$top", "$skiptoken"})
    page = take_page(call, list(principal.templates), size=0)
    context = write_context(call, principal.id, "/templates")
    value = [_render_template(call, principal, template) for template in page.items]
    link = {"@odata.nextLink": write_link(call, call.origin, page.end)} if page.has_more else {}
    return answer_json(200, {"@odata.context": context} | write_count(call, page) | link | {"value": value})


def get_template(call: Call) -> Answer:
    """Answer with one template."""
    principal = find_principal(call, READ_JOBS)
    check_options(call, {"$select"})
    template = find_template_of_path(call, principal)
    context = write_context(call, principal.id, "/templates/$entity")
    return answer_json(200, {"@odata.context": context} | _render_template(call, principal, template))


def _render_template(call: Call, principal: ServicePrincipal, template: Template) -> dict[str, Any]:
    context = write_context(call, principal.id, f"/templates('{template.id}')/schema/$entity")
    schema = call.world.read_template_schema(principal.id, template)
    document = write_template(template, call.target.version, schema, context)
    return select_members(document, read_select(call, "synchronizationTemplate", TEMPLATE_PROPERTIES))


def count(call: Call) -> Answer:
    """Answer with the number of a service principal's jobs, templates or secrets."""
    principal = find_principal(call, READ_JOBS)
    check_options(call, ())
    match call.target.counted.lower():
        case "jobs":
            records = call.world.list_records(principal.id, call.now)
            number = sum(1 for record in records if record.is_seen("list", call.now))
        case "templates":
            number = len(principal.templates)
        case _:
            number = len(call.world.secrets.get(principal.id, {}))
    return answer_number(number)


def ping(call: Call) -> Answer:
    """Answer the function Ping, which only beta has (graph-facts 2.1)."""
    find_principal(call, READ_JOBS)
    if call.target.version != "beta":
        raise call.refuse(405, "Request_BadRequest", WRONG_METHOD)
    return answer_json(200, {"@odata.context": f"{call.metadata_url}#Edm.String", "value": "Pong"})


def _filter_jobs(call: Call, records: list[JobRecord]) -> list[JobRecord]:
    clause = read_filter(call)
    if clause is None or not call.world.switches.job_filter_honoured:
        return records
    if clause.name.lower() == "templateid":  # Microsoft's own support writes it so (graph-facts 6.5)
        shown = call.world.switches.shown_template
        return [record for record in records if clause.matches(shown or record.job.template.id)]
    if clause.name == "id":
        return [record for record in records if clause.matches(record.job.id)]
    raise refuse_unsimulated(call, f"A filter of jobs by {clause.name}")


def _link_jobs(call: Call, page: Page[JobRecord]) -> str:
    switches = call.world.switches
    loops = switches.next_link == "loop" and switches.page_size
    if not page.has_more and not loops:
        return ""
    host = _FOREIGN_HOST if switches.next_link == "foreign" else call.origin
    return write_link(call, host, page.begin if loops else page.end)
