"""A new job with spec.application has its secrets saved before it is started."""

import json
from datetime import timedelta

from entrasync.api.policies import ScheduleState
from tests.support.application_passes import (
    SECRET,
    apply_application,
    poll_later,
    settle_application,
)
from tests.support.facts import (
    application,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestCreate:
    FULL = application(
        "BaseAddress=https://scim",
        "SecretToken<scim.token",
        scope="AssignedOnly",
        notifications={"recipients": ["iam@example.com"]},
    )

    async def test_tries_saves_once_and_looks_before_it_starts(self, story: ReconcilerHarness) -> None:
        key = apply_application(story, self.FULL)
        await story.run(key)
        assert story.graph.calls == [
            "list_jobs",
            "create_job",
            "list_secrets",
            "validate_credentials",
            "put_secrets",
            "list_secrets",
            "start_job",
            "list_jobs",
        ]
        [put] = story.graph.put
        assert set(put) == {"BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"}
        assert story.graph.tried == [{"BaseAddress": "https://scim", "SecretToken": "s3cret"}]
        assert story.condition(key, "Ready") == ("True", "NotRunYet")
        assert story.condition(key, "CredentialsValid") == ("True", "Validated")
        assert story.told.reasons == ["JobCreated", "SecretsSaved", "JobStarted"]

    async def test_remembers_names_and_versions_and_no_value(self, story: ReconcilerHarness) -> None:
        key = apply_application(story, self.FULL)
        await story.run(key)
        record = story.status(key)["application"]
        assert record["keys"] == ["BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"]
        assert record["sources"] == [{"name": "scim", "uid": "uid-of-scim-1", "resourceVersion": "1"}]
        assert record["scopeInForce"] == "AssignedOnly"
        assert "s3cret" not in json.dumps(story.server.patches) + str(story.told.events)

    async def test_needs_no_restart_for_its_scope(self, story: ReconcilerHarness) -> None:
        key = apply_application(story, application(scope="All"))
        await story.run_until(key, timedelta(hours=3))
        assert story.graph.restarts == []

    async def test_a_second_pass_costs_nothing(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        writes = list(story.server.writes)
        for _ in range(5):
            await poll_later(story, key)
        assert story.graph.calls == ["list_jobs"] * 5
        assert story.server.writes == writes

    async def test_that_was_paused_is_not_started(self, story: ReconcilerHarness) -> None:
        key = apply_application(story, schedule_state=ScheduleState.PAUSED)
        await story.run(key)
        assert "put_secrets" in story.graph.calls
        assert "start_job" not in story.graph.calls

    async def test_has_no_secret_at_hand_and_waits_with_the_start(self, story: ReconcilerHarness) -> None:
        story.secrets.remove(SECRET)
        key = apply_application(story)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "create_job"]
        assert story.condition(key, "Stalled") == ("True", "SecretUnreadable")
        message = story.message(key, "Stalled")
        assert "There is no Secret identity/scim" in message
        assert "takes SecretToken from it" in message
        story.secrets.put(SECRET, token="s3cret")
        await poll_later(story, key)
        assert story.graph.writes == ["create_job", "put_secrets", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"
