"""The defaults of a namespace and of the install: when a namespace is read, and which default is in force."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.names import FINALIZER
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.defaults import Defaults
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.facts import desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

ALL = frozenset({"poll_interval", "management_policy", "deletion_policy"})
OBSERVE = {"entrasync.io/default-management-policy": "Observe"}
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")
UNREACHABLE = ApiServerUnavailable("503")


def silent(harness: ReconcilerHarness, *, namespace: str = "identity", name: str = "salesforce") -> ObjectKey:
    """Apply a resource without a job whose spec sets none of the defaults."""
    return harness.apply(resource(desired(unset=ALL), finalizers=(), key=ObjectKey(namespace, name)))


def held(harness: ReconcilerHarness, **spec: Any) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(wish=desired(**{"unset": ALL} | spec)))


class TestPrecedence:
    async def test_the_built_in_default_holds_where_nothing_else_is_set(self, harness: ReconcilerHarness) -> None:
        key = held(harness)
        await harness.run(key)
        assert harness.status(key)["effective"] == {
            "managementPolicy": "Manage",
            "deletionPolicy": "Delete",
            "pollInterval": "10m",
            "scheduleState": "Active",
        }

    async def test_the_default_of_the_install_overrides_the_built_in_one(self, harness: ReconcilerHarness) -> None:
        harness.install = Defaults(minutes(7), ManagementPolicy.MANAGE, DeletionPolicy.RETAIN)
        harness.restart()
        key = held(harness)
        outcome = await harness.run(key)
        assert harness.status(key)["effective"]["deletionPolicy"] == "Retain"
        assert harness.status(key)["effective"]["pollInterval"] == "7m"
        assert outcome.requeue_after == minutes(7)

    async def test_the_default_of_the_namespace_overrides_that_of_the_install(self, harness: ReconcilerHarness) -> None:
        harness.install = Defaults(minutes(7))
        harness.restart()
        harness.server.namespaces["identity"] = {**OBSERVE, "entrasync.io/default-poll-interval": "9m"}
        key = silent(harness)
        assert (await harness.run(key)).requeue_after == minutes(9)
        assert harness.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert harness.graph.writes == []

    async def test_the_spec_overrides_all_defaults(self, harness: ReconcilerHarness) -> None:
        harness.server.namespaces["identity"] = OBSERVE
        key = harness.apply(resource(desired(unset=frozenset({"poll_interval"})), finalizers=()))
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]


class TestNamespace:
    async def test_a_namespace_is_read_at_most_once_a_minute_for_all_its_resources(
        self, harness: ReconcilerHarness
    ) -> None:
        keys = [held(harness), silent(harness, name="other")]
        for _ in range(3):
            for key in keys:
                await harness.run(key)
        assert harness.server.namespace_reads == ["identity"]
        harness.clock.move(minutes(1))
        await harness.run(keys[0])
        assert harness.server.namespace_reads == ["identity"] * 2

    async def test_a_namespace_is_read_again_after_a_minute_although_the_machines_clock_was_set_back(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.clock.set_wall(harness.clock.now())
        key = held(harness)
        await harness.run(key)
        harness.server.namespaces["identity"] = OBSERVE
        harness.clock.set_wall(harness.clock.now() - timedelta(hours=1))
        harness.clock.move(minutes(1))
        await harness.run(key)
        assert harness.status(key)["effective"]["managementPolicy"] == "Observe"

    async def test_a_changed_namespace_is_in_force_at_the_next_pass_after_a_minute(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness)
        await harness.run(key)
        harness.server.namespaces["identity"] = OBSERVE
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        harness.clock.move(minutes(5))
        await harness.run(key)
        assert harness.condition(key, "Drifted") == ("True", "Drifted")
        assert harness.graph.writes == []
        del harness.server.namespaces["identity"]
        harness.clock.move(minutes(5))
        await harness.run(key)
        assert harness.graph.writes == ["start_job"]

    async def test_a_namespace_that_observes_claims_no_job_before_its_resources_were_reconciled(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.server.namespaces["elsewhere"] = OBSERVE
        harness.graph.add(remote_job())
        watching = holder(wish=desired(unset=ALL), name="watching", key=ObjectKey("elsewhere", "watching"))
        harness.apply(watching)
        key = silent(harness)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert harness.status(key)["origin"] == "Adopted"

    async def test_a_namespace_with_wrong_annotations_is_reported_once_and_nothing_is_deleted(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "Keep"}
        key = held(harness)
        for _ in range(3):
            await harness.run(key)
            harness.clock.move(minutes(5))
        assert harness.recorded.reasons == ["InvalidAnnotation"]
        assert (
            'default-deletion-policy is "Keep", and must be Delete, Pause or Retain'
            in harness.recorded.events[0].message
        )
        assert harness.condition(key, "DefaultsInDoubt") == ("True", "InvalidAnnotation")
        assert harness.status(key)["effective"]["deletionPolicy"] == "Retain"
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.writes == []
        assert '"Keep"' in harness.recorded.events[-1].message

    async def test_a_namespace_whose_annotation_became_wrong_allows_no_more_than_before(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "Retain"}
        key = held(harness)
        await harness.run(key)
        assert harness.condition(key, "DefaultsInDoubt") == ("", "")
        harness.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "retain"}
        harness.clock.move(minutes(5))
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.graph.writes == []

    async def test_a_wrong_annotation_does_not_affect_a_spec_that_sets_the_field(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.server.namespaces["identity"] = {"entrasync.io/default-management-policy": "observe"}
        key = held(harness, unset=frozenset({"deletion_policy"}))
        await harness.run(key)
        assert harness.condition(key, "DefaultsInDoubt") == ("", "")
        assert harness.condition(key, "Ready") == ("True", "Healthy")

    async def test_a_namespace_in_doubt_creates_nothing_and_keeps_its_claims(self, harness: ReconcilerHarness) -> None:
        harness.server.namespaces["elsewhere"] = None
        doubtful = held(harness)
        harness.server.namespaces["identity"] = {"entrasync.io/default-management-policy": "observe"}
        await harness.run(doubtful)
        assert harness.condition(doubtful, "Ready") == ("True", "Observed")
        assert harness.server.stored[doubtful].finalizers == (FINALIZER,)
        other = harness.apply(resource(finalizers=(), key=ObjectKey("elsewhere", "other")))
        await harness.run(other)
        assert harness.condition(other, "Stalled") == ("True", "Conflict")
        assert harness.graph.writes == []

    async def test_a_namespace_with_wrong_annotations_is_reported_on_its_own_resources_only(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.server.namespaces["theirs"] = {"entrasync.io/default-poll-interval": "canary"}
        theirs = holder("other-job", wish=desired(unset=ALL), key=ObjectKey("theirs", "other"), uid="other")
        harness.apply(theirs)
        key = held(harness)
        await harness.run(key)
        assert harness.server.namespace_reads == ["identity", "theirs"]
        assert harness.recorded.events == []
        await harness.run(theirs.key)
        assert harness.recorded.reasons == ["InvalidAnnotation"]
        assert harness.server.namespace_reads == ["identity", "theirs"], "the defaults were known already"
        await harness.run(key)
        assert harness.recorded.reasons == ["InvalidAnnotation"]

    async def test_a_namespace_that_may_not_be_read_is_logged_once_and_only_observed(
        self, harness: ReconcilerHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        harness.server.namespaces["identity"] = None
        key = held(harness)
        for _ in range(3):
            await harness.run(key)
            harness.clock.move(minutes(5))
        assert harness.condition(key, "Ready") == ("True", "Observed")
        assert harness.condition(key, "DefaultsInDoubt") == ("True", "NamespaceUnreadable")
        assert [record.getMessage() for record in caplog.records] == [
            "Namespace identity may not be read, so what specs leave open there is taken as Observe and Retain: "
            "grant the right get on namespaces."
        ]
        harness.server.namespaces["identity"] = {}
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert harness.condition(key, "DefaultsInDoubt") == ("", "")

    async def test_a_namespace_that_may_not_be_read_after_a_restart_allows_no_more_than_before(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.server.namespaces["identity"] = OBSERVE | {"entrasync.io/default-deletion-policy": "Retain"}
        key = held(harness, unset=frozenset({"deletion_policy"}))
        another = silent(harness, name="another")
        harness.server.namespaces["identity"] = None
        harness.restart()
        await harness.run(another)
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.writes == []

    async def test_a_namespace_that_was_never_read_ends_the_pass(self, harness: ReconcilerHarness) -> None:
        harness.server.namespaces["identity"] = UNREACHABLE
        key = silent(harness)
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        assert harness.graph.calls == []

    @pytest.mark.parametrize("answer", [UNREACHABLE, None], ids=["unreachable", "forbidden"])
    async def test_a_namespace_that_can_no_longer_be_read_keeps_its_last_defaults(
        self, harness: ReconcilerHarness, answer: Exception | None
    ) -> None:
        harness.server.namespaces["identity"] = OBSERVE
        key = silent(harness)
        await harness.run(key)
        harness.server.namespaces["identity"] = answer
        harness.clock.move(minutes(5))
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.status(key)["effective"]["managementPolicy"] == "Observe"

    async def test_a_namespace_is_not_read_for_a_suspended_resource(self, harness: ReconcilerHarness) -> None:
        key = held(harness, is_suspended=True)
        await harness.run(key)
        assert harness.server.namespace_reads == []


class TestDeletion:
    @pytest.mark.parametrize(("word", "left"), [("Delete", []), ("Retain", ["Active"]), ("Pause", ["Disabled"])])
    async def test_a_deletion_follows_the_defaults_in_force_then(
        self, harness: ReconcilerHarness, word: str, left: list[str]
    ) -> None:
        key = held(harness)
        await harness.run(key)
        harness.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": word}
        harness.clock.move(timedelta(minutes=1))
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored
        assert [job.schedule_state for job in harness.graph.jobs.values()] == left

    async def test_a_blocked_deletion_shows_the_defaults_in_force(self, harness: ReconcilerHarness) -> None:
        key = held(harness)
        await harness.run(key)
        harness.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "Pause"}
        harness.clock.move(timedelta(minutes=1))
        harness.edit(key, is_deleting=True)
        harness.graph.fail("list_jobs", DOWN)
        await harness.run(key)
        assert harness.status(key)["effective"]["deletionPolicy"] == "Pause"
