"""Serves jobs: their creation, state, scripts, quarantines, overrides, and changes that another client makes."""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_simulator.control_api.wire import get_simulator, read_dataclass, read_document, reply
from graph_simulator.state import SimulatorState
from graph_simulator.world.directory import JobRecord
from graph_simulator.world.enums import QUARANTINE_REASONS
from graph_simulator.world.jobs.executions import SynchronizationError
from graph_simulator.world.jobs.job import change_interval, change_settings, pause_job, start_job
from graph_simulator.world.jobs.outcomes import Outcome
from graph_simulator.world.jobs.quarantines import impose_quarantine
from graph_simulator.world.jobs.restarts import read_scope, restart_job
from graph_simulator.world.overrides import Override
from graph_simulator.world.replication import Replication, begin_replication
from graph_simulator.world.representation import write_job
from graph_simulator.world.schemas import Schema


def describe_job(simulator: SimulatorState, record: JobRecord) -> dict[str, Any]:
    """Return everything about a job: its whole state, what hides it, and what Graph would answer."""
    now = simulator.clock.now()
    return {
        "id": record.job.id,
        "service_principal_id": record.job.service_principal_id,
        "template_id": record.job.template.id,
        "state": asdict(record.job),
        "unseen": record.unseen,
        "is_deleted": record.is_deleted,
        "override": record.override,
        "graph": write_job(record.job, now, simulator.world.switches),
    }


async def post_job(request: Request) -> Response:
    """Create a job as the portal does: `service_principal`, `template`, `started`; callers see it at once."""
    simulator, document = get_simulator(request), await read_document(request)
    record = _create_job(simulator, document["service_principal"], document)
    return reply(describe_job(simulator, record), 201)


async def post_jobs(request: Request) -> Response:
    """Create a job of each of the `service_principals`, with the same `template` and `started`."""
    simulator, document = get_simulator(request), await read_document(request)
    records = [_create_job(simulator, each, document) for each in document["service_principals"]]
    return reply({"items": [{"id": record.job.id} for record in records]}, 201)


def _create_job(simulator: SimulatorState, service_principal: str, document: dict[str, Any]) -> JobRecord:
    world, now = simulator.world, simulator.clock.now()
    principal = world.service_principals[service_principal]
    wanted = document.get("template") or principal.templates[0].id
    template = next(item for item in principal.templates if item.id == wanted)
    job = world.create_job(principal, template, now)
    record = world.find_record(principal.id, job.id, now)
    if record is None:
        raise KeyError(job.id)
    record.unseen = None
    if document.get("started"):
        record.job = start_job(job, now)
    return record


async def get_jobs(request: Request) -> Response:
    """List all jobs, or those of a service principal."""
    simulator = get_simulator(request)
    wanted, now = request.query_params.get("service_principal"), simulator.clock.now()
    records = simulator.world.list_records(wanted, now) if wanted else simulator.world.all_records(now)
    return reply({"items": [describe_job(simulator, record) for record in records if not record.is_deleted]})


def _find_record(request: Request) -> JobRecord:
    simulator = get_simulator(request)
    record = simulator.world.find_record_anywhere(request.path_params["id"], simulator.clock.now())
    if record is None:
        raise KeyError(request.path_params["id"])
    return record


async def get_job(request: Request) -> Response:
    """Return everything about a job."""
    return reply(describe_job(get_simulator(request), _find_record(request)))


async def get_schema(request: Request) -> Response:
    """Return the schema of a job."""
    return reply(get_simulator(request).world.read_schema(_find_record(request).job))


async def put_schema(request: Request) -> Response:
    """Replace the rules and directories of a job's schema, as another client would; the journal does not show it."""
    simulator, record, document = get_simulator(request), _find_record(request), await read_document(request)
    parts: Schema = {name: document[name] for name in ("synchronizationRules", "directories") if name in document}
    simulator.world.change_schema(record, parts, simulator.clock.now())
    return reply(simulator.world.read_schema(record.job))


async def post_script(request: Request) -> Response:
    """Set the outcomes of the next cycles (`next`), and of all later ones (`habit`)."""
    record, document = _find_record(request), await read_document(request)
    script = tuple(read_dataclass(Outcome, _with_error(item)) for item in document.get("next", []))
    habit = read_dataclass(Outcome, _with_error(document["habit"])) if "habit" in document else record.job.habit
    record.job = replace(record.job, script=script, habit=habit)
    return reply(describe_job(get_simulator(request), record))


