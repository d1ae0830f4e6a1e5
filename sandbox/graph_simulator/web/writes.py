"""Answers the calls that create, change, start, pause, restart and delete jobs."""

from graph_simulator.web.answers import Answer
from graph_simulator.web.bodies import check_members, check_parameters, read_member, read_object, read_settings
from graph_simulator.web.calls import (
    NO_PRIVILEGES,
    PATCH_JOBS,
    WRITE_JOBS,
    WRONG_METHOD,
    Call,
    find_job,
    find_principal,
    find_template_of_body,
)
from graph_simulator.web.queries import JOB_PROPERTIES
from graph_simulator.web.reads import answer_job
from graph_simulator.world.directory import JobRecord, ServicePrincipal
from graph_simulator.world.jobs.job import Job, change_interval, change_settings
from graph_simulator.world.jobs.job import pause_job as pause
from graph_simulator.world.jobs.job import start_job as start
from graph_simulator.world.jobs.restarts import read_scope
from graph_simulator.world.jobs.restarts import restart_job as restart
from graph_simulator.world.templates import Template
from graph_simulator.world.times import parse_duration


def create_job(call: Call) -> Answer:
    """Create a job from a template that the service principal offers; each call creates one more (graph-facts 4.2)."""
    principal = find_principal(call, WRITE_JOBS)
    document = read_object(call)
    check_members(call, document, "synchronizationJob", JOB_PROPERTIES)
    template = find_template_of_body(call, principal, read_member(call, document, "templateId", str))
    if call.world.switches.second_job_same_template == 409:
        _refuse_second(call, principal, template)
    job = call.world.create_job(principal, template, call.now)
    call.had_effect, call.made_job = True, job.id
    switches = call.world.switches
    members = ("id", "templateId") if switches.create_answer == "thin" else None
    return answer_job(call, JobRecord(job), switches.create_status, members=members)


def start_job(call: Call) -> Answer:
    """Start a job."""
    record = _find_for_action(call)
    healthy = record.job.is_active and record.job.quarantine is None
    refusal = call.world.switches.start_when_active
    if healthy and refusal != 204:
        raise call.refuse(refusal, "Conflict" if refusal == 409 else "BadRequest", "The job is active.", nested=True)
    record.job = start(record.job, call.now)
    call.had_effect = True
    return Answer(204)


def pause_job(call: Call) -> Answer:
    """Pause a job."""
    record = _find_for_action(call)
    record.job = pause(record.job, call.now, switches=call.world.switches)
    call.had_effect = True
    return Answer(204)


def restart_job(call: Call) -> Answer:
    """Restart a job, and reset what `criteria.resetScope` names."""
    record = _find_for_action(call)
    document = read_object(call)
    check_parameters(call, document, "restart", {"criteria"})
    criteria = read_member(call, document, "criteria", dict) or {}
    check_members(call, criteria, "synchronizationJobRestartCriteria", {"resetScope"})
    try:
        scope = read_scope(read_member(call, criteria, "resetScope", str))
    except ValueError as error:
        raise call.refuse(400, "BadRequest", str(error)) from error
    record.job = restart(record.job, scope, call.now, switches=call.world.switches)
    call.had_effect = True
    return Answer(204)


def update_job(call: Call) -> Answer:
    """Change a job's settings, and its interval if a switch says so; other members are ignored (graph-facts 5.1)."""
    record = _find_for_action(call, PATCH_JOBS)
    document, job = read_object(call), record.job
    check_members(call, document, "synchronizationJob", JOB_PROPERTIES)
    interval = read_member(call, read_member(call, document, "schedule", dict) or {}, "interval", str)
    if interval is not None:
        job = _set_interval(call, job, interval)
    items = read_member(call, document, "synchronizationJobSettings", list)
    if items is not None:
        replaces = call.world.switches.patch_settings_replaces
        job = change_settings(job, read_settings(call, items), call.now, replaces=replaces)
    record.job = job
    call.had_effect = True
    return Answer(204) if call.world.switches.patch_status == 204 else answer_job(call, record, 200)


def _set_interval(call: Call, job: Job, text: str) -> Job:
    try:
        interval = parse_duration(text)
    except ValueError as error:
        raise call.refuse(400, "BadRequest", f"Cannot convert '{text}' to the expected type 'Edm.Duration'.") from error
    match call.world.switches.patch_interval:
        case "taken":
            return change_interval(job, interval, call.now)
        case "refused_400":
            raise call.refuse(400, "BadRequest", "The property 'interval' is read-only.", nested=True)
        case "refused_401":
            raise call.refuse(401, "UnknownError", "")
        case "refused_403":
            raise call.refuse(403, "Authorization_RequestDenied", NO_PRIVILEGES)
        case "refused_405":
            raise call.refuse(405, "Request_BadRequest", WRONG_METHOD)
        case _:
            return job


def delete_job(call: Call) -> Answer:
    """Delete a job."""
    record = _find_for_action(call)
    call.world.delete_job(record, call.now)
    call.had_effect = True
    return Answer(204)


def _find_for_action(call: Call, needed: frozenset[str] = WRITE_JOBS) -> JobRecord:
    record = find_job(call, find_principal(call, needed), "act")
    if (call.now - record.job.changed).total_seconds() < call.world.switches.conflict_seconds:
        raise call.refuse(409, "Conflict", "Another change of the job is not finished.")
    return record


def _refuse_second(call: Call, principal: ServicePrincipal, template: Template) -> None:
    for record in call.world.list_records(principal.id, call.now):
        if record.job.template.id == template.id and not record.is_deleted:
            raise call.refuse(409, "Conflict", f"A job of the template '{template.id}' exists.", nested=True)
