from starlette.responses import Response

from graph_simulator.clock import WorldClock
from graph_simulator.control_api.app import create_control_api
from graph_simulator.identity.service import IdentityService
from graph_simulator.state import SimulatorState
from graph_simulator.web.connections import Receive, Scope, Send
from graph_simulator.web.endpoint import GraphEndpoint
from graph_simulator.world.directory import World


class SimulatorApp:
    """The ASGI application: Graph, token service, the machine's metadata, and the control surface under /_world."""

    def __init__(self, simulator: SimulatorState) -> None:
        self.simulator = simulator
        self._graph, self._control_api = GraphEndpoint(simulator), create_control_api(simulator)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on to whom it is for."""
        if scope["type"] != "http":
            raise ValueError(f"only HTTP is spoken here, not {scope['type']}")
        if scope.get("scheme") == "http" and not scope["path"].startswith("/metadata/"):
            # Only a machine's own metadata are told without TLS.
            await Response(status_code=404)(scope, receive, send)
        elif scope["path"].startswith("/_world"):
            await self._control_api(scope, receive, send)
        else:
            await self._graph(scope, receive, send)


def create_app(
    world: World, clock: WorldClock, identity: IdentityService | None = None, *, latency_seconds: float = 0.0
) -> SimulatorApp:
    """Make the application around a world and its clock, for a server or for httpx's ASGITransport.

    `app.simulator` gives faults, journal and identity to a test in the same process.
    """
    simulator = SimulatorState(world, clock, latency_seconds=latency_seconds)
    if identity is not None:
        simulator.identity = identity
    return SimulatorApp(simulator)
