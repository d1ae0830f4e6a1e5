"""Secrets that somebody changes in Graph are found and put right."""

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

    async def test_is_looked_for_once_an_hour_and_put_right(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.SPEC)
        story.graph.secrets["BaseAddress"] = "https://evil"
        await story.run_until(key, timedelta(minutes=50))
        assert "list_secrets" not in story.graph.calls
        await story.run_until(key, timedelta(minutes=20))
        assert story.graph.secrets["BaseAddress"] == "https://scim"
        assert story.graph.calls.count("list_secrets") == 2
        assert story.told.reasons == ["DriftCorrected"]

    async def test_is_looked_for_in_the_hour_after_a_restart(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.SPEC)
        story.restart()
        await story.run_until(key, HOUR + minutes(5))
        assert story.graph.calls.count("list_secrets") == 1

    async def test_that_cannot_be_looked_for_is_no_fault(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.SPEC)
        story.graph.fail("list_secrets", DOWN)
        await poll_later(story, key, HOUR)
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_one_key_names_that_key_only(self, story: ReconcilerHarness) -> None:
        """All of ours are sent then, for Graph may replace where it is expected to merge."""
        key = await settle_application(
            story, application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All")
        )
        del story.graph.secrets["BaseAddress"]
        await poll_later(story, key, HOUR)
        assert story.told.events[-1].message.startswith("BaseAddress of service principal")
        fields = [entry["field"] for entry in story.status(key)["lastDrift"]["differences"]]
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
    async def test_of_notification_settings_names_whose_they_are(
        self, story: ReconcilerHarness, found: dict[str, Any], fields: list[str]
    ) -> None:
        spec = application(accidentalDeletions={"threshold": 5}, notifications={"recipients": ["a@b.c"]})
        key = await settle_application(story, spec)
        name = "SyncNotificationSettings"
        story.graph.secrets[name] = json.dumps(json.loads(story.graph.secrets[name]) | found)
        await poll_later(story, key, HOUR)
        assert [entry["field"] for entry in story.status(key)["lastDrift"]["differences"]] == fields

    async def test_is_shown_to_an_observer_and_left(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        story.graph.secrets["BaseAddress"] = "https://evil"
        key = story.apply(holder(wish=desired(application=self.SPEC, management_policy=ManagementPolicy.OBSERVE)))
        await story.run(key)
        for _ in range(3):
            await poll_later(story, key)
            assert story.condition(key, "Drifted")[0] == "True"
        assert "save BaseAddress, SyncAll" in story.message(key, "Drifted")
        assert story.graph.writes == []
        assert story.graph.calls.count("list_secrets") == 1
