"""Answers the calls that provision single objects: on demand, and by upload (graph-facts 3, calls 11 and 27)."""

import json
from typing import Any
from urllib.parse import quote

from graph_simulator.web.answers import Answer, answer_json
from graph_simulator.web.bodies import check_parameters, read_member, read_object
from graph_simulator.web.calls import NO_PRIVILEGES, UPLOAD, WRITE_JOBS, Call, find_job, find_principal
from graph_simulator.world.jobs.job import Job
from graph_simulator.world.times import format_time

LARGEST_UPLOAD = 50
"""The operations that one upload may have."""
_SCIM = "application/scim+json"


def provision_on_demand(call: Call) -> Answer:
    """Provision an object by a rule of the job's schema. The simulated tenant has no objects, so every id exists."""
    principal = find_principal(call, WRITE_JOBS)
    job = find_job(call, principal, "act").job
    document = read_object(call)
    check_parameters(call, document, "provisionOnDemand", {"parameters"})
    subject = _read_subject(call, job, read_member(call, document, "parameters", list) or [])
    refusal = call.world.check_credentials(principal.id, call.world.secrets.get(principal.id, {}))
    details = {"errorCode": refusal.code, "errorMessage": refusal.message} if refusal else {}
    result = "Failure" if refusal else "Success"
    answer = {
        "@odata.context": f"{call.metadata_url}#microsoft.graph.stringKeyStringValuePair",
        "key": json.dumps({"result": result, "details": details}),
        "value": json.dumps(_describe(call, subject, result)),
    }
    call.had_effect = refusal is None
    return answer_json(200, answer)


def _read_subject(call: Call, job: Job, parameters: list[Any]) -> dict[str, Any]:
    """Read the one object of the request, and check that the job's schema has the rule for it."""
    first = parameters[0] if parameters and isinstance(parameters[0], dict) else {}
    subjects = read_member(call, first, "subjects", list) or []
    subject = subjects[0] if subjects else None
    if not isinstance(subject, dict) or not subject.get("objectId") or not subject.get("objectTypeName"):
        raise call.refuse(400, "BadRequest", "A subject needs the properties objectId and objectTypeName.")
    rule = first.get("ruleId")
    if rule not in {item.get("id") for item in call.world.read_schema(job)["synchronizationRules"]}:
        text = (
            f"The request names the synchronization rule {rule}, which the synchronization job {job.id} does not have."
        )
        raise call.refuse(400, "RequestParameterInvalid", text)
    return subject


def _describe(call: Call, subject: dict[str, Any], result: str) -> dict[str, Any]:
    moment = format_time(call.now)
    steps = [("EntryImport", "Import", "Success"), ("EntryExportAdd", "Export", result)]
    return {
        "provisioningSteps": [
            {"name": name, "type": kind, "status": status, "description": "", "timestamp": moment, "details": {}}
            for name, kind, status in steps
        ],
        "modifiedProperties": [],
        "statusInfo": {"status": result, "errorCode": None, "reason": None},
        "sourceIdentity": {"id": subject["objectId"], "type": subject["objectTypeName"], "displayName": None},
        "startTime": moment,
        "endTime": moment,
    }


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
