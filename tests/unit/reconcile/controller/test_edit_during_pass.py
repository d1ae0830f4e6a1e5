"""A resource that a user edits while a pass is under way."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.policies import ScheduleState
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.facts import (
    OTHER_PRINCIPAL,
    desired,
    minutes,
    remote_job,
    resource,
    seconds,
)
from tests.support.graph_answers import LOST, refused
from tests.support.reconciler_harness import ReconcilerHarness


class TestEditDuringPass:
    async def test_an_edit_first_shown_by_our_own_write_is_reconciled_at_once(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()

        def edit() -> None:
            paused = desired(schedule_state=ScheduleState.PAUSED)
            harness.server.change(replace(harness.server.stored[key], generation=2, desired=paused))

        harness.server.meanwhile = edit
        assert await harness.run(key) == Outcome(seconds(0), has_news=True)
        await harness.run(key)
        assert harness.graph.writes == ["pause_job"]

    async def test_an_edit_is_not_counted_as_observed_by_the_pass_before_it(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        harness.graph.fail("create_job", refused(400))
        original = harness.server.patch_status
        count = 0

        async def edit_before_the_second(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == 2:
                changed = replace(harness.server.stored[key], generation=2, desired=desired(template_id="other"))
                harness.server.change(changed)
            return await original(*args, **more)

        harness.server.patch_status = edit_before_the_second  # type: ignore[method-assign]  # a user is quicker than us
        outcome = await harness.run(key)
        assert harness.status(key)["observedGeneration"] == 1
        assert outcome.requeue_after == seconds(0)

    async def test_an_edit_that_names_a_job_settles_an_unfinished_create(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST)
        await harness.run(key)
        harness.graph.add(remote_job("named", template="scim"))
        harness.graph.add(remote_job("other", template="scim"))
        harness.edit(key, desired=desired(job_id="named"))
        await harness.run(key)
        assert harness.status(key)["job"]["id"] == "named"

    async def test_an_edit_that_forbids_creation_ends_an_unfinished_create_after_the_bound(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST)
        await harness.run(key)
        harness.edit(key, desired=desired(job_id="nowhere"))
        await harness.run_until(key, minutes(16))
        assert harness.graph.writes == ["create_job"]
        assert "operation" not in harness.status(key)
        assert harness.condition(key, "Stalled") == ("True", "JobNotFound")

    async def test_an_edit_of_the_service_principal_holds_once_a_create_has_failed(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST)
        await harness.run(key)
        harness.edit(key, desired=desired(service_principal_id=OTHER_PRINCIPAL))
        harness.clock.move(minutes(15))
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        await harness.run(key)
        assert harness.status(key)["servicePrincipalId"] == OTHER_PRINCIPAL
