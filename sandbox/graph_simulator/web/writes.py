import json
from typing import Any

from graph_simulator.web.answers import Answer
from graph_simulator.web.calls import WRITE_JOBS, Call, find_job, find_principal
from graph_simulator.web.reads import answer_job
from graph_simulator.world.directory import JobRecord, ServicePrincipal
from graph_simulator.world.jobs import pause_job as pause
from graph_simulator.world.jobs import start_job as start
from graph_simulator.world.templates import Template


def create_job(call: Call) -> Answer:
    """Make a job from a template that the service principal offers. Each call makes one more (graph-facts 4.2)."""
    principal = find_principal(call, WRITE_JOBS)
    template = _find_template(call, principal, _read_body(call).get("templateId"))
    if call.world.switches.second_job_same_template == 409:
        _refuse_second(call, principal, template)
    job = call.world.create_job(principal, template, call.now)
    call.had_effect, call.made_job = True, job.id
    return answer_job(call, JobRecord(job), call.world.switches.create_status)


def start_job(call: Call) -> Answer:
    """Schedule a job."""
    record = _find_for_action(call)
    healthy = record.job.is_active and record.job.quarantine is None
    refusal = call.world.switches.start_when_active
    if healthy and refusal != 204:
        raise call.refuse(refusal, "Conflict" if refusal == 409 else "BadRequest", "The job is active.", nested=True)
    record.job = start(record.job, call.now)
    call.had_effect = True
    return Answer(204)


def pause_job(call: Call) -> Answer:
    """Take a job off the schedule."""
    record = _find_for_action(call)
    record.job = pause(record.job, call.now, switches=call.world.switches)
    call.had_effect = True
    return Answer(204)


def delete_job(call: Call) -> Answer:
    """Delete a job."""
    record = _find_for_action(call)
    call.world.delete_job(record, call.now)
    call.had_effect = True
    return Answer(204)


def _find_for_action(call: Call) -> JobRecord:
    record = find_job(call, find_principal(call, WRITE_JOBS), "act")
    if (call.now - record.job.changed).total_seconds() < call.world.switches.conflict_seconds:
        raise call.refuse(409, "Conflict", "Another change of the job is not finished.")
    return record


def _read_body(call: Call) -> dict[str, Any]:
    if not call.body:
        raise call.refuse(400, "BadRequest", "Empty Payload. JSON content expected.")  # graph-facts 6.2
    try:
        document = json.loads(call.body)
    except ValueError as error:
        raise call.refuse(400, "BadRequest", "Unable to read JSON request payload.") from error
    if not isinstance(document, dict):
        raise call.refuse(400, "BadRequest", "Unable to read JSON request payload.")
    return document


def _find_template(call: Call, principal: ServicePrincipal, template_id: object) -> Template:
    for template in principal.templates:
        if template.id == template_id:
            return template
    switches = call.world.switches
    message = f"The template '{template_id}' is not offered for this service principal."
    raise call.refuse(switches.wrong_template_status, switches.wrong_template_code, message, nested=True)


def _refuse_second(call: Call, principal: ServicePrincipal, template: Template) -> None:
    for record in call.world.list_records(principal.id, call.now):
        if record.job.template.id == template.id and not record.is_deleted:
            raise call.refuse(409, "Conflict", f"A job of the template '{template.id}' exists.", nested=True)
