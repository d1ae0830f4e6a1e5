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


class TestShownValues:
    SPEC = application("BaseAddress=https://scim/", "SecretToken<scim.token")

    async def test_a_value_that_graph_stores_in_another_form_is_sent_only_once(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.store = lambda entries: {name: value.rstrip("/") for name, value in entries.items()}
        key = apply_application(harness, self.SPEC)
        await harness.run_until(key, timedelta(hours=5))
        assert len(harness.graph.put) == 1
        assert harness.condition(key, "Ready")[0] == "True"
        harness.graph.secrets["BaseAddress"] = "https://evil"
        await poll_later(harness, key, HOUR)
        assert harness.graph.secrets["BaseAddress"] == "https://scim"

    async def test_a_value_that_graph_shows_late_is_waited_for_and_not_sent_again(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.store = lambda entries: {}
        key = apply_application(harness, self.SPEC)
        outcome = await harness.run(key)
        assert outcome.requeue_after == timedelta(seconds=15)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert "Graph took BaseAddress, SecretToken" in harness.message(key, "Ready")
        assert "start_job" not in harness.graph.calls
        await harness.run_until(key, minutes(10))
        assert len(harness.graph.put) == 1
        harness.graph.secrets |= harness.graph.put[0]
        await poll_later(harness, key)
        assert harness.condition(key, "Ready")[0] == "True"
        assert harness.graph.writes == ["create_job", "put_secrets", "start_job"]

    async def test_a_value_that_graph_never_shows_is_not_sent_again_after_the_bound(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.store = lambda entries: {}
        key = apply_application(harness, self.SPEC)
        await harness.run_until(key, minutes(34))
        assert len(harness.graph.put) == 1
        assert harness.condition(key, "Stalled") == ("True", "SecretsNotTaken")


class TestMaskedValues:
    """Microsoft does not document which keys are masked (graph-facts), so any may be."""

    @pytest.mark.parametrize(
        ("key", "spec"), [("SyncAll", application(scope="All")), ("SkipOutOfScopeDeletions", application(skip="Skip"))]
    )
    async def test_a_masked_value_of_a_field_is_saved_once(
        self, harness: ReconcilerHarness, key: str, spec: ApplicationSpec
    ) -> None:
        harness.graph.masked.add(key)
        harness.graph.add(remote_job())
        name = harness.apply(holder(wish=desired(application=spec)))
        await harness.run_until(name, timedelta(hours=2))
        assert len(harness.graph.put) == 1
        assert len(harness.graph.restarts) <= 1
        assert harness.condition(name, "Ready")[0] == "True"
        harness.restart()
        await harness.run_until(name, timedelta(hours=2))
        assert len(harness.graph.put) == 1

    async def test_a_masked_value_is_no_drift_for_an_observer(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        harness.graph.secrets = {"BaseAddress": "https://scim", "SecretToken": "s3cret"}
        wish = desired(application=CREDENTIALS, management_policy=ManagementPolicy.OBSERVE)
        key = harness.apply(holder(wish=wish))
        await harness.run(key)
        assert harness.condition(key, "Drifted")[0] == "False"


class TestNotificationSettings:
    SPEC = application(scope="All", accidentalDeletions={"threshold": 500})
    OTHERS = json.dumps({"Enabled": True, "Recipients": "x@y.z", "HumanResourcesLookaheadQueryEnabled": True})

    @pytest.mark.parametrize(("found", "is_masked"), [(OTHERS, True), ('{"Enabled":true,', False), ("[1]", False)])
    async def test_unreadable_notification_settings_of_others_are_not_overwritten(
        self, harness: ReconcilerHarness, found: str, is_masked: bool
    ) -> None:
        harness.graph.masked |= {"SyncNotificationSettings"} if is_masked else set()
        harness.graph.secrets["SyncNotificationSettings"] = found
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=desired(application=self.SPEC)))
        await harness.run_until(key, timedelta(hours=2))
        sent = [] if is_masked else [{"SyncAll": "true", "SyncNotificationSettings": found}]
        assert harness.graph.put == sent
        assert harness.condition(key, "Stalled") == ("True", "SettingsUnreadable")
        assert "SyncNotificationSettings" in harness.message(key, "Stalled")
        harness.graph.masked.clear()
        harness.graph.secrets["SyncNotificationSettings"] = self.OTHERS
        await poll_later(harness, key)
        assert json.loads(harness.graph.secrets["SyncNotificationSettings"])["DeleteThresholdValue"] == 500
        assert json.loads(harness.graph.secrets["SyncNotificationSettings"])["Recipients"] == "x@y.z"
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_our_notification_settings_are_saved_once_where_graph_masks_them(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.masked.add("SyncNotificationSettings")
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=desired(application=self.SPEC)))
        await harness.run_until(key, timedelta(hours=2))
        assert len(harness.graph.put) == 1
        assert harness.condition(key, "Ready")[0] == "True"


class TestChangeDuringValidation:
    """A validation takes time. Nothing is saved that a change during it forbids."""

    async def validate_while(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]
    ) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="n3w")

        async def validate(*_: object) -> None:
            happens()

        monkeypatch.setattr(harness.graph, "validate_credentials", validate)
        with pytest.raises(ResourceChanged):
            await poll_later(harness, key)
        assert harness.graph.put == []

    async def test_nothing_is_saved_when_the_resource_is_suspended_during_the_validation(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wish = desired(application=CREDENTIALS, is_suspended=True)
        await self.validate_while(harness, monkeypatch, lambda: harness.edit(holder().key, desired=wish))

    async def test_nothing_is_saved_when_the_resource_becomes_an_observer_during_the_validation(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wish = desired(application=CREDENTIALS, management_policy=ManagementPolicy.OBSERVE)
        await self.validate_while(harness, monkeypatch, lambda: harness.edit(holder().key, desired=wish))

    async def test_nothing_is_saved_when_a_foreign_secret_is_lost_during_the_validation(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carrier = holder(name="carrier", status={"conditions": [{"type": "ForeignSecretLost", "status": "True"}]})
        await self.validate_while(harness, monkeypatch, lambda: harness.apply(carrier))
