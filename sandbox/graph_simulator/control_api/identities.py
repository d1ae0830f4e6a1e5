"""Serves applications with their credentials and roles, issuers, managed identities, and tokens."""

from dataclasses import fields
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from jwt import PyJWK
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from graph_simulator.control_api.wire import change_dataclass, get_simulator, read_dataclass, read_document, reply
from graph_simulator.identity.applications import Application, ManagedIdentity, Registry

_LISTS = frozenset({"secrets", "certificates", "federated_credentials", "roles"})


def _get_registry(request: Request) -> Registry:
    return get_simulator(request).identity.registry


async def post_application(request: Request) -> Response:
    """Add an application, or change the credentials and roles of the one with this `tenant_id` and `client_id`."""
    registry, document = _get_registry(request), await read_document(request)
    known = registry.find(document["tenant_id"], document["client_id"])
    application = change_dataclass(known, document) if known else read_dataclass(Application, document)
    return reply(_register(registry, application), 201)


async def get_applications(request: Request) -> Response:
    """List all applications."""
    return reply({"items": list(_get_registry(request).applications.values())})


async def patch_application(request: Request) -> Response:
    """Add and remove single credentials and roles of an application, and set when secrets end.

    `add` and `remove` have lists by name, `secret_ends` a time for a secret, or null for none.
    """
    registry, document = _get_registry(request), await read_document(request)
    before = registry.applications[document["tenant_id"], document["client_id"]]
    added, removed = (_read_lists(before, document.get(word, {})) for word in ("add", "remove"))
    lists = {}
    for name in added.keys() | removed.keys():
        kept = [item for item in getattr(before, name) if item not in removed.get(name, ())]
        lists[name] = (*kept, *(item for item in added.get(name, ()) if item not in kept))
    ends = {**before.secret_ends, **document.get("secret_ends", {})}
    known_ends = {"secret_ends": {secret: end for secret, end in ends.items() if end is not None}}
    return reply(_register(registry, change_dataclass(before, lists | known_ends)))


def _read_lists(application: Application, document: dict[str, Any]) -> dict[str, tuple[Any, ...]]:
    if unknown := sorted(set(document) - _LISTS):
        raise ValueError(f"an application has no list {', '.join(unknown)}")
    read = change_dataclass(application, document)
    return {field.name: getattr(read, field.name) for field in fields(read) if field.name in document}


def _register(registry: Registry, application: Application) -> Application:
    for pem in application.certificates:
        x509.load_pem_x509_certificate(pem.encode("ascii"))  # raises ValueError if it is not a certificate
    registry.add(application)
    return application


async def post_issuer(request: Request) -> Response:
    """Set the keys of an `issuer` of tokens: `public_keys` in PEM, or `jwks`. Without any, no token of it is valid."""
    document = await read_document(request)
    keys = [load_pem_public_key(pem.encode("ascii")) for pem in document.get("public_keys") or []]
    keys += [PyJWK(item).key for item in (document.get("jwks") or {}).get("keys", [])]
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pems = tuple(key.public_bytes(*form).decode("ascii") for key in keys)
    _get_registry(request).issuers[document["issuer"]] = pems
    return reply({"issuer": document["issuer"], "public_keys": pems}, 201)


async def post_managed_identity(request: Request) -> Response:
    """Add a managed identity, or change the one with this `client_id`."""
    identities, document = _get_registry(request).managed_identities, await read_document(request)
    known = identities.get(document["client_id"])
    identity = change_dataclass(known, document) if known else read_dataclass(ManagedIdentity, document)
    identities[identity.client_id] = identity
    return reply(identity, 201)


async def delete_managed_identity(request: Request) -> Response:
    """Remove a managed identity."""
    return reply(_get_registry(request).managed_identities.pop(request.path_params["id"]))


async def patch_tokens(request: Request) -> Response:
    """Change the lifetime of tokens issued from now on (`lifetime_seconds`), or `revoke` all tokens."""
    mint, document = get_simulator(request).identity.mint, await read_document(request)
    if "lifetime_seconds" in document:
        mint.lifetime_seconds = int(document["lifetime_seconds"])
    if document.get("revoke"):
        mint.revoke_all()
    return reply({"lifetime_seconds": mint.lifetime_seconds})


ROUTES = [
    Route("/applications", post_application, methods=["POST"]),
    Route("/applications", get_applications, methods=["GET"]),
    Route("/applications", patch_application, methods=["PATCH"]),
    Route("/issuers", post_issuer, methods=["POST"]),
    Route("/managed-identities", post_managed_identity, methods=["POST"]),
    Route("/managed-identities/{id}", delete_managed_identity, methods=["DELETE"]),
    Route("/tokens", patch_tokens, methods=["PATCH"]),
]
