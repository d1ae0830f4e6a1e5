"""Events: within the API server's limits, dropped rather than piled up, and never the end of what posts them."""

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import Any, cast

import pytest

from entrasync.core.decision.event import Event
from entrasync.kube.client.api_client import ApiClient, Forbidden, NamespaceTerminating
from entrasync.kube.objects.events import MAX_MESSAGE_LENGTH, MAX_QUEUED_EVENTS, EventPoster
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone
from tests.support.facts import NOW, resource

LONGEST_NAME = 253
"""Of an object in Kubernetes; `generateName` takes five more characters at its end."""


class Mailbox:
    def __init__(self) -> None:
        self.posted: list[Mapping[str, Any]] = []
        self.faults: deque[Exception] = deque()

    async def call(self, method: str, path: str, *, body: Mapping[str, Any]) -> None:
        assert (method, path) == ("POST", "/api/v1/namespaces/identity/events")
        if self.faults:
            raise self.faults.popleft()
        self.posted.append(body)


class Office:
    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.poster = EventPoster(cast("ApiClient", self.mailbox), lambda: NOW)

    async def post(self) -> list[Mapping[str, Any]]:
        """Post what waits."""
        posting = asyncio.create_task(self.poster.post_all())
        await asyncio.wait({posting, asyncio.create_task(self.poster.drain())}, return_when=asyncio.FIRST_COMPLETED)
        assert not posting.done()
        posting.cancel()
        return self.mailbox.posted


@pytest.fixture
def office() -> Office:
    return Office()


async def test_an_event_names_its_object(office: Office) -> None:
    office.poster.record(resource(), Event("Warning", "Conflict", "Held by another."))
    [posted] = await office.post()
    involved = posted["involvedObject"]
    assert (involved["namespace"], involved["name"], involved["uid"]) == ("identity", "salesforce", resource().uid)
    assert (posted["type"], posted["reason"], posted["message"]) == ("Warning", "Conflict", "Held by another.")


async def test_no_text_is_longer_than_the_api_server_takes(office: Office) -> None:
    office.poster.record(resource(name="n" * LONGEST_NAME), Event("Normal", "Adopted", "m" * 5000))
    [posted] = await office.post()
    assert posted["message"] == "m" * MAX_MESSAGE_LENGTH
    assert len(posted["metadata"]["generateName"]) + 5 <= LONGEST_NAME
    assert posted["involvedObject"]["name"] == "n" * LONGEST_NAME


async def test_when_too_many_wait_one_more_is_only_logged(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(MAX_QUEUED_EVENTS + 1):
        office.poster.record(resource(), Event("Normal", "Adopted", "x"))
    assert caplog.text.count("Too many Events wait") == 1
    assert len(await office.post()) == MAX_QUEUED_EVENTS


@pytest.mark.parametrize(
    ("fault", "level"), [(Forbidden("no right"), "WARNING"), (NamespaceTerminating("being terminated"), "INFO")]
)
async def test_a_namespace_that_refuses_them_is_told_once(
    office: Office, caplog: pytest.LogCaptureFixture, fault: Exception, level: str
) -> None:
    caplog.set_level("INFO", "entrasync.events")
    office.mailbox.faults.extend([fault, fault, fault])
    for _ in range(3):
        office.poster.record(resource(), Event("Normal", "Adopted", "x"))
    await office.post()
    told = [record.levelname for record in caplog.records if "could not be posted" in record.message]
    assert told == [level]


@pytest.mark.parametrize("fault", [ApiServerUnavailable("x"), ResourceGone("x"), ResourceChanged("x")])
async def test_one_that_is_refused_does_not_keep_back_the_next(office: Office, fault: Exception) -> None:
    office.mailbox.faults.append(fault)
    office.poster.record(resource(), Event("Normal", "Adopted", "first"))
    office.poster.record(resource(), Event("Normal", "Adopted", "second"))
    assert [posted["message"] for posted in await office.post()] == ["second"]
