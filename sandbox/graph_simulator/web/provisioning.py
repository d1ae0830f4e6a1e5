"""Answers the calls that provision single objects: on demand, and by upload (graph-facts 3, calls 11 and 27)."""

from dataclasses import replace
from random import Random
from typing import Any
from urllib.parse import quote

from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.bodies import check_parameters, read_member, read_object
from graph_simulator.web.calls import (
    NO_PRIVILEGES,
    UPLOAD,
    WRITE_JOBS,
    Call,
    find_job,
    find_principal,
    refuse_unknown_resource,
)
from graph_simulator.web.queries import refuse_unsimulated
from graph_simulator.world.expressions.arguments import EvaluationInput
from graph_simulator.world.expressions.errors import UnsimulatedError
from graph_simulator.world.jobs.job import Job
from graph_simulator.world.provisioning.attempt import Attempt, provision
from graph_simulator.world.provisioning.objects import SourceObject
from graph_simulator.world.provisioning.report import write_outcome

LARGEST_UPLOAD = 50
"""The operations that one upload may have."""
MOST_MEMBERS = 5
"""The members of a group that one request may have, as in the portal (graph-facts 4.9)."""
_SCIM = "application/scim+json"


def provision_on_demand(call: Call) -> Answer:
    """Provision an object by a rule of the job's schema, whether the job runs or not."""
    principal = find_principal(call, WRITE_JOBS)
    job = find_job(call, principal, "act").job
    document = read_object(call)
    check_parameters(call, document, "provisionOnDemand", {"parameters"})
    parameters = read_member(call, document, "parameters", list) or []
    first = parameters[0] if parameters and isinstance(parameters[0], dict) else {}
    subject, rule = _read_subject(call, first), _find_rule(call, job, first.get("ruleId"))
    _check_saved_credentials(call, principal.id)
    attempt = _begin(call, job, subject, rule)
    try:
        outcome = provision(attempt)
    except UnsimulatedError as unknown:
        raise refuse_unsimulated(call, unknown.what, unknown.why) from unknown
    if outcome.result == "Success":
        target = {"id": call.world.draw_id()} | dict(outcome.target or {})
        outcome = replace(outcome, target=target)
        call.world.provisioned[job.id, attempt.source.id] = target
        call.had_effect = True
    as_list = call.world.switches.provisioning_form == "list"
    context = {"@odata.context": f"{call.metadata_url}#microsoft.graph.stringKeyStringValuePair"}
    written = write_outcome(attempt, outcome, call.world.draw_id(), call.now, as_list=as_list)
    return answer_json(200, context | written)


def _read_subject(call: Call, parameters: dict[str, Any]) -> dict[str, Any]:
    """Read the first object of the request."""
    subjects = read_member(call, parameters, "subjects", list) or []
    subject = subjects[0] if subjects else None
    if not isinstance(subject, dict) or not subject.get("objectId") or not subject.get("objectTypeName"):
        raise call.refuse(400, "BadRequest", "A subject needs the properties objectId and objectTypeName.")
    return subject


def _find_rule(call: Call, job: Job, rule_id: object) -> dict[str, Any]:
    """Find a rule of the job's schema."""
    rules = call.world.read_schema(job)["synchronizationRules"]
    rule: dict[str, Any] | None = next((item for item in rules if item.get("id") == rule_id), None)
    if rule is None:
        text = (
            f"The request names the synchronization rule {rule_id}, "
            f"which the synchronization job {job.id} does not have."
        )
        raise call.refuse(400, "RequestParameterInvalid", text)
    return rule


def _check_saved_credentials(call: Call, principal_id: str) -> None:
    """Refuse an application that has none, if the switch says so (graph-facts 4.9)."""
    if call.world.switches.unsaved_credentials == "refused" and not call.world.secrets.get(principal_id):
        raise call.refuse(400, "CredentialsMissing", "The application has no credentials of its target.")


def _begin(call: Call, job: Job, subject: dict[str, Any], rule: dict[str, Any]) -> Attempt:
    """Gather what is provisioned, and to what."""
    object_id, kind = str(subject["objectId"]), str(subject["objectTypeName"])
    mappings = [item for item in rule.get("objectMappings") or [] if item.get("sourceObjectName") == kind]
    if not mappings:
        text = f"The synchronization rule {rule['id']} maps no objects of the type '{kind}'. The case matters."
        raise call.refuse(400, "RequestParameterInvalid", text)
    principal_id = job.service_principal_id
    source = call.world.find_object(object_id, kind)
    is_missing = source is None or source.type != kind
    if is_missing and call.world.switches.missing_object == "404":
        raise refuse_unknown_resource(call, object_id)
    found = SourceObject(id=object_id, type=kind) if source is None or is_missing else source
    return Attempt(
        source=found,
        rule=rule,
        mapping=mappings[0],
        inputs=EvaluationInput(found.values, call.now, Random(call.world.draw_id())),
        existing=call.world.provisioned.get((job.id, object_id)),
        is_entitled=call.world.is_entitled(found, principal_id),
        members=_read_members(call, subject),
        is_missing=is_missing,
        refusal=call.world.check_credentials(principal_id, call.world.secrets.get(principal_id, {})),
    )


def _read_members(call: Call, subject: dict[str, Any]) -> tuple[str, ...]:
    """Read the ids of the members of a group that are provisioned with it."""
    links = read_member(call, subject, "links", dict) or {}
    members = read_member(call, links, "members", list) or []
    if len(members) > MOST_MEMBERS:
        raise call.refuse(400, "RequestParameterInvalid", f"A request may have up to {MOST_MEMBERS} members.")
    return tuple(str(member.get("objectId")) for member in members if isinstance(member, dict))


def upload(call: Call) -> Answer:
    """Accept an upload of users, which changes nothing in the simulated tenant."""
    if not call.roles & UPLOAD:
        raise call.refuse(403, "Authorization_RequestDenied", NO_PRIVILEGES)
    job = find_job(call, find_principal(call, UPLOAD), "act").job
    if not call.headers.get("content-type", "").lower().startswith(_SCIM):
        raise call.refuse(400, "BadRequest", "Invalid Data Format")
    operations = read_member(call, read_object(call), "Operations", list)
    if not operations or len(operations) > LARGEST_UPLOAD:
        raise call.refuse(400, "BadRequest", f"An upload has from 1 to {LARGEST_UPLOAD} operations.")
    call.had_effect = True
    query = quote(f"jobid eq '{job.id}'", safe="'")
    location = f"{call.origin}/{call.target.version}/auditLogs/provisioning/?$filter={query}"
    return Answer(202, headers=[(b"location", location.encode("ascii"))])
