"""What one process keeps in memory: resources, claims, memory of jobs, and listings."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.listings import Listings
from entrasync.reconcile.state.memory import MemoryStore
from tests.support.facts import JOB, NOW, OTHER_PRINCIPAL, PRINCIPAL, desired, holder, minutes, resource, seconds
from tests.support.fake_graph import FakeGraph
from tests.support.still_clock import StillClock

KEY = ObjectKey("identity", "salesforce")
NOBODY = ObjectKey("identity", "nobody")


class TestResources:
    def test_a_newer_version_replaces_an_older_one_in_whatever_order_they_come(self) -> None:
        store = JobStore()
        new, old = resource(resource_version="10", generation=2), resource(resource_version="9")
        assert store.put(new) is None
        assert store.put(old) is old
        assert store.get(KEY) is new
        assert store.put(replace(new, resource_version="11")) is new

    def test_a_recreated_resource_replaces_the_old_one_whatever_its_version(self) -> None:
        store = JobStore()
        store.put(resource(resource_version="10"))
        anew = resource(resource_version="3", uid="new")
        store.put(anew)
        assert store.get(KEY) is anew

    def test_a_late_answer_does_not_revive_a_resource_that_was_created_again(self) -> None:
        store = JobStore()
        store.put(resource(resource_version="3"))
        anew = resource(resource_version="5", uid="new")
        store.put(anew)
        late = resource(resource_version="4")
        assert store.put(late) is late
        assert store.get(KEY) is anew

    def test_the_newest_version_of_a_resource_is_never_another_one_of_its_name(self) -> None:
        store = JobStore()
        old = resource()
        store.put(newer := resource(resource_version="5"))
        assert store.newest(old) is newer
        store.put(resource(resource_version="6", uid="new"))
        assert store.newest(old) is old

    def test_a_late_answer_does_not_revive_a_deleted_resource(self) -> None:
        store = JobStore()
        store.put(resource())
        store.remove(KEY, resource().uid)
        late = resource(resource_version="9")
        assert store.put(late) is late
        assert len(store) == 0

    def test_a_list_prunes_only_resources_that_were_known_before_it(self) -> None:
        store = JobStore()
        store.put(resource(name="old"))
        store.put(resource(name="stays"))
        before = store.by_uid()
        store.put(resource(name="came meanwhile"))
        gone = store.prune(before, {resource(name="stays").uid})
        assert [known.key.name for known in gone] == ["old"]
        assert {known.key.name for known in store} == {"stays", "came meanwhile"}

    def test_a_resource_recreated_during_a_list_is_not_pruned_with_the_old_one(self) -> None:
        store = JobStore()
        store.put(resource())
        before = store.by_uid()
        anew = resource(uid="new")
        store.put(anew)
        assert [known.uid for known in store.prune(before, set())] == [resource().uid]
        assert store.get(KEY) is anew
        later = replace(anew, resource_version="2")
        assert store.put(later) is anew, "its uid is not among the deleted ones"

    def test_a_deletion_leaves_the_recreated_object_and_is_remembered(self) -> None:
        store = JobStore()
        anew = resource(uid="new")
        store.put(anew)
        store.remove(KEY, "old")
        assert store.get(KEY) is anew
        late = resource(uid="old", resource_version="9")
        assert store.put(late) is late
        assert store.get(KEY) is anew

    def test_a_resource_is_alone_on_its_service_principal_until_another_comes(self) -> None:
        store = JobStore()
        store.put(resource())
        assert store.is_alone_on(PRINCIPAL, KEY)
        assert not store.is_alone_on(PRINCIPAL, NOBODY)
        assert not store.is_alone_on(OTHER_PRINCIPAL, KEY)
        store.put(replace(resource(uid="other"), key=NOBODY))
        assert not store.is_alone_on(PRINCIPAL, KEY)

    def test_resources_are_found_by_the_pinned_service_principal_before_the_desired_one(self) -> None:
        store = JobStore()
        store.put(holder(wish=desired(service_principal_id=OTHER_PRINCIPAL)))
        assert store.keys_on(PRINCIPAL) == {KEY}
        assert store.keys_on(OTHER_PRINCIPAL) == frozenset()
        store.put(resource(desired(service_principal_id=OTHER_PRINCIPAL), resource_version="2"))
        assert store.keys_on(PRINCIPAL) == frozenset()
        assert store.service_principals() == {OTHER_PRINCIPAL}
        store.remove(KEY, resource().uid)
        assert store.service_principals() == frozenset()


def everybody(_: Resource) -> bool:
    return True


class TestClaims:
    def test_claims_are_those_of_all_others_on_the_service_principal(self) -> None:
        store = JobStore()
        store.put(holder(name="a"))
        store.put(resource(desired(job_id="named"), name="b"))
        store.put(resource(desired(service_principal_id=OTHER_PRINCIPAL), name="c"))
        claims = store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=everybody)
        assert [(claim.key.name, claim.job_id) for claim in claims] == [("a", JOB), ("b", "named")]
        others = store.claims_on(PRINCIPAL, excluding=claims[0].key, is_counted=everybody)
        assert [claim.key.name for claim in others] == ["b"]

    def test_the_claim_of_a_resource_under_deletion_stands_until_it_is_released(self) -> None:
        store = JobStore()
        store.put(holder(is_deleting=True))
        assert len(store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=everybody)) == 1
        store.put(holder(is_deleting=True, finalizers=("foreign",), resource_version="2"))
        assert store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=everybody) == ()


class TestMemory:
    def test_a_new_generation_is_first_seen_now(self) -> None:
        memory = MemoryStore()
        first = memory.recall(resource(), NOW)
        assert memory.recall(resource(), NOW + minutes(1)).spec_seen_at == NOW
        assert memory.recall(resource(generation=2), NOW + minutes(2)).spec_seen_at == NOW + minutes(2)
        assert first.read_at == NOW

    def test_a_recreated_resource_is_not_remembered(self) -> None:
        memory = MemoryStore()
        memory.recall(resource(), NOW).count_miss(JOB, NOW)
        assert memory.recall(resource(uid="new"), NOW).misses is None

    def test_misses_are_counted_per_read_and_per_job(self) -> None:
        job_memory = MemoryStore().recall(resource(), NOW)
        assert job_memory.count_miss(JOB, NOW).count == 1
        assert job_memory.count_miss(JOB, NOW).count == 1, "a read shared by several passes counts once"
        second = job_memory.count_miss(JOB, NOW + seconds(9))
        assert (second.count, second.first_at, second.last_at) == (2, NOW, NOW + seconds(9))
        assert job_memory.count_miss("another", NOW + seconds(10)).count == 1

    def test_a_forgotten_resource_has_no_memory(self) -> None:
        memory = MemoryStore()
        memory.recall(resource(), NOW)
        memory.forget(KEY)
        memory.forget(KEY)
        assert memory.read_at(KEY) is None


class TestListings:
    async def test_one_list_serves_all_requests_for_its_time_or_before(self) -> None:
        clock = StillClock(NOW)
        graph, reported = FakeGraph(clock), list[str]()
        listings = Listings(graph, on_read=lambda service_principal_id, _: reported.append(service_principal_id))
        first = await listings.read(PRINCIPAL, since=NOW, is_urgent=False)
        assert await listings.read(PRINCIPAL, since=NOW - minutes(1), is_urgent=True) is first
        assert reported == [PRINCIPAL]
        clock.move(seconds(1))
        assert await listings.read(PRINCIPAL, since=clock.now(), is_urgent=False) is not first
        assert len(graph.calls) == 2

    async def test_a_failed_list_leaves_the_last_one(self) -> None:
        graph = FakeGraph(StillClock(NOW))
        listings = Listings(graph, on_read=lambda *_: None)
        first = await listings.read(PRINCIPAL, since=NOW, is_urgent=False)
        graph.fail("list_jobs", Transient(Reason.GRAPH_UNREACHABLE, "x"))
        with pytest.raises(Transient):
            await listings.read(PRINCIPAL, since=NOW + minutes(1), is_urgent=False)
        assert await listings.read(PRINCIPAL, since=NOW, is_urgent=False) is first

    async def test_a_list_without_resources_is_dropped(self) -> None:
        graph = FakeGraph(StillClock(NOW))
        listings = Listings(graph, on_read=lambda *_: None)
        await listings.read(PRINCIPAL, since=NOW, is_urgent=False)
        listings.keep_only({OTHER_PRINCIPAL})
        await listings.read(PRINCIPAL, since=NOW, is_urgent=False)
        assert len(graph.calls) == 2


class TestCrowdedServicePrincipal:
    """A thousand passes over a thousand resources must not look at a million."""

    def make_store(self, count: int) -> JobStore:
        store = JobStore()
        for n in range(count):
            store.put(resource(name=f"job-{n}", uid=f"uid-{n}"))
        return store

    def test_whether_a_claim_counts_is_asked_once_as_long_as_nothing_changes(self) -> None:
        store = self.make_store(100)
        asked: list[ObjectKey] = []

        def is_counted(other: Resource) -> bool:
            asked.append(other.key)
            return True

        for known in store:
            store.claims_on(PRINCIPAL, excluding=known.key, is_counted=is_counted, judge="tenant")
            store.put(replace(known, resource_version="2", status={"observedGeneration": 1}))
        assert len(asked) == 100

    @pytest.mark.parametrize(
        "change",
        [
            {"desired": desired(job_id="another")},
            {"desired": desired(connection_name="another")},
            {"is_deleting": True},
            {"status": {"tenantId": "another"}},
        ],
        ids=lambda change: str(*change),
    )
    def test_it_is_asked_again_after_a_change_that_may_decide_it(self, change: Mapping[str, Any]) -> None:
        store = self.make_store(2)
        asked: list[ObjectKey] = []

        def is_counted(other: Resource) -> bool:
            asked.append(other.key)
            return True

        for version in ("2", "3"):
            store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=is_counted, judge="tenant")
            store.put(replace(next(iter(store)), resource_version=version, **change))
        assert len(asked) == 4

    def test_it_is_asked_again_by_another_judge(self) -> None:
        store = self.make_store(2)
        by_one = store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=lambda _: True, judge="one")
        by_other = store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=lambda _: False, judge="other")
        assert (len(by_one), len(by_other)) == (2, 0)

    def test_of_a_thousand_claims_to_the_same_job_few_are_told(self) -> None:
        store = self.make_store(1000)
        assert len(store.claims_on(PRINCIPAL, excluding=NOBODY, is_counted=everybody)) <= 4

    def test_the_namespaces_of_a_service_principal_are_known(self) -> None:
        store = self.make_store(3)
        assert store.namespaces_on(PRINCIPAL) == {KEY.namespace}
        for known in store:
            store.remove(known.key, known.uid)
        assert store.namespaces_on(PRINCIPAL) == frozenset()
        assert store.service_principals() == frozenset()
