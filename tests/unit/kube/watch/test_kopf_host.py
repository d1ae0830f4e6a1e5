"""Why Kopf ended is said in one sentence, and the session outlives Kopf."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import kopf
import pytest

from entrasync.api.names import CONNECTION_PLURAL, PLURAL
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.watch.kopf_host import Hosting, WatchRefused, host, kept_open
from entrasync.kube.watch.watched_kind import WatchedKind


class AnswerError(Exception):
    """Looks like the error that Kopf raises for a refusal of the API server. Kopf does not publish its class."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


AnswerError.__module__ = "kopf.errors"


KINDS = [cast("WatchedKind[Any]", SimpleNamespace(plural=plural)) for plural in (PLURAL, CONNECTION_PLURAL)]


def end_kopf(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def operator(**_: Any) -> None:
        raise error

    monkeypatch.setattr(kopf, "operator", operator)


async def run() -> None:
    async def nothing() -> None:
        pass

    async with aiohttp.ClientSession() as ours:
        session = kopf.AiohttpSession(server="https://localhost", aiohttp_session=ours)
        await host(Hosting(session, KINDS, NamespaceAccess(), nothing, nothing), stop=asyncio.Event())


async def test_a_refused_watch_is_described_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    end_kopf(monkeypatch, AnswerError(403, "its words"))
    sentence = r"^The API server refused the watch of .* \(403 its words\), and the operator ends\. Grant list"
    with pytest.raises(WatchRefused, match=sentence):
        await run()


async def test_an_unexpected_error_is_raised_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    end_kopf(monkeypatch, RuntimeError("a fault of ours"))
    with pytest.raises(RuntimeError, match="a fault of ours"):
        await run()


async def test_a_session_cannot_be_closed_while_kopf_uses_it() -> None:
    session = aiohttp.ClientSession()
    with kept_open(session):
        await session.close()
        assert not session.closed
    await session.close()
    assert session.closed
