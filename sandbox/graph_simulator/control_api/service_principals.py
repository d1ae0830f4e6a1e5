"""Serves service principals: their creation, owners, templates, replication and raw lists."""

import base64
from dataclasses import asdict, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_simulator.control_api.wire import get_simulator, read_dataclass, read_document, reply
from graph_simulator.world.directory import ServicePrincipal, World
from graph_simulator.world.replication import Replication
from graph_simulator.world.templates import TEMPLATES, Template


def add_service_principal(world: World, document: dict[str, Any]) -> ServicePrincipal:
    """Add a service principal from JSON: the arguments of `World.add_service_principal`, and `creation`.

    A template is an id of the gallery, or an object: a new template, or with `like` a changed copy of one of them.
    """
    values = dict(document)
    creation = values.pop("creation", None)
    values["templates"] = [_read_template(item) for item in values.get("templates", ["scim"])]
    principal = world.add_service_principal(values.pop("display_name", "application"), **values)
    if creation is not None:
        world.creation_of[principal.id] = read_dataclass(Replication, creation)
    return principal


def _read_template(item: str | dict[str, Any]) -> Template:
    if isinstance(item, str):
        return TEMPLATES[item]
    values = dict(item)
    like = values.pop("like", None)
    return read_dataclass(Template, (asdict(TEMPLATES[like]) if like else {}) | values)


async def post_service_principals(request: Request) -> Response:
    """Add several at once: `{"items": [...]}`."""
    document = await read_document(request)
    world = get_simulator(request).world
    return reply({"items": [add_service_principal(world, item) for item in document["items"]]}, 201)


async def get_service_principals(request: Request) -> Response:
    """List all service principals."""
    return reply({"items": list(get_simulator(request).world.service_principals.values())})


async def delete_service_principal(request: Request) -> Response:
    """Remove a service principal with its jobs."""
    get_simulator(request).world.remove_service_principal(request.path_params["id"])
    return reply({})


async def patch_service_principal(request: Request) -> Response:
    """Change `owners`, `templates`, the replication of new jobs (`creation`) or the list (`raw_list_base64`)."""
    world, document = get_simulator(request).world, await read_document(request)
    principal = world.service_principals[request.path_params["id"]]
    if "owners" in document:
        owners = document["owners"]
        principal = replace(principal, owners=None if owners is None else tuple(owners))
    if "templates" in document:
        principal = replace(principal, templates=tuple(_read_template(item) for item in document["templates"]))
    world.service_principals[principal.id] = principal
    if "creation" in document:
        world.creation_of[principal.id] = read_dataclass(Replication, document["creation"])
    if "raw_list_base64" in document:
        _set_raw_list(world, principal.id, document["raw_list_base64"])
    return reply(principal)


def _set_raw_list(world: World, principal_id: str, text: str | None) -> None:
    if text is None:
        world.raw_lists.pop(principal_id, None)
    else:
        world.raw_lists[principal_id] = base64.b64decode(text)


ROUTES = [
    Route("/service-principals", post_service_principals, methods=["POST"]),
    Route("/service-principals", get_service_principals, methods=["GET"]),
    Route("/service-principals/{id}", delete_service_principal, methods=["DELETE"]),
    Route("/service-principals/{id}", patch_service_principal, methods=["PATCH"]),
]
