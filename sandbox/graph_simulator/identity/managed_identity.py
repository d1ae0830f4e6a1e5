"""Answers requests for tokens of managed identities, as a machine's metadata endpoint does."""

from graph_simulator.identity.applications import ManagedIdentity, Registry
from graph_simulator.identity.refusals import Reply
from graph_simulator.identity.tokens import TokenMint


def answer_managed_identity(registry: Registry, mint: TokenMint, query: dict[str, str], *, metadata: str) -> Reply:
    """Answer a request for a token; `metadata` is the request's header of that name.

    Numbers in the answer are strings (graph-facts 7.1). The errors are those of Microsoft's page on getting a token
    over HTTP.
    """
    if metadata.lower() != "true":
        return _refuse("Required metadata header not specified")
    if not query.get("api-version"):
        return _refuse("Required query variable 'api-version' is missing")
    resource = query.get("resource", "").rstrip("/")
    if not resource:
        return _refuse("Required query variable 'resource' is missing")
    client = query.get("client_id", "")
    identity = registry.find_managed_identity(client)
    if identity is None and not client and registry.managed_identities:
        return _refuse("Multiple user assigned identities exist, please specify the clientId of the identity")
    if identity is None:
        return _refuse("Identity not found")
    if resource not in mint.resources:
        text = f"AADSTS500011: The resource principal named {resource} was not found in the tenant."
        return 400, {"error": "invalid_resource", "error_description": text}
    return _answer(identity, mint, resource)


def _answer(identity: ManagedIdentity, mint: TokenMint, resource: str) -> Reply:
    now = int(mint.real())
    return 200, {
        "access_token": mint.issue(identity, resource),
        "client_id": identity.client_id,
        "expires_in": str(mint.lifetime_seconds),
        "expires_on": str(now + mint.lifetime_seconds),
        "ext_expires_in": str(mint.lifetime_seconds),
        "not_before": str(now),
        "resource": resource,
        "token_type": "Bearer",
    }


def _refuse(text: str) -> Reply:
    return 400, {"error": "invalid_request", "error_description": text}
