"""Routes each request to Graph and the token service, or to the control API."""

from starlette.responses import Response

from graph_simulator.clock import WorldClock
from graph_simulator.control_api.app import create_control_api
from graph_simulator.identity.service import IdentityService
from graph_simulator.state import SimulatorState
from graph_simulator.web.connections import Receive, Scope, Send
from graph_simulator.web.endpoint import GraphEndpoint
from graph_simulator.world.directory import World


class SimulatorApp:
    """The ASGI application: Graph, token service, the machine's metadata endpoint, and the control API at /_world."""

    def __init__(self, simulator: SimulatorState) -> None:
        self.simulator = simulator
        self._graph, self._control_api = GraphEndpoint(simulator), create_control_api(simulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to the application that its path belongs to."""
        if scope["type"] != "http":
            raise ValueError(f"only HTTP is supported, not {scope['type']}")
        if scope.get("scheme") == "http" and not scope["path"].startswith("/metadata/"):
            # Only a machine's own metadata endpoint answers without TLS.
            await Response(status_code=404)(scope, receive, send)
        elif scope["path"].startswith("/_world"):
            await self._control_api(scope, receive, send)
        else:
            await self._graph(scope, receive, send)


def create_app(
    world: World, clock: WorldClock, identity: IdentityService | None = None, *, latency_seconds: float = 0.0
) -> SimulatorApp:
    """Create the application for a world and its clock, to be run by a server or by httpx's ASGITransport.

    A test in the same process reaches faults, journal and identity by `app.simulator`.
    """
    simulator = SimulatorState(world, clock, latency_seconds=latency_seconds)
    if identity is not None:
        simulator.identity = identity
    return SimulatorApp(simulator)
