"""What the operator does with secrets that Graph shows late, in another form, or masked."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from entrasync.api.job.application import ApplicationSpec
from entrasync.api.policies import ManagementPolicy
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.application_passes import (
    CREDENTIALS,
    HOUR,
    SECRET,
    apply_application,
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
from tests.support.reconciler_harness import ReconcilerHarness


class TestWhatGraphShows:
    SPEC = application("BaseAddress=https://scim/", "SecretToken<scim.token")

    async def test_in_a_form_of_its_own_is_not_sent_for_ever(self, story: ReconcilerHarness) -> None:
        story.graph.store = lambda entries: {name: value.rstrip("/") for name, value in entries.items()}
        key = apply_application(story, self.SPEC)
        await story.run_until(key, timedelta(hours=5))
        assert len(story.graph.put) == 1
        assert story.condition(key, "Ready")[0] == "True"
        story.graph.secrets["BaseAddress"] = "https://evil"
        await poll_later(story, key, HOUR)
        assert story.graph.secrets["BaseAddress"] == "https://scim"

    async def test_late_is_waited_for_and_not_sent_again(self, story: ReconcilerHarness) -> None:
        story.graph.store = lambda entries: {}
        key = apply_application(story, self.SPEC)
        outcome = await story.run(key)
        assert outcome.look_again == timedelta(seconds=15)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert "Graph took BaseAddress, SecretToken" in story.message(key, "Ready")
        assert "start_job" not in story.graph.calls
        await story.run_until(key, minutes(10))
        assert len(story.graph.put) == 1
        story.graph.secrets |= story.graph.put[0]
        await poll_later(story, key)
        assert story.condition(key, "Ready")[0] == "True"
        assert story.graph.writes == ["create_job", "put_secrets", "start_job"]

    async def test_not_at_all_is_sent_again_after_the_bound(self, story: ReconcilerHarness) -> None:
        story.graph.store = lambda entries: {}
        key = apply_application(story, self.SPEC)
        await story.run_until(key, minutes(34))
        assert len(story.graph.put) == 3


class TestWhatGraphMasks:
    """Which keys those are stands nowhere (graph-facts): any may be."""

    @pytest.mark.parametrize(
        ("key", "spec"), [("SyncAll", application(scope="All")), ("SkipOutOfScopeDeletions", application(skip="Skip"))]
    )
    async def test_of_a_field_of_its_own_is_saved_once(
        self, story: ReconcilerHarness, key: str, spec: ApplicationSpec
    ) -> None:
        story.graph.masked.add(key)
        story.graph.add(remote_job())
        name = story.apply(holder(wish=desired(application=spec)))
        await story.run_until(name, timedelta(hours=2))
        assert len(story.graph.put) == 1
        assert len(story.graph.restarts) <= 1
        assert story.condition(name, "Ready")[0] == "True"
        story.restart()
        await story.run_until(name, timedelta(hours=2))
        assert len(story.graph.put) == 1

    async def test_is_no_difference_to_an_observer(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        story.graph.secrets = {"BaseAddress": "https://scim", "SecretToken": "s3cret"}
        wish = desired(application=CREDENTIALS, management_policy=ManagementPolicy.OBSERVE)
        key = story.apply(holder(wish=wish))
        await story.run(key)
        assert story.condition(key, "Drifted")[0] == "False"


class TestNotificationSettings:
    SPEC = application(scope="All", accidentalDeletions={"threshold": 500})
    OTHERS = json.dumps({"Enabled": True, "Recipients": "x@y.z", "HumanResourcesLookaheadQueryEnabled": True})

    @pytest.mark.parametrize(("found", "is_masked"), [(OTHERS, True), ('{"Enabled":true,', False), ("[1]", False)])
    async def test_of_others_that_cannot_be_read_are_not_overwritten(
        self, story: ReconcilerHarness, found: str, is_masked: bool
    ) -> None:
        story.graph.masked |= {"SyncNotificationSettings"} if is_masked else set()
        story.graph.secrets["SyncNotificationSettings"] = found
        story.graph.add(remote_job())
        key = story.apply(holder(wish=desired(application=self.SPEC)))
        await story.run_until(key, timedelta(hours=2))
        assert story.graph.put == [{"SyncAll": "true"}]
        assert story.condition(key, "Stalled") == ("True", "SettingsUnreadable")
        assert "SyncNotificationSettings" in story.message(key, "Stalled")
        story.graph.masked.clear()
        story.graph.secrets["SyncNotificationSettings"] = self.OTHERS
        await poll_later(story, key)
        assert json.loads(story.graph.secrets["SyncNotificationSettings"])["DeleteThresholdValue"] == 500
        assert json.loads(story.graph.secrets["SyncNotificationSettings"])["Recipients"] == "x@y.z"
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_ours_that_graph_masks_are_saved_once(self, story: ReconcilerHarness) -> None:
        story.graph.masked.add("SyncNotificationSettings")
        story.graph.add(remote_job())
        key = story.apply(holder(wish=desired(application=self.SPEC)))
        await story.run_until(key, timedelta(hours=2))
        assert len(story.graph.put) == 1
        assert story.condition(key, "Ready")[0] == "True"


class TestWhatIsForbiddenMeanwhile:
    """To try credentials takes its time, and nothing is saved that was forbidden in it."""

    async def try_while(
        self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
    ) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="n3w")

        async def validate(*_: object) -> None:
            happens()

        monkeypatch.setattr(story.graph, "validate_credentials", validate)
        with pytest.raises(ResourceChanged):
            await poll_later(story, key)
        assert story.graph.put == []

    async def test_by_suspending_the_resource(self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        wish = desired(application=CREDENTIALS, is_suspended=True)
        await self.try_while(story, monkeypatch, lambda: story.edit(holder().key, desired=wish))

    async def test_by_only_observing_it(self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        wish = desired(application=CREDENTIALS, management_policy=ManagementPolicy.OBSERVE)
        await self.try_while(story, monkeypatch, lambda: story.edit(holder().key, desired=wish))

    async def test_by_a_loss_in_the_tenant(self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        carrier = holder(name="carrier", status={"conditions": [{"type": "ForeignSecretLost", "status": "True"}]})
        await self.try_while(story, monkeypatch, lambda: story.apply(carrier))
