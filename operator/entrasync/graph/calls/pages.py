"""Collections of Graph, page by page."""

from dataclasses import dataclass

import httpx

from entrasync.api.conditions import Reason
from entrasync.core.decision.errors import Stalled
from entrasync.graph.calls.error_classifier import unreadable
from entrasync.graph.calls.exchange import Exchange, Request
from entrasync.graph.calls.operations import Operation
from entrasync.graph.wire.payloads import Page, UnreadableError, read_page
from entrasync.graph.wire.responses import Received


@dataclass(frozen=True)
class Pages:
    """Reads whole collections of the Graph at `graph_url`."""

    exchange: Exchange
    graph_url: str

    async def read_all(self, operation: Operation, url: str, *, is_background: bool = False) -> list[object]:
        """Read the entries of all pages, bounded in number and in bytes altogether.

        Raises what `Exchange.send` raises; `Transient` for an unreadable page, `Stalled` for one on another host.
        """
        entries: list[object] = []
        size, bounds = 0, self.exchange.bounds
        for _ in range(bounds.pages):
            received = await self.exchange.send(Request(operation, "GET", url, is_background=is_background))
            size += len(received.body)
            page = _page(operation, received)
            entries.extend(page.entries)
            if page.next_link is None:
                return entries
            if size > bounds.body_bytes:
                raise unreadable(operation, "all its pages together are too long")
            url = self._next_url(operation, page.next_link)
        raise unreadable(operation, f"it has more than {bounds.pages} pages")

    def _next_url(self, operation: Operation, link: str) -> str:
        """Take a `nextLink` as it stands, but only to where it came from: the token goes with it."""
        try:
            there, here = httpx.URL(link), httpx.URL(self.graph_url)
        except httpx.InvalidURL:
            raise unreadable(operation, "its next page has no readable address") from None
        if (there.scheme, there.host, there.port, there.userinfo) != (here.scheme, here.host, here.port, b""):
            raise Stalled(
                Reason.REQUEST_REFUSED,
                f"Graph was asked to {operation.words} and named another host for the next page; that is not followed. "
                "Check the cloud's endpoint and any proxy.",
            )
        return link


def _page(operation: Operation, received: Received) -> Page:
    try:
        return read_page(received.body)
    except UnreadableError as error:
        raise unreadable(operation, str(error)) from error
