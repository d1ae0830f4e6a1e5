"""Defaults of namespace and install as a story: when a namespace is read, and whose word holds."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.names import FINALIZER
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
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


def silent(story: ReconcilerHarness, *, namespace: str = "identity", name: str = "salesforce") -> ObjectKey:
    """A resource without a job whose spec says none of it."""
    return story.apply(resource(desired(unset=ALL), finalizers=(), key=ObjectKey(namespace, name)))


def held(story: ReconcilerHarness, **spec: Any) -> ObjectKey:
    story.graph.add(remote_job())
    return story.apply(holder(wish=desired(**{"unset": ALL} | spec)))


class TestWhoseWordHolds:
    async def test_of_nobody_that_which_is_built_in(self, story: ReconcilerHarness) -> None:
        key = held(story)
        await story.run(key)
        assert story.status(key)["effective"] == {
            "managementPolicy": "Manage",
            "deletionPolicy": "Delete",
            "pollInterval": "5m",
            "scheduleState": "Active",
        }

    async def test_of_the_install(self, story: ReconcilerHarness) -> None:
        story.install = Defaults(minutes(7), ManagementPolicy.MANAGE, DeletionPolicy.RETAIN)
        story.restart()
        key = held(story)
        outcome = await story.run(key)
        assert story.status(key)["effective"]["deletionPolicy"] == "Retain"
        assert story.status(key)["effective"]["pollInterval"] == "7m"
        assert outcome.look_again == minutes(7)

    async def test_of_the_namespace_before_the_install(self, story: ReconcilerHarness) -> None:
        story.install = Defaults(minutes(7))
        story.restart()
        story.server.namespaces["identity"] = {**OBSERVE, "entrasync.io/default-poll-interval": "9m"}
        key = silent(story)
        assert (await story.run(key)).look_again == minutes(9)
        assert story.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert story.graph.writes == []

    async def test_of_the_spec_before_all(self, story: ReconcilerHarness) -> None:
        story.server.namespaces["identity"] = OBSERVE
        key = story.apply(resource(desired(unset=frozenset({"poll_interval"})), finalizers=()))
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]


class TestANamespace:
    async def test_is_read_at_most_once_a_minute_for_all_its_resources(self, story: ReconcilerHarness) -> None:
        keys = [held(story), silent(story, name="other")]
        for _ in range(3):
            for key in keys:
                await story.run(key)
        assert story.server.namespace_reads == ["identity"]
        story.clock.move(minutes(1))
        await story.run(keys[0])
        assert story.server.namespace_reads == ["identity"] * 2

    async def test_that_has_changed_holds_at_the_next_pass_after_a_minute(self, story: ReconcilerHarness) -> None:
        key = held(story)
        await story.run(key)
        story.server.namespaces["identity"] = OBSERVE
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        story.clock.move(minutes(5))
        await story.run(key)
        assert story.condition(key, "Drifted") == ("True", "Drifted")
        assert story.graph.writes == []
        del story.server.namespaces["identity"]
        story.clock.move(minutes(5))
        await story.run(key)
        assert story.graph.writes == ["start_job"]

    async def test_that_observes_makes_no_claim_before_its_own_resources_were_looked_at(
        self, story: ReconcilerHarness
    ) -> None:
        story.server.namespaces["elsewhere"] = OBSERVE
        story.graph.add(remote_job())
        watching = holder(wish=desired(unset=ALL), name="watching", key=ObjectKey("elsewhere", "watching"))
        story.apply(watching)
        key = silent(story)
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert story.status(key)["origin"] == "Adopted"

    async def test_with_wrong_annotations_is_told_once_and_nothing_is_deleted(self, story: ReconcilerHarness) -> None:
        story.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "Keep"}
        key = held(story)
        for _ in range(3):
            await story.run(key)
            story.clock.move(minutes(5))
        assert story.told.reasons == ["InvalidAnnotation"]
        assert "default-deletion-policy is 'Keep', and must be Delete, Pause or Retain" in story.told.events[0].message
        assert story.condition(key, "DefaultsInDoubt") == ("True", "InvalidAnnotation")
        assert story.status(key)["effective"]["deletionPolicy"] == "Retain"
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored
        assert story.graph.writes == []
        assert "'Keep'" in story.told.events[-1].message

    async def test_whose_annotation_became_wrong_is_no_bolder_than_before(self, story: ReconcilerHarness) -> None:
        story.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "Retain"}
        key = held(story)
        await story.run(key)
        assert story.condition(key, "DefaultsInDoubt") == ("", "")
        story.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "retain"}
        story.clock.move(minutes(5))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.writes == []

    async def test_with_a_wrong_annotation_is_no_business_of_a_spec_that_says_it(
        self, story: ReconcilerHarness
    ) -> None:
        story.server.namespaces["identity"] = {"entrasync.io/default-management-policy": "observe"}
        key = held(story, unset=frozenset({"deletion_policy"}))
        await story.run(key)
        assert story.condition(key, "DefaultsInDoubt") == ("", "")
        assert story.condition(key, "Ready") == ("True", "Healthy")

    async def test_in_doubt_creates_nothing_and_is_no_observer_whose_job_others_may_take(
        self, story: ReconcilerHarness
    ) -> None:
        story.server.namespaces["elsewhere"] = None
        doubtful = held(story)
        story.server.namespaces["identity"] = {"entrasync.io/default-management-policy": "observe"}
        await story.run(doubtful)
        assert story.condition(doubtful, "Ready") == ("True", "Observed")
        assert story.server.stored[doubtful].finalizers == (FINALIZER,)
        other = story.apply(resource(finalizers=(), key=ObjectKey("elsewhere", "other")))
        await story.run(other)
        assert story.condition(other, "Stalled") == ("True", "Conflict")
        assert story.graph.writes == []

    async def test_with_wrong_annotations_is_told_to_its_own_resources_only(self, story: ReconcilerHarness) -> None:
        story.server.namespaces["theirs"] = {"entrasync.io/default-poll-interval": "canary"}
        theirs = holder("other-job", wish=desired(unset=ALL), key=ObjectKey("theirs", "other"), uid="other")
        story.apply(theirs)
        key = held(story)
        await story.run(key)
        assert story.server.namespace_reads == ["identity", "theirs"]
        assert story.told.events == []
        await story.run(theirs.key)
        assert story.told.reasons == ["InvalidAnnotation"]
        assert story.server.namespace_reads == ["identity", "theirs"], "it was known already"
        await story.run(key)
        assert story.told.reasons == ["InvalidAnnotation"]

    async def test_that_may_not_be_read_is_logged_once_and_only_observed(
        self, story: ReconcilerHarness, caplog: pytest.LogCaptureFixture
    ) -> None:
        story.server.namespaces["identity"] = None
        key = held(story)
        for _ in range(3):
            await story.run(key)
            story.clock.move(minutes(5))
        assert story.condition(key, "Ready") == ("True", "Observed")
        assert story.condition(key, "DefaultsInDoubt") == ("True", "NamespaceUnreadable")
        assert [record.getMessage() for record in caplog.records] == [
            "Namespace identity may not be read, so what specs leave open there is taken as Observe and Retain: "
            "grant the right get on namespaces."
        ]
        story.server.namespaces["identity"] = {}
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert story.condition(key, "DefaultsInDoubt") == ("", "")

    async def test_that_may_not_be_read_after_a_restart_allows_no_more_than_before(
        self, story: ReconcilerHarness
    ) -> None:
        story.server.namespaces["identity"] = OBSERVE | {"entrasync.io/default-deletion-policy": "Retain"}
        key = held(story, unset=frozenset({"deletion_policy"}))
        another = silent(story, name="another")
        story.server.namespaces["identity"] = None
        story.restart()
        await story.run(another)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored
        assert story.graph.writes == []

    async def test_that_was_never_read_ends_the_pass_for_it_may_forbid_what_is_about_to_be_done(
        self, story: ReconcilerHarness
    ) -> None:
        story.server.namespaces["identity"] = UNREACHABLE
        key = silent(story)
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        assert story.graph.calls == []

    @pytest.mark.parametrize("answer", [UNREACHABLE, None], ids=["unreachable", "forbidden"])
    async def test_that_cannot_be_read_any_more_holds_as_it_was(
        self, story: ReconcilerHarness, answer: Exception | None
    ) -> None:
        story.server.namespaces["identity"] = OBSERVE
        key = silent(story)
        await story.run(key)
        story.server.namespaces["identity"] = answer
        story.clock.move(minutes(5))
        await story.run(key)
        assert story.graph.writes == []
        assert story.status(key)["effective"]["managementPolicy"] == "Observe"

    async def test_is_not_read_for_what_is_suspended(self, story: ReconcilerHarness) -> None:
        key = held(story, is_suspended=True)
        await story.run(key)
        assert story.server.namespace_reads == []


class TestDeletion:
    @pytest.mark.parametrize(("word", "left"), [("Delete", []), ("Retain", ["Active"]), ("Pause", ["Disabled"])])
    async def test_goes_by_what_is_in_force_then(self, story: ReconcilerHarness, word: str, left: list[str]) -> None:
        key = held(story)
        await story.run(key)
        story.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": word}
        story.clock.move(timedelta(minutes=1))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored
        assert [job.schedule_state for job in story.graph.jobs.values()] == left

    async def test_that_is_held_up_shows_what_is_in_force(self, story: ReconcilerHarness) -> None:
        key = held(story)
        await story.run(key)
        story.server.namespaces["identity"] = {"entrasync.io/default-deletion-policy": "Pause"}
        story.clock.move(timedelta(minutes=1))
        story.edit(key, is_deleting=True)
        story.graph.fail("list_jobs", DOWN)
        await story.run(key)
        assert story.status(key)["effective"]["deletionPolicy"] == "Pause"
