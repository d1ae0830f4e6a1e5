"""Reads collections of Graph page by page."""

from dataclasses import dataclass, replace

import httpx

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.exchange import Exchange, Request
from entrasync.graph.calls.operations import Operation
from entrasync.graph.wire.payloads import Page, UnreadableError, read_page
from entrasync.graph.wire.responses import Response


@dataclass(frozen=True)
class PageReader:
    """Reads whole collections of the Graph at `graph_url`."""

    exchange: Exchange
    graph_url: str

    async def read_all(
        self, operation: Operation, url: str, *, is_background: bool = False, most: int | None = None
    ) -> list[object]:
        """Read the entries of all pages, which are limited in number and in bytes together.

        With `most` no further page is read once there are so many entries.

        Raises what `Exchange.send` raises, `Transient` for an unreadable page, and `Halted` for one on another host.
        """
        async with self.exchange.hold_for_pages(is_background=is_background) as share:
            first = Request(operation, "GET", url, is_background=is_background, share=share)
            return await self._read_pages(first, most=most)

    async def _read_pages(self, request: Request, *, most: int | None) -> list[object]:
        operation, entries = request.operation, list[object]()
        size, limits = 0, self.exchange.limits
        for _ in range(limits.max_pages):
            response = await self.exchange.send(request)
            size += len(response.body)
            page = _read_page(operation, response)
            entries.extend(page.entries)
            if page.next_link is None or (most is not None and len(entries) >= most):
                return entries
            if size > limits.max_body_bytes:
                raise make_unreadable_error(operation, "all its pages together are too long")
            request = replace(request, url=self._next_url(operation, page.next_link))
        raise make_unreadable_error(operation, f"it has more than {limits.max_pages} pages")

    def _next_url(self, operation: Operation, link: str) -> str:
        """Follow a `nextLink` unchanged, but only to the same host, because the request carries the token."""
        try:
            there, here = httpx.URL(link), httpx.URL(self.graph_url)
        except httpx.InvalidURL:
            raise make_unreadable_error(operation, "its next page has no readable address") from None
        if (there.scheme, there.host, there.port, there.userinfo) != (here.scheme, here.host, here.port, b""):
            raise Halted(
                Stall(
                    Reason.REQUEST_REFUSED,
                    f"Graph was asked to {operation.description} and named another host for the next page; "
                    "that is not followed. Check the cloud's endpoint and any proxy.",
                )
            )
        return link


def _read_page(operation: Operation, response: Response) -> Page:
    try:
        return read_page(response.body)
    except UnreadableError as error:
        raise make_unreadable_error(operation, str(error)) from error
