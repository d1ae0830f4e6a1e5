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

    async def test_a_create_validates_saves_once_and_reads_back_before_the_start(
        self, harness: ReconcilerHarness
    ) -> None:
        key = apply_application(harness, self.FULL)
        await harness.run(key)
        assert harness.graph.calls == [
            "list_jobs",
            "create_job",
            "list_secrets",
            "validate_credentials",
            "put_secrets",
            "list_secrets",
            "start_job",
            "list_jobs",
        ]
        [put] = harness.graph.put
        assert set(put) == {"BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"}
        assert harness.graph.tried == [{"BaseAddress": "https://scim", "SecretToken": "s3cret"}]
        assert harness.condition(key, "Ready") == ("True", "NotRunYet")
        assert harness.condition(key, "CredentialsValid") == ("True", "Validated")
        assert harness.recorded.reasons == ["JobCreated", "SecretsSaved", "JobStarted"]

    async def test_a_create_records_names_and_versions_and_no_value(self, harness: ReconcilerHarness) -> None:
        key = apply_application(harness, self.FULL)
        await harness.run(key)
        record = harness.status(key)["application"]
        assert record["keys"] == ["BaseAddress", "SecretToken", "SyncAll", "SyncNotificationSettings"]
        assert record["sources"] == [{"name": "scim", "uid": "uid-of-scim-1", "resourceVersion": "1"}]
        assert record["scopeInForce"] == "AssignedOnly"
        assert "s3cret" not in json.dumps(harness.server.patches) + str(harness.recorded.events)

    async def test_a_new_job_needs_no_restart_for_its_scope(self, harness: ReconcilerHarness) -> None:
        key = apply_application(harness, application(scope="All"))
        await harness.run_until(key, timedelta(hours=3))
        assert harness.graph.restarts == []

    async def test_a_second_pass_costs_one_list_and_no_write(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        writes = list(harness.server.writes)
        for _ in range(5):
            await poll_later(harness, key)
        assert harness.graph.calls == ["list_jobs"] * 5
        assert harness.server.writes == writes

    async def test_a_new_job_that_is_wanted_paused_is_not_started(self, harness: ReconcilerHarness) -> None:
        key = apply_application(harness, schedule_state=ScheduleState.PAUSED)
        await harness.run(key)
        assert "put_secrets" in harness.graph.calls
        assert "start_job" not in harness.graph.calls

    async def test_a_new_job_without_its_secret_waits_with_the_start(self, harness: ReconcilerHarness) -> None:
        harness.secrets.remove(SECRET)
        key = apply_application(harness)
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "create_job", "list_jobs"]
        assert harness.condition(key, "Stalled") == ("True", "SecretUnreadable")
        message = harness.message(key, "Stalled")
        assert "There is no Secret identity/scim" in message
        assert "SecretToken of spec.application.credentials needs it" in message
        harness.secrets.put(SECRET, token="s3cret")
        await poll_later(harness, key)
        assert harness.graph.writes == ["create_job", "put_secrets", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"
