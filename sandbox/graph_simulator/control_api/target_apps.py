"""Serves stored secrets, target applications, and the records of secret writes and credential validations."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_simulator.control_api.wire import change_dataclass, get_simulator, read_document, reply
from graph_simulator.state import SimulatorState
from graph_simulator.world.secrets import SECRET_KEYS
from graph_simulator.world.target_apps import ACCEPTS_ANYTHING


def _find_principal(request: Request) -> tuple[SimulatorState, str]:
    simulator, principal_id = get_simulator(request), request.path_params["id"]
    return simulator, simulator.world.service_principals[principal_id].id


async def get_secrets(request: Request) -> Response:
    """Return the stored secrets, in clear."""
    simulator, principal_id = _find_principal(request)
    return reply({"values": simulator.world.secrets.get(principal_id, {})})


async def patch_secrets(request: Request) -> Response:
    """Store secrets as the portal does: `values` by key, an empty one removes; with `replaces` they replace all."""
    (simulator, principal_id), document = _find_principal(request), await read_document(request)
    values: dict[str, Any] = document["values"]
    if unknown := sorted(set(values) - SECRET_KEYS):
        raise ValueError(f"Graph knows no key {', '.join(unknown)}")
    written = tuple((key, value or "") for key, value in values.items())
    simulator.world.change_secrets(
        principal_id, written, simulator.clock.now(), replaces=bool(document.get("replaces"))
    )
    return reply({"values": simulator.world.secrets[principal_id]})


async def get_target_app(request: Request) -> Response:
    """Return what the target application accepts."""
    simulator, principal_id = _find_principal(request)
    return reply(simulator.world.target_apps.get(principal_id, ACCEPTS_ANYTHING))


async def patch_target_app(request: Request) -> Response:
    """Change what the target application accepts: the fields of `world.target_apps.TargetApp`."""
    (simulator, principal_id), document = _find_principal(request), await read_document(request)
    before = simulator.world.target_apps.get(principal_id, ACCEPTS_ANYTHING)
    after = change_dataclass(before, document)
    simulator.world.change_target_app(principal_id, after, simulator.clock.now())
    return reply(after)


def _select(request: Request, things: list[Any]) -> Response:
    wanted = request.query_params.get("service_principal", "")
    return reply({"items": [thing for thing in things if wanted in {"", thing.service_principal_id}]})


async def get_secret_writes(request: Request) -> Response:
    """List the PUTs of secrets that Graph accepted, oldest first; `service_principal` limits the list."""
    return _select(request, get_simulator(request).world.secret_writes)


async def get_credential_validations(request: Request) -> Response:
    """List the validations of credentials, oldest first; `service_principal` limits the list."""
    return _select(request, get_simulator(request).world.credential_validations)


ROUTES = [
    Route("/service-principals/{id}/secrets", get_secrets, methods=["GET"]),
    Route("/service-principals/{id}/secrets", patch_secrets, methods=["PATCH"]),
    Route("/service-principals/{id}/target-app", get_target_app, methods=["GET"]),
    Route("/service-principals/{id}/target-app", patch_target_app, methods=["PATCH"]),
    Route("/secret-writes", get_secret_writes, methods=["GET"]),
    Route("/credential-validations", get_credential_validations, methods=["GET"]),
]
