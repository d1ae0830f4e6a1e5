"""Serves clock, faults, switches and journal: how the simulator behaves and which requests it got."""

import json
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_simulator.clock import WorldClock
from graph_simulator.control_api.wire import change_dataclass, get_simulator, read_dataclass, read_document, reply
from graph_simulator.traffic.faults import ArmedFault, Fault
from graph_simulator.traffic.journal import Entry
from graph_simulator.traffic.operations import OPERATIONS
from graph_simulator.traffic.throttle import Congestion, Throttle, WriteQuota
from graph_simulator.world.replication import Replication
from graph_simulator.world.times import parse_time


def describe_clock(clock: WorldClock) -> dict[str, Any]:
    """Return the simulated time and the three numbers that it is computed from."""
    return {
        "now": clock.now(),
        "start": clock.start,
        "origin": clock.origin,
        "rate": clock.rate,
        "frozen": clock.frozen,
    }


async def get_clock(request: Request) -> Response:
    """Return the clock."""
    return reply(describe_clock(get_simulator(request).clock))


async def patch_clock(request: Request) -> Response:
    """Set the time (`now`), advance it (`advance_seconds`), change the `rate`, or stop or run the clock (`frozen`)."""
    clock, document = get_simulator(request).clock, await read_document(request)
    if "frozen" in document:
        clock.freeze() if document["frozen"] else clock.run()
    if "now" in document:
        clock.set(parse_time(document["now"]))
    if "advance_seconds" in document:
        clock.advance(timedelta(seconds=document["advance_seconds"]))
    if "rate" in document:
        clock.set(clock.now())
        clock.rate = float(document["rate"])
    return reply(describe_clock(clock))


def _describe_fault(armed: ArmedFault) -> dict[str, Any]:
    return {
        "id": armed.id,
        "seen": armed.seen,
        "hits": armed.hits,
        "holding": armed.holding,
        "fault": armed.fault,
    }


async def post_fault(request: Request) -> Response:
    """Add a fault."""
    fault = read_dataclass(Fault, await read_document(request))
    if fault.operation not in {"*", *OPERATIONS}:
        raise ValueError(f"no operation {fault.operation}; there are {', '.join(OPERATIONS)}")
    armed = get_simulator(request).faults.arm(fault)
    return reply(_describe_fault(armed), 201)


async def get_faults(request: Request) -> Response:
    """List all faults, also those that are over."""
    return reply({"items": [_describe_fault(armed) for armed in get_simulator(request).faults.armed.values()]})


async def get_fault(request: Request) -> Response:
    """Return a fault; with `hits` or `holding`, wait up to `wait` real seconds until there are that many."""
    simulator, query = get_simulator(request), request.query_params
    armed = simulator.faults.armed[request.path_params["id"]]
    hits, holding = int(query.get("hits", 0)), int(query.get("holding", 0))
    await simulator.journal.wait_for(
        lambda: armed.hits >= hits and armed.holding >= holding, float(query.get("wait", 0))
    )
    return reply(_describe_fault(armed))


async def release_fault(request: Request) -> Response:
    """Release the requests that a fault holds, and hold no more."""
    armed = get_simulator(request).faults.armed[request.path_params["id"]]
    armed.release.set()
    return reply(_describe_fault(armed))


async def delete_faults(request: Request) -> Response:
    """Remove one fault, or all."""
    faults = get_simulator(request).faults
    if "id" in request.path_params:
        faults.disarm(request.path_params["id"])
    else:
        faults.clear()
    return reply({})


async def get_switches(request: Request) -> Response:
    """Return the switches."""
    return reply(get_simulator(request).world.switches)


async def patch_switches(request: Request) -> Response:
    """Change switches."""
    world = get_simulator(request).world
    world.switches = change_dataclass(world.switches, await read_document(request))
    return reply(world.switches)


