"""Keeps the session at the API server: a redirect to any other host is not followed.

aiohttp follows redirects, and each hop goes through the session's middlewares. One of them adds the operator's token.
"""

import aiohttp
from yarl import URL


class ForeignServer(aiohttp.ClientConnectionError):
    """The API server redirects to another host. Nothing was sent there.

    It counts as a fault of the connection, because Kopf tries again after those.
    """


def stay_at(server: str) -> aiohttp.ClientMiddlewareType:
    """Return a middleware of the session, which must be the first, that lets only requests to `server` pass."""
    origin = URL(server).origin()

    async def refuse_others(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        if (asked := request.url.origin()) != origin:
            raise ForeignServer(f"the API server {origin} redirects to {asked}, which is not followed")
        return await handler(request)

    return refuse_others
