"""Builds the application of the control API, with its authorization and its reset."""

import secrets

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from graph_simulator.control_api import behaviour, identities, jobs, objects, service_principals, target_apps
from graph_simulator.control_api.wire import get_simulator, reply
from graph_simulator.state import SimulatorState, make_identity
from graph_simulator.traffic.throttle import Congestion, Throttle, WriteQuota
from graph_simulator.world.directory import World


class _Guard:
    """Passes only requests on that have the world token."""

    def __init__(self, app: ASGIApp, simulator: SimulatorState) -> None:
        self._app, self._simulator = app, simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if secrets.compare_digest(given, f"Bearer {self._simulator.world_token}".encode()):
            await self._app(scope, receive, send)
        else:
            await reply({"error": "the world token is missing or wrong"}, 401)(scope, receive, send)


async def reset(request: Request) -> Response:
    """Reset to an empty world with default switches and application, without faults and journal; the clock stays."""
    simulator = get_simulator(request)
    simulator.world = World(seed=simulator.world.seed)
    fresh = make_identity()
    simulator.identity.registry = fresh.registry
    simulator.identity.mint.lifetime_seconds = fresh.mint.lifetime_seconds
    simulator.faults.clear()
    simulator.journal.clear()
    simulator.throttle = Throttle()
    simulator.provisioning_throttle = Throttle(calls=5, seconds=10.0)
    simulator.log_throttle = Throttle(calls=5, seconds=10.0)
    simulator.write_quota = WriteQuota()
    simulator.congestion = Congestion()
    simulator.latency_seconds = 0.0
    return reply({})


async def _refuse(_request: Request, error: Exception) -> Response:
    status = 404 if isinstance(error, KeyError) else 400
    return reply({"error": f"{type(error).__name__}: {error}"}, status)


def create_control_api(simulator: SimulatorState) -> Starlette:
    """Create the control API of a simulator."""
    app = Starlette(
        routes=[
            Mount(
                "/_world",
                routes=[
                    *service_principals.ROUTES,
                    *jobs.ROUTES,
                    *target_apps.ROUTES,
                    *objects.ROUTES,
                    *behaviour.ROUTES,
                    *identities.ROUTES,
                    Route("/reset", reset, methods=["POST"]),
                ],
            ),
        ],
        middleware=[Middleware(_Guard, simulator=simulator)],
        exception_handlers={KeyError: _refuse, ValueError: _refuse, TypeError: _refuse},
    )
    app.state.simulator = simulator
    return app
