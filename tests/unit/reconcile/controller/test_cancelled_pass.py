"""A pass that is cancelled at its deadline in the middle of a write leaves the outcome unknown, and loses no record."""

import asyncio

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from tests.support.application_passes import CREDENTIALS, SECRET, poll_later, settle_application
from tests.support.facts import application, desired, minutes, resource, seconds
from tests.support.reconciler_harness import ReconcilerHarness

ADDRESS = application("BaseAddress=https://scim")


async def run_until_cancelled(harness: ReconcilerHarness, key: ObjectKey, call: str, *, is_done: bool = True) -> None:
    """Make a pass that is cancelled while it waits for the answer to a call."""
    harness.graph.fail(call, asyncio.CancelledError(), is_done=is_done)
    with pytest.raises(asyncio.CancelledError):
        await harness.run(key)
    harness.clock.move(seconds(1))


class TestCancelledPass:
    async def test_a_create_that_was_sent_is_found_and_not_sent_again(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        await run_until_cancelled(harness, key, "create_job")
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_create_that_does_not_show_is_waited_for_until_the_bound_is_over(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply(resource())
        await run_until_cancelled(harness, key, "create_job", is_done=False)
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["create_job"]

    async def test_a_deletion_that_was_sent_lets_the_resource_go(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        await run_until_cancelled(harness, key, "delete_job")
        for _ in range(4):
            if key in harness.server.stored:
                await poll_later(harness, key, minutes(2))
        assert harness.graph.jobs == {}
        assert key not in harness.server.stored

    async def test_a_restart_that_was_sent_is_counted(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, application(scope="AssignedOnly"))
        harness.edit(key, desired=desired(application=application(scope="All")))
        await run_until_cancelled(harness, key, "restart_job")
        assert harness.status(key)["operation"]["tries"] == 1

    async def test_the_keys_of_a_save_that_was_sent_are_ours_although_spec_names_them_no_more(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.secrets.put(SECRET, token="s3cret")
        key = await settle_application(harness, ADDRESS)
        harness.edit(key, desired=desired(application=CREDENTIALS))
        await run_until_cancelled(harness, key, "put_secrets")
        harness.edit(key, desired=desired(application=ADDRESS))
        await poll_later(harness, key)
        assert harness.condition(key, "Stalled") == ("", "")
        assert harness.graph.secrets == {"BaseAddress": "https://scim"}
