"""Answers the calls about the schemas of jobs and templates (graph-facts 3, calls 12 to 15, 18, 19 and 23)."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

from graph_simulator.web.answers import Answer, answer_json, answer_number
from graph_simulator.web.bodies import check_members, read_member, read_object
from graph_simulator.web.calls import (
    DISCOVER,
    READ_JOBS,
    WRITE_JOBS,
    Call,
    find_job,
    find_principal,
    find_template_of_path,
    write_context,
)
from graph_simulator.web.queries import check_options, refuse_unsimulated
from graph_simulator.world.directory import ServicePrincipal
from graph_simulator.world.filter_operators import FILTER_OPERATORS
from graph_simulator.world.schemas import Schema
from graph_simulator.world.templates import Template
from graph_simulator.world.times import format_time

_PROPERTIES = frozenset({"id", "version", "synchronizationRules", "directories"})


def find_schema(call: Call, needed: frozenset[str] = READ_JOBS) -> tuple[str, Schema]:
    """Find the service principal's id and the schema that the path names."""
    principal = find_principal(call, needed)
    check_options(call, ())
    if call.target.job:
        record = find_job(call, principal, "get")
        return principal.id, call.world.read_schema(record.job)
    template = find_template_of_path(call, principal)
    return principal.id, call.world.read_template_schema(principal.id, template)


def _write_owner(call: Call) -> str:
    target = call.target
    return f"/jobs('{target.job}')/schema" if target.job else f"/templates('{target.template}')/schema"


def get_schema(call: Call) -> Answer:
    """Answer with a schema, which has its directories inline."""
    principal, schema = find_schema(call)
    context = write_context(call, principal, f"{_write_owner(call)}/$entity")
    return answer_json(200, {"@odata.context": context} | schema)


def put_schema(call: Call) -> Answer:
    """Replace the schema of a job by that of the request, except for its id and version (graph-facts 5.2)."""
    principal = find_principal(call, WRITE_JOBS)
    record = find_job(call, principal, "act")
    call.world.change_schema(record, _read_parts(call), call.now)
    call.had_effect = True
    return Answer(204)


def _read_parts(call: Call) -> Schema:
    """Read the rules and directories of a schema; those that are missing are none."""
    document = read_object(call)
    check_members(call, document, "synchronizationSchema", _PROPERTIES)
    return {name: read_member(call, document, name, list) or [] for name in ("synchronizationRules", "directories")}


def put_template_schema(call: Call) -> Answer:
    """Replace the schema of a template of an application; jobs made from it keep theirs."""
    principal, template = _find_template(call)
    call.world.change_template_schema(principal.id, template, _read_parts(call), call.now)
    call.had_effect = True
    return Answer(204)


def delete_template_schema(call: Call) -> Answer:
    """Give a template of an application its own schema again."""
    principal, template = _find_template(call)
    call.world.change_template_schema(principal.id, template, None, call.now)
    call.had_effect = True
    return Answer(204)


def _find_template(call: Call) -> tuple[ServicePrincipal, Template]:
    """Find the template whose schema is written, which is documented under applications only."""
    principal = find_principal(call, WRITE_JOBS)
    if not call.target.application:
        raise refuse_unsimulated(call, "This operation", "It is documented for applications only.")
    return principal, find_template_of_path(call, principal)


def delete_schema(call: Call) -> Answer:
    """Give a job the schema of its template again."""
    principal = find_principal(call, WRITE_JOBS)
    call.world.change_schema(find_job(call, principal, "act"), None, call.now)
    call.had_effect = True
    return Answer(204)


def patch_schema(call: Call) -> Answer:
    """Refuse a PATCH, which is described and does not exist (graph-facts 0.7)."""
    find_schema(call, WRITE_JOBS)
    raise call.refuse(404, "UnknownError", "")


def list_operators(call: Call) -> Answer:
    """Answer with the operators of scoping filters."""
    find_schema(call, WRITE_JOBS)
    value = [
        {
            "id": operator.name,
            "arity": operator.arity,
            "multivaluedComparisonType": "All",
            "supportedAttributeTypes": list(operator.types),
        }
        for operator in FILTER_OPERATORS
    ]
    return answer_json(200, {"@odata.context": f"{call.metadata_url}#filterOperators", "value": value})


def list_directories(call: Call) -> Answer:
    """Answer with the directories of a schema."""
    principal, schema = find_schema(call)
    context = write_context(call, principal, f"{_write_owner(call)}/directories")
    return answer_json(200, {"@odata.context": context, "value": schema["directories"]})


def count_directories(call: Call) -> Answer:
    """Answer with the number of a schema's directories."""
    return answer_number(len(find_schema(call)[1]["directories"]))


def get_directory(call: Call) -> Answer:
    """Answer with one directory of a schema."""
    principal, schema = find_schema(call)
    return _answer_directory(call, principal, _find_directory(call, schema))


def _find_directory(call: Call, schema: Schema) -> dict[str, Any]:
    for directory in schema["directories"]:
        if isinstance(directory, dict) and directory.get("id") == call.target.directory:
            return directory
    raise call.refuse(404, call.world.switches.missing_job_code, call.world.switches.missing_job_message)


def _answer_directory(call: Call, principal: str, directory: dict[str, Any]) -> Answer:
    context = write_context(call, principal, f"{_write_owner(call)}/directories/$entity")
    return answer_json(200, {"@odata.context": context} | directory)


def discover_directory(call: Call) -> Answer:
    """Discover a directory of a schema: it gets a new version and the time; what it holds stays as it is."""
    principal = find_principal(call, DISCOVER)
    schema = deepcopy(find_schema(call, DISCOVER)[1])
    directory = _find_directory(call, schema)
    directory |= {"discoveryDateTime": format_time(call.now), "version": str(uuid4())}
    if call.target.job:
        call.world.change_schema(find_job(call, principal, "act"), schema, call.now)
    else:
        call.world.change_template_schema(principal.id, find_template_of_path(call, principal), schema, call.now)
    call.had_effect = True
    return _answer_directory(call, principal.id, directory)