async def patch_behaviour(request: Request) -> Response:
    """Change `latency_seconds`, the limits (`throttle`, `write_quota`, `congestion`), and how slowly Graph replicates.

    `creation` and `deletion` say how slowly jobs come and go.
    """
    simulator, document = get_simulator(request), await read_document(request)
    if "latency_seconds" in document:
        simulator.latency_seconds = float(document["latency_seconds"])
    if "throttle" in document:
        simulator.throttle = read_dataclass(Throttle, document["throttle"])
    if "write_quota" in document:
        simulator.write_quota = read_dataclass(WriteQuota, document["write_quota"])
    if "congestion" in document:
        simulator.congestion = read_dataclass(Congestion, document["congestion"])
    if "creation" in document:
        simulator.world.creation = read_dataclass(Replication, document["creation"])
    if "deletion" in document:
        simulator.world.deletion = read_dataclass(Replication, document["deletion"])
    return reply({})


def describe_entry(entry: Entry) -> dict[str, Any]:
    """Return a journal entry as JSON."""
    return {
        "sequence": entry.sequence,
        "real_time": entry.real_time,
        "world_time": entry.world_time,
        "method": entry.method,
        "path": entry.path,
        "query": entry.query,
        "operation": entry.target.operation,
        "version": entry.target.version,
        "service_principal": entry.target.service_principal,
        "job": entry.job,
        "batch": entry.batch,
        "status": entry.status,
        "retry_after": entry.retry_after,
        "limit": entry.limit,
        "end": entry.end,
        "had_effect": entry.had_effect,
        "fault": entry.fault,
        "client_request_id": entry.headers.get("client-request-id"),
        "headers": entry.headers,
        "connection": entry.connection,
        "in_flight": entry.in_flight,
        "seconds": entry.seconds,
        "roles": entry.roles,
        "body": _decode_body(entry.body),
    }


def _decode_body(body: bytes | None) -> object:
    """Decode a body of the journal: as JSON if it is JSON, else as text."""
    if body is None:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


async def get_journal(request: Request) -> Response:
    """List the entries of an `operation`, a `service_principal` and a `job`, and with a sequence number above `after`.

    Waits up to `wait` real seconds until there are `at_least` that many, and with `idle` until none is under way.
    """
    journal, query = get_simulator(request).journal, request.query_params
    wanted = {name: query.get(name, "") for name in ("operation", "service_principal", "job")}
    after, at_least, idle = int(query.get("after", 0)), int(query.get("at_least", 0)), "idle" in query

    def is_there() -> bool:
        if idle and journal.in_flight:
            return False
        return not at_least or sum(1 for _ in journal.select(**wanted, after=after)) >= at_least

    await journal.wait_for(is_there, float(query.get("wait", 0)))
    items = [describe_entry(entry) for entry in journal.select(**wanted, after=after)]
    return reply({"items": items, "dropped": journal.dropped})


async def delete_journal(request: Request) -> Response:
    """Delete all entries and counters."""
    get_simulator(request).journal.clear()
    return reply({})


async def get_calls(request: Request) -> Response:
    """Count the calls by operation, those to the token service separately."""
    return reply(get_simulator(request).journal.count_calls())


ROUTES = [
    Route("/clock", get_clock, methods=["GET"]),
    Route("/clock", patch_clock, methods=["PATCH"]),
    Route("/faults", post_fault, methods=["POST"]),
    Route("/faults", get_faults, methods=["GET"]),
    Route("/faults", delete_faults, methods=["DELETE"]),
    Route("/faults/{id}", get_fault, methods=["GET"]),
    Route("/faults/{id}", delete_faults, methods=["DELETE"]),
    Route("/faults/{id}/release", release_fault, methods=["POST"]),
    Route("/switches", get_switches, methods=["GET"]),
    Route("/switches", patch_switches, methods=["PATCH"]),
    Route("/behaviour", patch_behaviour, methods=["PATCH"]),
    Route("/journal", get_journal, methods=["GET"]),
    Route("/journal", delete_journal, methods=["DELETE"]),
    Route("/calls", get_calls, methods=["GET"]),
]
