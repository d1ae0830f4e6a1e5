"""What Ready says under `spec.readiness: Applied` of an app that refuses its new credentials."""

from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.policies import Readiness, ScheduleState
from entrasync.core.decision.errors import GraphAnswer, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import application, desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

SECRET = ObjectKey("identity", "scim")
CREDENTIALS = application("BaseAddress=https://scim", "SecretToken<scim.token")
REFUSED = Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "InvalidCredentials", "No.", "req"))
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Down.")


@pytest.fixture
def story() -> ReconcilerHarness:
    story = ReconcilerHarness()
    story.secrets.put(SECRET, token="s3cret")
    return story


async def refused_after_it_ran(story: ReconcilerHarness, **wish: Any) -> ObjectKey:
    """A job that runs on credentials that we saved, and then is given others."""
    story.graph.add(remote_job())
    key = story.apply(holder(wish=desired(application=CREDENTIALS, **wish)))
    await story.run(key)
    assert story.condition(key, "Ready") == ("True", "Healthy")
    story.secrets.put(SECRET, token="expired")
    story.graph.fail("validate_credentials", REFUSED, times=99)
    await story.run(key)
    return key


class TestRefusedCredentialsOfAJobThatRuns:
    async def test_do_not_hold_up_a_rollout_that_asks_for_no_more_than_applied(self, story: ReconcilerHarness) -> None:
        key = await refused_after_it_ran(story, readiness=Readiness.APPLIED)
        assert story.condition(key, "Ready") == ("True", "Applied")
        assert "refused them (InvalidCredentials" in story.message(key, "Ready")
        assert story.condition(key, "Stalled") == ("", "")
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert story.condition(key, "Applied") == ("False", "ValidationFailed")

    async def test_are_told_once_and_stay_told_while_graph_is_down(self, story: ReconcilerHarness) -> None:
        key = await refused_after_it_ran(story, readiness=Readiness.APPLIED)
        writes = len(story.server.writes)
        story.graph.fail("list_jobs", DOWN)
        story.clock.move(minutes(1))
        await story.run(key)
        assert len(story.server.writes) == writes
        await story.run_until(key, minutes(10))
        assert story.told.reasons.count("ValidationFailed") == 1

    async def test_are_a_persons_turn_where_ready_asks_for_a_fit_job(self, story: ReconcilerHarness) -> None:
        key = await refused_after_it_ran(story)
        assert story.condition(key, "Ready") == ("False", "ValidationFailed")
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_do_not_keep_what_else_is_new_in_the_spec_from_graph(self, story: ReconcilerHarness) -> None:
        key = await refused_after_it_ran(story, readiness=Readiness.APPLIED)
        wish = desired(application=CREDENTIALS, readiness=Readiness.APPLIED, interval="PT20M")
        story.edit(key, desired=wish)
        await story.run(key)
        assert story.graph.writes[-1] == "patch_interval"
        assert story.condition(key, "Ready") == ("True", "Applied")


class TestRefusedCredentialsThatAreNeeded:
    async def test_for_the_first_start_are_not_applied(self, story: ReconcilerHarness) -> None:
        story.graph.fail("validate_credentials", REFUSED, times=99)
        wish = desired(application=CREDENTIALS, readiness=Readiness.APPLIED)
        key = story.apply(resource(wish, finalizers=()))
        await story.run(key)
        assert story.graph.writes == ["create_job"]
        assert story.condition(key, "Ready") == ("False", "ValidationFailed")
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_by_a_job_that_ran_without_ours_are_not_applied(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        story.graph.fail("validate_credentials", REFUSED, times=99)
        key = story.apply(holder(wish=desired(application=CREDENTIALS, readiness=Readiness.APPLIED)))
        await story.run(key)
        assert story.condition(key, "Ready") == ("False", "ValidationFailed")

    async def test_to_start_a_job_again_are_not_applied(self, story: ReconcilerHarness) -> None:
        key = await refused_after_it_ran(story, readiness=Readiness.APPLIED)
        wish = desired(application=CREDENTIALS, readiness=Readiness.APPLIED)
        story.edit(key, desired=desired(**(vars(wish) | {"schedule_state": ScheduleState.PAUSED})))
        await story.run(key)
        story.edit(key, desired=wish)
        await story.run(key)
        assert story.graph.writes[-1] == "pause_job"
        assert story.condition(key, "Ready") == ("False", "ValidationFailed")
