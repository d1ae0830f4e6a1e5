"""What Ready says under `spec.readiness: Applied` of an app that refuses its new credentials."""

from typing import Any

import pytest

from entrasync.api.policies import Readiness, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import application, desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

SECRET = ObjectKey("identity", "scim")
CREDENTIALS = application("BaseAddress=https://scim", "SecretToken<scim.token")
REFUSED = Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "InvalidCredentials", "No.", "req"))
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Down.")


@pytest.fixture
def harness() -> ReconcilerHarness:
    harness = ReconcilerHarness()
    harness.secrets.put(SECRET, token="s3cret")
    return harness


async def refused_after_it_ran(harness: ReconcilerHarness, **wish: Any) -> ObjectKey:
    """Apply a running job whose credentials we saved, then give it others."""
    harness.graph.add(remote_job())
    key = harness.apply(holder(wish=desired(application=CREDENTIALS, **wish)))
    await harness.run(key)
    assert harness.condition(key, "Ready") == ("True", "Healthy")
    harness.secrets.put(SECRET, token="expired")
    harness.graph.fail("validate_credentials", REFUSED, times=99)
    await harness.run(key)
    return key


class TestRefusedCredentialsOfRunningJob:
    async def test_refused_credentials_of_a_running_job_do_not_block_a_rollout_under_applied(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await refused_after_it_ran(harness, readiness=Readiness.APPLIED)
        assert harness.condition(key, "Ready") == ("True", "Applied")
        assert "refused them (InvalidCredentials" in harness.message(key, "Ready")
        assert harness.condition(key, "Stalled") == ("", "")
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert harness.condition(key, "Applied") == ("False", "ValidationFailed")

    async def test_refused_credentials_are_reported_once_and_stay_reported_while_graph_is_down(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await refused_after_it_ran(harness, readiness=Readiness.APPLIED)
        writes = len(harness.server.writes)
        harness.graph.fail("list_jobs", DOWN)
        harness.clock.move(minutes(1))
        await harness.run(key)
        assert len(harness.server.writes) == writes
        await harness.run_until(key, minutes(10))
        assert harness.recorded.reasons.count("ValidationFailed") == 1

    async def test_refused_credentials_stall_where_ready_asks_for_a_healthy_job(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await refused_after_it_ran(harness)
        assert harness.condition(key, "Ready") == ("False", "ValidationFailed")
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_refused_credentials_do_not_keep_other_changes_of_the_spec_from_graph(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await refused_after_it_ran(harness, readiness=Readiness.APPLIED)
        wish = desired(application=CREDENTIALS, readiness=Readiness.APPLIED, interval="PT20M")
        harness.edit(key, desired=wish)
        await harness.run(key)
        assert harness.graph.writes[-1] == "patch_interval"
        assert harness.condition(key, "Ready") == ("True", "Applied")


class TestRefusedCredentialsThatAreNeeded:
    async def test_refused_credentials_for_the_first_start_make_applied_false(self, harness: ReconcilerHarness) -> None:
        harness.graph.fail("validate_credentials", REFUSED, times=99)
        wish = desired(application=CREDENTIALS, readiness=Readiness.APPLIED)
        key = harness.apply(resource(wish, finalizers=()))
        await harness.run(key)
        assert harness.graph.writes == ["create_job"]
        assert harness.condition(key, "Ready") == ("False", "ValidationFailed")
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_refused_credentials_of_a_job_that_ran_without_ours_make_applied_false(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        harness.graph.fail("validate_credentials", REFUSED, times=99)
        key = harness.apply(holder(wish=desired(application=CREDENTIALS, readiness=Readiness.APPLIED)))
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("False", "ValidationFailed")

    async def test_refused_credentials_for_another_start_make_applied_false(self, harness: ReconcilerHarness) -> None:
        key = await refused_after_it_ran(harness, readiness=Readiness.APPLIED)
        wish = desired(application=CREDENTIALS, readiness=Readiness.APPLIED)
        harness.edit(key, desired=desired(**(vars(wish) | {"schedule_state": ScheduleState.PAUSED})))
        await harness.run(key)
        harness.edit(key, desired=wish)
        await harness.run(key)
        assert harness.graph.writes[-1] == "pause_job"
        assert harness.condition(key, "Ready") == ("False", "ValidationFailed")
