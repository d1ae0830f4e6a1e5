"""The gate before writes to the API server: a process that does not lead writes nothing."""

from collections.abc import Callable

import aiohttp

READS = frozenset({"GET", "HEAD"})


class NotLeading(aiohttp.ClientError):
    """A write was held back because another replica may act. Nothing was sent."""


def close_gate_unless(is_leading: Callable[[], bool]) -> aiohttp.ClientMiddlewareType:
    """Return a middleware of the session that lets writes pass only while `is_leading` returns True."""

    async def pass_reads(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        if request.method not in READS and not is_leading():
            raise NotLeading("this replica does not lead")
        return await handler(request)

    return pass_reads
