"""Requests by annotation: Graph is read at once, and status repeats the token that tools wait for."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.object_meta import has_news
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.facts import desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")
REFUSED = Halted(Stall(Reason.CREDENTIAL_REFUSED, "Wrong secret."))


async def settled(harness: ReconcilerHarness, **spec: Any) -> ObjectKey:
    harness.graph.add(remote_job())
    key = harness.apply(holder(wish=desired(**spec)))
    await harness.run(key)
    return key


def request(harness: ReconcilerHarness, key: ObjectKey, token: str, name: str = REQUEST_ANNOTATIONS[0]) -> None:
    """Annotate as a tool does: no new generation."""
    known = harness.server.stored[key]
    harness.server.apply(replace(known, annotations={**known.annotations, name: token}))


def handled(harness: ReconcilerHarness, key: ObjectKey) -> object:
    return harness.status(key).get("lastHandledReconcileAt")


@pytest.mark.parametrize("name", REQUEST_ANNOTATIONS)
async def test_a_new_request_is_repeated_in_status_by_one_write_after_graph_was_read(
    harness: ReconcilerHarness, name: str
) -> None:
    key = await settled(harness)
    before, calls = list(harness.server.writes), len(harness.graph.calls)
    harness.clock.move(minutes(1))
    request(harness, key, "2026-11-21T03:00:00Z", name)
    await harness.run(key)
    assert handled(harness, key) == "2026-11-21T03:00:00Z"
    assert harness.graph.calls[calls:] == ["list_jobs"]
    assert harness.server.writes == [*before, "status"]
    await harness.run_until(key, minutes(30))
    assert harness.server.writes == [*before, "status"]


async def test_a_request_on_a_new_resource_costs_no_further_write(harness: ReconcilerHarness) -> None:
    harness.graph.add(remote_job())
    key = harness.apply(resource(annotations={REQUEST_ANNOTATIONS[0]: "a"}, finalizers=()))
    await harness.run(key)
    assert handled(harness, key) == "a"
    assert harness.server.writes == ["metadata", "status"]
    assert harness.graph.writes == []


async def test_a_new_request_requeues_the_resource(harness: ReconcilerHarness) -> None:
    key = await settled(harness)
    before = harness.server.stored[key]
    request(harness, key, "a")
    assert has_news(before, harness.server.stored[key])


async def test_a_request_is_not_handled_while_graph_cannot_be_read(harness: ReconcilerHarness) -> None:
    key = await settled(harness)
    request(harness, key, "a")
    harness.graph.fail("list_jobs", DOWN)
    harness.clock.move(minutes(1))
    await harness.run(key)
    assert handled(harness, key) is None
    await harness.run(key)
    assert handled(harness, key) == "a"


async def test_a_request_is_handled_although_the_pass_stalled(harness: ReconcilerHarness) -> None:
    key = await settled(harness)
    request(harness, key, "a")
    harness.graph.fail("list_jobs", REFUSED)
    harness.clock.move(minutes(1))
    await harness.run(key)
    assert handled(harness, key) == "a"
    assert harness.condition(key, "Stalled") == ("True", "CredentialRefused")


async def test_a_request_to_a_suspended_resource_is_handled_after_the_suspension(harness: ReconcilerHarness) -> None:
    key = await settled(harness)
    harness.edit(key, desired=desired(is_suspended=True))
    request(harness, key, "a")
    calls = list(harness.graph.calls)
    await harness.run(key)
    assert handled(harness, key) is None
    assert harness.graph.calls == calls
    harness.edit(key, desired=desired())
    await harness.run(key)
    assert handled(harness, key) == "a"


async def test_a_request_is_not_handled_while_there_is_no_connection_to_look_through(
    harness: ReconcilerHarness,
) -> None:
    key = await settled(harness)
    harness.edit(key, desired=desired(connection_name="missing"))
    request(harness, key, "a")
    await harness.run(key)
    assert harness.condition(key, "Ready") == ("Unknown", "ConnectionNotReady")
    assert handled(harness, key) is None


async def test_a_request_is_not_handled_while_the_connection_leads_to_another_tenant(
    harness: ReconcilerHarness,
) -> None:
    key = await settled(harness)
    harness.graph.tenant_id = "elsewhere"
    request(harness, key, "a")
    await harness.run(key)
    assert harness.condition(key, "Stalled") == ("True", "TenantChanged")
    assert handled(harness, key) is None


async def test_a_request_is_not_handled_by_a_resource_whose_spec_cannot_be_read(harness: ReconcilerHarness) -> None:
    key = await settled(harness)
    harness.edit(key, desired=None, invalid_spec="spec.template: missing")
    request(harness, key, "a")
    await harness.run(key)
    assert harness.condition(key, "Stalled") == ("True", "InvalidSpec")
    assert handled(harness, key) is None


async def test_a_request_that_comes_during_a_pass_is_handled_by_the_next_look(harness: ReconcilerHarness) -> None:
    harness.graph.add(remote_job())
    key = harness.apply(resource(finalizers=()))
    harness.server.meanwhile = lambda: request(harness, key, "a")
    with suppress(ResourceChanged):
        await harness.run(key)
    assert handled(harness, key) is None
    looks = harness.graph.calls.count("list_jobs")
    harness.clock.move(minutes(1))
    await harness.run(key)
    assert handled(harness, key) == "a"
    assert harness.graph.calls.count("list_jobs") == looks + 1
