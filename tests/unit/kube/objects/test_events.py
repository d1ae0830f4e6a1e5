"""Events: they stay within the API server's limits, are dropped when too many wait, and never stop the poster."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from entrasync.core.decision.event import Event
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient, Forbidden, NamespaceTerminating
from entrasync.kube.objects.event_lines import MAX_QUEUED_EVENTS
from entrasync.kube.objects.events import MAX_MESSAGE_LENGTH, MAX_POSTS, EventPoster
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone
from tests.support.facts import NOW, minutes, resource

MAX_NAME_LENGTH = 253
"""The limit of Kubernetes. `generateName` adds five characters to a name."""


NO_DEADLINE = minutes(60)
LAST = "the-last"


class EventServer:
    def __init__(self) -> None:
        self.posted: list[Mapping[str, Any]] = []
        self.has_last = asyncio.Event()
        self.hanging: list[str] = []
        self.faults: deque[Exception] = deque()

    async def call(self, method: str, path: str, *, body: Mapping[str, Any]) -> None:
        namespace = path.removeprefix("/api/v1/namespaces/").removesuffix("/events")
        assert (method, namespace) == ("POST", body["metadata"]["namespace"])
        if namespace.startswith("slow"):
            self.hanging.append(namespace)
            await asyncio.Event().wait()
        if self.faults:
            raise self.faults.popleft()
        self.posted.append(body)
        if body["involvedObject"]["name"] == LAST:
            self.has_last.set()


class PosterHarness:
    def __init__(self) -> None:
        self.server = EventServer()
        self.poster = self.make_poster()

    def make_poster(self, deadline: timedelta = NO_DEADLINE) -> EventPoster:
        return EventPoster(cast("ApiClient", self.server), lambda: NOW, deadline=deadline)

    def record(self, namespace: str, name: str = "salesforce") -> None:
        self.poster.record(
            replace(resource(), key=ObjectKey(namespace, name)), Event("Warning", "Conflict", "Held by another.")
        )

    async def post(self) -> list[Mapping[str, Any]]:
        """Post what waits."""
        posting = asyncio.create_task(self.poster.post_all())
        await asyncio.wait({posting, asyncio.create_task(self.poster.drain())}, return_when=asyncio.FIRST_COMPLETED)
        assert not posting.done()
        posting.cancel()
        return self.server.posted


@pytest.fixture
def harness() -> PosterHarness:
    return PosterHarness()


async def test_an_event_names_its_object(harness: PosterHarness) -> None:
    harness.poster.record(resource(), Event("Warning", "Conflict", "Held by another."))
    [posted] = await harness.post()
    involved = posted["involvedObject"]
    assert (involved["namespace"], involved["name"], involved["uid"]) == ("identity", "salesforce", resource().uid)
    assert (posted["type"], posted["reason"], posted["message"]) == ("Warning", "Conflict", "Held by another.")


async def test_texts_are_cut_to_the_limits_of_the_api_server(harness: PosterHarness) -> None:
    harness.poster.record(resource(name="n" * MAX_NAME_LENGTH), Event("Normal", "Adopted", "m" * 5000))
    [posted] = await harness.post()
    assert len(posted["message"]) == MAX_MESSAGE_LENGTH
    assert len(posted["metadata"]["generateName"]) + 5 <= MAX_NAME_LENGTH
    assert posted["involvedObject"]["name"] == "n" * MAX_NAME_LENGTH


async def test_an_event_is_only_logged_when_too_many_of_its_namespace_wait(
    harness: PosterHarness, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(MAX_QUEUED_EVENTS // 2 + 1):
        harness.record("identity")
    assert caplog.text.count("Too many Events wait") == 1
    harness.record("other")
    assert caplog.text.count("Too many Events wait") == 1
    assert len(await harness.post()) == MAX_QUEUED_EVENTS // 2 + 1


@pytest.mark.parametrize(
    ("fault", "level"), [(Forbidden("no right"), "WARNING"), (NamespaceTerminating("being terminated"), "INFO")]
)
async def test_a_namespace_that_refuses_events_is_logged_once(
    harness: PosterHarness, caplog: pytest.LogCaptureFixture, fault: Exception, level: str
) -> None:
    caplog.set_level("INFO", "entrasync.events")
    harness.server.faults.extend([fault, fault, fault])
    for _ in range(3):
        harness.poster.record(resource(), Event("Normal", "Adopted", "x"))
    await harness.post()
    logged = [record.levelname for record in caplog.records if "could not be posted" in record.message]
    assert logged == [level]


async def test_a_namespace_whose_events_hang_holds_up_no_other(harness: PosterHarness) -> None:
    for n in range(MAX_POSTS - 1):
        harness.record(f"slow-{n}")
        harness.record(f"slow-{n}")
    names = [*(f"job-{n}" for n in range(1100)), LAST]
    for name in names:
        harness.record("fine", name)
    posting = asyncio.create_task(harness.poster.post_all())
    await harness.server.has_last.wait()
    assert len(harness.server.hanging) == MAX_POSTS - 1
    assert [body["involvedObject"]["name"] for body in harness.server.posted] == names
    posting.cancel()


async def test_an_event_that_hangs_is_given_up_at_its_deadline(
    harness: PosterHarness, caplog: pytest.LogCaptureFixture
) -> None:
    harness.poster = harness.make_poster(timedelta(0))
    harness.record("slow")
    harness.record("slow")
    assert await harness.post() == []
    assert harness.server.hanging == ["slow", "slow"]
    assert caplog.text.count("An Event could not be posted") == 1


@pytest.mark.parametrize("fault", [ApiServerUnavailable("x"), ResourceGone("x"), ResourceChanged("x")])
async def test_a_refused_event_does_not_hold_up_the_next(harness: PosterHarness, fault: Exception) -> None:
    harness.server.faults.append(fault)
    harness.poster.record(resource(), Event("Normal", "Adopted", "first"))
    harness.poster.record(resource(), Event("Normal", "Adopted", "second"))
    assert [posted["message"] for posted in await harness.post()] == ["second"]
