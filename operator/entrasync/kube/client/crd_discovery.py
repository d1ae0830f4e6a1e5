"""What the API server says it serves. Kopf asks it once, at its start, and never watches what is missing then."""

import asyncio
import logging
from http import HTTPStatus

import aiohttp

from entrasync.api.names import CONNECTION_PLURAL, GROUP, PLURAL, VERSION

LOG = logging.getLogger("entrasync.kube")

BETWEEN_LOOKS = 0.5
"""Real seconds. A CRD is listed a moment after its objects can be."""

_GROUPS, _KINDS = "/apis", f"/apis/{GROUP}/{VERSION}"


async def complete_discovery(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Ask again as long as an answer of discovery lacks our kinds: a middleware of the session that Kopf uses.

    It ends with the time that the call has, and Kopf then calls anew.
    """
    response = await handler(request)
    if not request.url.path.endswith((_GROUPS, _KINDS)):  # a proxy may have a path of its own before them
        return response
    told = ""
    while missing := await _find_missing(response):
        if missing != told:
            LOG.warning("The API server does not say yet that it serves our kinds; waiting.", extra={"why": missing})
            told = missing
        response.release()
        await asyncio.sleep(BETWEEN_LOOKS)
        response = await handler(request)
    return response


async def _find_missing(response: aiohttp.ClientResponse) -> str:
    """Name what an answer lacks. Other refusals than 404 are Kopf's to handle."""
    if response.status == HTTPStatus.NOT_FOUND:
        return f"{response.url.path} answers 404"
    if not response.ok:
        return ""
    found = await response.json()
    if response.url.path.endswith(_GROUPS):
        wanted, listed = {GROUP}, found.get("groups")
    else:
        wanted, listed = {PLURAL, CONNECTION_PLURAL}, found.get("resources")
    return ", ".join(sorted(wanted - {entry["name"] for entry in listed or ()}))
