"""How long the API server has been silent."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from entrasync.kube.client.contact import Contact


def answer(status: int) -> Callable[[Any], Awaitable[aiohttp.ClientResponse]]:
    async def handle(_: Any) -> aiohttp.ClientResponse:
        return cast("aiohttp.ClientResponse", SimpleNamespace(status=status))

    return handle


async def refuse_connection(_: Any) -> aiohttp.ClientResponse:
    raise aiohttp.ClientConnectionError("no route")


REQUEST = cast("aiohttp.ClientRequest", SimpleNamespace())


class TestContact:
    def make(self) -> tuple[Contact, list[float]]:
        now = [100.0]
        return Contact(lambda: now[0]), now

    def test_an_api_server_that_never_answered_is_silent_without_end(self) -> None:
        assert self.make()[0].silence() == timedelta.max

    @pytest.mark.parametrize("status", [200, 201, 403, 404, 409, 422])
    async def test_each_answer_ends_the_silence(self, status: int) -> None:
        contact, now = self.make()
        await contact.record_response(REQUEST, answer(status))
        now[0] += 7
        assert contact.silence() == timedelta(seconds=7)

    @pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
    async def test_an_answer_that_tells_nothing_of_what_is_stored_is_none(self, status: int) -> None:
        contact, _ = self.make()
        await contact.record_response(REQUEST, answer(status))
        assert contact.silence() == timedelta.max

    async def test_a_call_that_fails_is_no_answer(self) -> None:
        contact, _ = self.make()
        with pytest.raises(aiohttp.ClientConnectionError):
            await contact.record_response(REQUEST, refuse_connection)
        assert contact.silence() == timedelta.max
