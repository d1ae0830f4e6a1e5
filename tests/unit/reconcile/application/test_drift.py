"""Secrets that somebody changes in Graph are found and corrected."""

import json
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.policies import ManagementPolicy
from tests.support.application_passes import (
    HOUR,
    poll_later,
    settle_application,
)
from tests.support.facts import (
    application,
    desired,
    holder,
    minutes,
    remote_job,
)
from tests.support.graph_answers import DOWN
from tests.support.reconciler_harness import ReconcilerHarness


class TestDrift:
    SPEC = application("BaseAddress=https://scim", scope="All")

    async def test_drift_is_looked_for_once_an_hour_and_corrected(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.SPEC)
        harness.graph.secrets["BaseAddress"] = "https://evil"
        await harness.run_until(key, timedelta(minutes=50))
        assert "list_secrets" not in harness.graph.calls
        await harness.run_until(key, timedelta(minutes=20))
        assert harness.graph.secrets["BaseAddress"] == "https://scim"
        assert harness.graph.calls.count("list_secrets") == 2
        assert harness.recorded.reasons == ["DriftCorrected"]

    async def test_drift_is_looked_for_in_the_hour_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.SPEC)
        harness.restart()
        await harness.run_until(key, HOUR + minutes(5))
        assert harness.graph.calls.count("list_secrets") == 1

    async def test_a_failed_search_for_drift_does_not_harm_ready(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.SPEC)
        harness.graph.fail("list_secrets", DOWN)
        await poll_later(harness, key, HOUR)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_drift_of_one_key_names_that_key_only(self, harness: ReconcilerHarness) -> None:
        """All our values are sent then, because Graph may replace where it is expected to merge."""
        key = await settle_application(
            harness, application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All")
        )
        del harness.graph.secrets["BaseAddress"]
        await poll_later(harness, key, HOUR)
        assert harness.recorded.events[-1].message.startswith("BaseAddress of service principal")
        fields = [entry["field"] for entry in harness.status(key)["lastDrift"]["differences"]]
        assert fields == ["application.credentials[BaseAddress]"]

    @pytest.mark.parametrize(
        ("found", "fields"),
        [
            ({"DeleteThresholdEnabled": False}, ["application.accidentalDeletions"]),
            ({"Recipients": "e@v.il"}, ["application.notifications"]),
            (
                {"Enabled": False, "DeleteThresholdValue": 9},
                ["application.accidentalDeletions", "application.notifications"],
            ),
        ],
    )
    async def test_drift_of_notification_settings_names_their_fields(
        self, harness: ReconcilerHarness, found: dict[str, Any], fields: list[str]
    ) -> None:
        spec = application(accidentalDeletions={"threshold": 5}, notifications={"recipients": ["a@b.c"]})
        key = await settle_application(harness, spec)
        name = "SyncNotificationSettings"
        harness.graph.secrets[name] = json.dumps(json.loads(harness.graph.secrets[name]) | found)
        await poll_later(harness, key, HOUR)
        assert [entry["field"] for entry in harness.status(key)["lastDrift"]["differences"]] == fields

    async def test_drift_of_an_observed_resource_is_shown_and_not_corrected(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        harness.graph.secrets["BaseAddress"] = "https://evil"
        key = harness.apply(holder(wish=desired(application=self.SPEC, management_policy=ManagementPolicy.OBSERVE)))
        await harness.run(key)
        for _ in range(3):
            await poll_later(harness, key)
            assert harness.condition(key, "Drifted")[0] == "True"
        assert "save BaseAddress, SyncAll" in harness.message(key, "Drifted")
        assert harness.graph.writes == []
        assert harness.graph.calls.count("list_secrets") == 1
