"""When the API server last answered. Without its word nothing that was read of it may be acted on for long."""

import time
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import aiohttp


class Contact:
    """Implements `reconcile.ports.kubernetes.ApiServerContact`, by the answers to all calls of the session.

    What Kopf hands on of a watch does not count: it may have waited here since it arrived.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._answered_at: float | None = None

    def note_answer(self) -> None:
        """Record that the API server has just answered."""
        self._answered_at = self._monotonic()

    def silence(self) -> timedelta:
        """Return how long ago the API server last answered; without end if it never did."""
        if self._answered_at is None:
            return timedelta.max
        return timedelta(seconds=self._monotonic() - self._answered_at)

    async def record_response(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Pass a call on, and note its answer. A middleware of the session.

        A 5xx is none: it may come from what stands in front of the API server, or from one without its storage. A 429
        is none either, as of one whose storage begins anew: it tells nothing of what is stored.
        """
        response = await handler(request)
        if response.status < HTTPStatus.INTERNAL_SERVER_ERROR and response.status != HTTPStatus.TOO_MANY_REQUESTS:
            self.note_answer()
        return response
