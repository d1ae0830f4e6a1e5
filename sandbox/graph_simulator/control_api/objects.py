"""Serves the users and groups that can be provisioned on demand, and the log of what was provisioned."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_simulator.control_api.wire import get_simulator, read_dataclass, read_document, reply
from graph_simulator.world.provisioning.log import LogEntry
from graph_simulator.world.provisioning.objects import SourceObject


async def put_objects(request: Request) -> Response:
    """Replace all objects: `items` has the fields of `world.provisioning.objects.SourceObject`."""
    document = await read_document(request)
    items = [read_dataclass(SourceObject, item) for item in document["items"]]
    get_simulator(request).world.objects = {item.id: item for item in items}
    return reply({"items": items})


async def post_log(request: Request) -> Response:
    """Add entries to the provisioning log: `items` has the fields of `world.provisioning.log.LogEntry`."""
    simulator, document = get_simulator(request), await read_document(request)
    world = simulator.world
    defaults = {"time": simulator.clock.now()}
    items = [read_dataclass(LogEntry, defaults | {"id": world.draw_id()} | item) for item in document["items"]]
    world.provisioning_log += items
    return reply({"items": items})


ROUTES = [
    Route("/objects", put_objects, methods=["PUT"]),
    Route("/provisioning-log", post_log, methods=["POST"]),
]
