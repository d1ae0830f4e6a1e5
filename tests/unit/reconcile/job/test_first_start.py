"""What happens between a create and the start that follows it neither doubles that start nor delays it."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.ports.kubernetes import WriteHeldBack
from tests.support.facts import desired, minutes, resource, seconds
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness


def when_the_id_is_written(harness: ReconcilerHarness, happen: Callable[[], None]) -> None:
    """Let something happen between the create and the start: when the id of the job has been written."""
    original = harness.server.patch_metadata

    async def write_and_go_on(*args: Any, **more: Any) -> Any:
        harness.server.patch_metadata = original  # type: ignore[method-assign]  # it happens once
        written = await original(*args, **more)
        happen()
        return written

    harness.server.patch_metadata = write_and_go_on  # type: ignore[method-assign]  # something happens meanwhile


def replace_the_manifest(harness: ReconcilerHarness, key: ObjectKey) -> None:
    """Put the manifest of the user in the place of what is stored, as `kubectl replace` does."""
    harness.server.apply(replace(harness.server.stored[key], annotations={}, finalizers=()))


async def end_between_create_and_start(harness: ReconcilerHarness, key: ObjectKey, happen: Callable[[], None]) -> None:
    """Make a pass that creates the job, and that what happens keeps from starting it."""
    when_the_id_is_written(harness, happen)
    with pytest.raises(WriteHeldBack):
        await harness.run(key)
    assert harness.graph.writes == ["create_job"]


class TestNotDoubled:
    async def test_a_start_is_not_sent_again_by_another_process_that_finds_the_id_of_the_hidden_job_removed(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(resource())
        harness.graph.is_stale = True
        harness.graph.fail("start_job", asyncio.CancelledError(), is_done=True)
        when_the_id_is_written(harness, lambda: setattr(harness.graph, "hidden", set(harness.graph.jobs)))
        with pytest.raises(asyncio.CancelledError):
            await harness.run(key)
        replace_the_manifest(harness, key)
        harness.restart()
        harness.graph.hidden = set()
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_the_bound_of_a_start_begins_when_it_is_sent_however_long_the_create_took(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(resource())
        harness.graph.is_stale = True
        harness.graph.fail("start_job", LOST, is_done=True)
        when_the_id_is_written(harness, lambda: harness.clock.move(minutes(5)))
        await harness.run(key)
        await harness.run_until(key, minutes(14.5))
        assert harness.graph.writes == ["create_job", "start_job"]


class TestNotDelayed:
    async def test_a_process_that_is_told_to_stop_before_the_start_leaves_it_to_the_next_one(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(resource())
        await end_between_create_and_start(harness, key, lambda: setattr(harness, "obstacle", "the operator stops"))
        harness.obstacle = None
        harness.restart()
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]

    @pytest.mark.parametrize("is_restarted", [False, True], ids=["in the same process", "in the next process"])
    async def test_a_job_that_was_suspended_before_its_start_is_started_as_soon_as_it_is_resumed(
        self, harness: ReconcilerHarness, *, is_restarted: bool
    ) -> None:
        key = harness.apply(resource())
        suspended = desired(is_suspended=True)
        await end_between_create_and_start(harness, key, lambda: harness.edit(key, desired=suspended))
        await harness.run(key)
        assert "lastStartTime" not in harness.status(key)
        if is_restarted:
            harness.restart()
        harness.clock.move(minutes(30))
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_clock_that_is_set_before_the_start_does_not_hold_it_up(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        await end_between_create_and_start(harness, key, lambda: setattr(harness, "obstacle", "the clock was set"))
        harness.memory.clear()
        harness.obstacle = None
        harness.clock.move(seconds(5))
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]