def _with_error(item: dict[str, Any]) -> dict[str, Any]:
    error = item.get("error")
    return item | {"error": read_dataclass(SynchronizationError, error)} if error else item


async def post_quarantine(request: Request) -> Response:
    """Put an active job into quarantine now, with a `reason` and an `error`."""
    simulator, record, document = get_simulator(request), _find_record(request), await read_document(request)
    if not record.job.is_active:
        raise ValueError("only an active job can be put into quarantine")
    if document["reason"] not in QUARANTINE_REASONS:
        raise ValueError(f"no reason {document['reason']}; there are {', '.join(QUARANTINE_REASONS)}")
    error = _with_error(document).get("error") or SynchronizationError(
        document["reason"], f"The job was put into quarantine: {document['reason']}.", tenant_actionable=True
    )
    now = simulator.clock.now()
    # The end of a running cycle would lift the quarantine, so that cycle is dropped.
    job = replace(record.job, running=None)
    record.job = impose_quarantine(job, document["reason"], error, now, switches=simulator.world.switches)
    return reply(describe_job(simulator, record))


async def post_action(request: Request) -> Response:
    """Do to a job what the portal does: `start`, `pause`, `restart` or `delete`."""
    simulator, record, now = get_simulator(request), _find_record(request), get_simulator(request).clock.now()
    match request.path_params["action"]:
        case "start":
            record.job = start_job(record.job, now)
        case "pause":
            record.job = pause_job(record.job, now, switches=simulator.world.switches)
        case "restart":
            scope = read_scope((await read_document(request)).get("scope"))
            record.job = restart_job(record.job, scope, now, switches=simulator.world.switches)
        case "delete":
            simulator.world.delete_job(record, now)
        case other:
            raise ValueError(f"no such action: {other}")
    return reply(describe_job(simulator, record))


async def patch_job(request: Request) -> Response:
    """Change a job as another client does: `settings` by name, null removes; `interval` in seconds or ISO 8601."""
    simulator, record, document = get_simulator(request), _find_record(request), await read_document(request)
    settings = dict(record.job.settings) | document.get("settings", {})
    kept = tuple((name, value) for name, value in settings.items() if value is not None)
    record.job = change_settings(record.job, kept, simulator.clock.now(), replaces=True)
    if "interval" in document:
        interval = TypeAdapter(timedelta).validate_python(document["interval"])
        record.job = change_interval(record.job, interval, simulator.clock.now())
    return reply(describe_job(simulator, record))


async def put_override(request: Request) -> Response:
    """Override parts of Graph's answer about a job; an empty object ends the override."""
    record, document = _find_record(request), await read_document(request)
    record.override = read_dataclass(Override, document) if document else None
    return reply({})  # not the override, which may have megabytes


async def put_unseen(request: Request) -> Response:
    """Hide a job that exists; an empty object shows it again."""
    simulator, record = get_simulator(request), _find_record(request)
    document = await read_document(request)
    record.unseen = (
        begin_replication(read_dataclass(Replication, document), simulator.clock.now()) if document else None
    )
    return reply(describe_job(simulator, record))


ROUTES = [
    Route("/jobs", post_job, methods=["POST"]),
    Route("/jobs/many", post_jobs, methods=["POST"]),
    Route("/jobs", get_jobs, methods=["GET"]),
    Route("/jobs/{id}", get_job, methods=["GET"]),
    Route("/jobs/{id}", patch_job, methods=["PATCH"]),
    Route("/jobs/{id}/schema", get_schema, methods=["GET"]),
    Route("/jobs/{id}/schema", put_schema, methods=["PUT"]),
    Route("/jobs/{id}/script", post_script, methods=["POST"]),
    Route("/jobs/{id}/quarantine", post_quarantine, methods=["POST"]),
    Route("/jobs/{id}/override", put_override, methods=["PUT"]),
    Route("/jobs/{id}/unseen", put_unseen, methods=["PUT"]),
    Route("/jobs/{id}/{action}", post_action, methods=["POST"]),
]
