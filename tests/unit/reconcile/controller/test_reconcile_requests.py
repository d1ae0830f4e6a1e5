"""Requests by annotation as a story: a look at Graph, and the echo that tools wait for."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.core.decision.errors import Stalled, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.object_meta import has_news
from tests.support.facts import desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")
REFUSED = Stalled(Reason.CREDENTIAL_REFUSED, "Wrong secret.")


async def settled(story: ReconcilerHarness, **spec: Any) -> ObjectKey:
    story.graph.add(remote_job())
    key = story.apply(holder(wish=desired(**spec)))
    await story.run(key)
    return key


def request(story: ReconcilerHarness, key: ObjectKey, token: str, name: str = REQUEST_ANNOTATIONS[0]) -> None:
    """Annotate as a tool does: no new generation."""
    known = story.server.stored[key]
    story.server.apply(replace(known, annotations={**known.annotations, name: token}))


def handled(story: ReconcilerHarness, key: ObjectKey) -> object:
    return story.status(key).get("lastHandledReconcileAt")


@pytest.mark.parametrize("name", REQUEST_ANNOTATIONS)
async def test_a_new_value_is_repeated_after_a_look_by_one_write(story: ReconcilerHarness, name: str) -> None:
    key = await settled(story)
    before, calls = list(story.server.writes), len(story.graph.calls)
    story.clock.move(minutes(1))
    request(story, key, "2026-11-21T03:00:00Z", name)
    await story.run(key)
    assert handled(story, key) == "2026-11-21T03:00:00Z"
    assert story.graph.calls[calls:] == ["list_jobs"]
    assert story.server.writes == [*before, "status"]
    await story.run_until(key, minutes(30))
    assert story.server.writes == [*before, "status"]


async def test_one_that_is_there_at_first_costs_nothing_more(story: ReconcilerHarness) -> None:
    story.graph.add(remote_job())
    key = story.apply(resource(annotations={REQUEST_ANNOTATIONS[0]: "a"}, finalizers=()))
    await story.run(key)
    assert handled(story, key) == "a"
    assert story.server.writes == ["metadata", "status"]
    assert story.graph.writes == []


async def test_is_news_that_wakes_the_resource(story: ReconcilerHarness) -> None:
    key = await settled(story)
    before = story.server.stored[key]
    request(story, key, "a")
    assert has_news(before, story.server.stored[key])


async def test_is_not_called_handled_as_long_as_graph_could_not_be_read(story: ReconcilerHarness) -> None:
    key = await settled(story)
    request(story, key, "a")
    story.graph.fail("list_jobs", DOWN)
    story.clock.move(minutes(1))
    await story.run(key)
    assert handled(story, key) is None
    await story.run(key)
    assert handled(story, key) == "a"


async def test_is_handled_when_the_look_ended_with_a_persons_turn(story: ReconcilerHarness) -> None:
    key = await settled(story)
    request(story, key, "a")
    story.graph.fail("list_jobs", REFUSED)
    story.clock.move(minutes(1))
    await story.run(key)
    assert handled(story, key) == "a"
    assert story.condition(key, "Stalled") == ("True", "CredentialRefused")


async def test_is_not_heard_while_suspended_and_then_is(story: ReconcilerHarness) -> None:
    key = await settled(story)
    story.edit(key, desired=desired(is_suspended=True))
    request(story, key, "a")
    calls = list(story.graph.calls)
    await story.run(key)
    assert handled(story, key) is None
    assert story.graph.calls == calls
    story.edit(key, desired=desired())
    await story.run(key)
    assert handled(story, key) == "a"
