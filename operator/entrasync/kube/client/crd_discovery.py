"""Completes discovery: Kopf asks once, at its start, what is served, and never watches a kind that is missing then."""

import asyncio
import logging
from http import HTTPStatus

import aiohttp

from entrasync.api.names import CONNECTION_PLURAL, GROUP, PLURAL, PROVISIONING_PLURAL, VERSION

LOG = logging.getLogger("entrasync.kube")

RETRY_INTERVAL_SECONDS = 0.5
"""Real seconds between requests. Discovery lists a CRD a moment later than its objects can be listed."""

_GROUPS, _KINDS = "/apis", f"/apis/{GROUP}/{VERSION}"


async def complete_discovery(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Repeat a request for discovery as long as its answer lacks our kinds. A middleware of the session.

    It ends when the call times out; Kopf then makes another one.
    """
    response = await handler(request)
    if not request.url.path.endswith((_GROUPS, _KINDS)):  # a proxy may put a path of its own before them
        return response
    logged = ""
    while missing := await _find_missing(response):
        if missing != logged:
            LOG.warning(
                "The API server does not say yet that it serves our kinds, and the operator waits.",
                extra={"why": missing},
            )
            logged = missing
        response.release()
        await asyncio.sleep(RETRY_INTERVAL_SECONDS)
        response = await handler(request)
    return response


async def _find_missing(response: aiohttp.ClientResponse) -> str:
    """Name the kinds that an answer lacks. Refusals other than 404 are left to Kopf."""
    if response.status == HTTPStatus.NOT_FOUND:
        return f"{response.url.path} answers 404"
    if not response.ok:
        return ""
    found = await response.json()
    if response.url.path.endswith(_GROUPS):
        wanted, listed = {GROUP}, found.get("groups")
    else:
        wanted, listed = {PLURAL, CONNECTION_PLURAL, PROVISIONING_PLURAL}, found.get("resources")
    return ", ".join(sorted(wanted - {entry["name"] for entry in listed or ()}))
