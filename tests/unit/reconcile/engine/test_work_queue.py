"""When the queue hands out which resource."""

import asyncio

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.work_queue import (
    Ticket,
    WorkQueue,
)
from tests.support.facts import NOW, seconds
from tests.support.still_clock import StillClock
from tests.support.work_queues import keys, settle, take_all

A, B, C = (ObjectKey("identity", name) for name in "abc")
LATER = NOW + seconds(1)


class TestAdding:
    async def test_a_queued_resource_is_taken_once_with_the_newest_time(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=LATER)
        queue.add(A, since=NOW)
        assert await take_all(queue) == [Ticket(A, LATER, is_urgent=False)]

    async def test_an_edit_overtakes_others_and_is_taken_once(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        for key in (A, B, C):
            queue.add(key, since=NOW)
        queue.add(C, since=NOW, is_urgent=True)
        assert await keys(queue) == [C, A, B]

    async def test_an_edit_overtakes_new_resources_even_if_it_is_of_one_of_them(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        for key in (A, B, C):
            queue.add(key, since=NOW, is_urgent=True, is_new=True)
        queue.add(C, since=LATER, is_urgent=True)
        assert await keys(queue) == [C, A, B]

    async def test_a_new_resource_overtakes_polls(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        queue.add(B, since=NOW, is_urgent=True, is_new=True)
        assert await keys(queue) == [B, A]

    async def test_a_resource_added_while_it_is_taken_is_taken_once_more(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        assert await keys(queue) == [A]
        queue.add(A, since=LATER, is_urgent=True)
        queue.add(A, since=NOW)
        assert await keys(queue) == []
        queue.finish(A)
        assert await take_all(queue) == [Ticket(A, LATER, is_urgent=True)]
        queue.finish(A)
        assert await keys(queue) == []

    async def test_a_forgotten_resource_is_not_taken(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        queue.forget(A)
        assert await keys(queue) == []
        assert len(queue) == 0

    async def test_a_resource_forgotten_during_its_pass_is_taken_again_only_after_that_pass(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        await take_all(queue)
        queue.forget(A)
        queue.add(A, since=LATER)
        assert await keys(queue) == []
        queue.finish(A)
        assert await keys(queue) == [A]

    async def test_the_queue_counts_resources_that_are_ready_or_taken(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        queue.add(B, since=NOW)
        assert (len(queue), queue.is_taken(A)) == (2, False)
        await take_all(queue)
        assert (len(queue), queue.is_taken(A)) == (2, True)
        queue.finish(A)
        assert len(queue) == 1

    async def test_a_waiting_worker_is_woken_by_an_added_resource(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        waiting = asyncio.create_task(queue.take())
        await settle()
        queue.add(A, since=NOW)
        assert (await waiting).key == A


class TestServicePrincipals:
    """Resources of one service principal are handed out one after another."""

    def make_queue(self, principals: dict[ObjectKey, str]) -> WorkQueue:
        return WorkQueue(StillClock(NOW), serialization_key=lambda key: principals.get(key, str(key)))

    async def test_resources_of_one_service_principal_are_taken_one_after_another_in_order(self) -> None:
        queue = self.make_queue(dict.fromkeys((A, B, C), "salesforce"))
        for key in (A, B, C):
            queue.add(key, since=NOW)
        order = []
        while taken := await keys(queue):
            order.append(taken)
            queue.finish(taken[0])
        assert order == [[A], [B], [C]]

    async def test_an_edit_overtakes_what_waits_for_the_same_service_principal(self) -> None:
        queue = self.make_queue(dict.fromkeys((A, B, C), "salesforce"))
        for key in (A, B, C):
            queue.add(key, since=NOW)
        assert await keys(queue) == [A]
        queue.add(C, since=NOW, is_urgent=True)
        queue.finish(A)
        assert await keys(queue) == [C]
        queue.finish(C)
        assert await keys(queue) == [B]

    async def test_another_tenant_does_not_wait_for_a_forerunner_whose_tenant_has_no_share_left(self) -> None:
        full = [ObjectKey("full", f"hangs-{n}") for n in range(20)]
        first, forerunner, other = ObjectKey("full", "first"), ObjectKey("full", "next"), ObjectKey("other", "edited")
        principals = dict.fromkeys((first, forerunner, other), "salesforce")
        queue = WorkQueue(
            StillClock(NOW), serialization_key=lambda key: principals.get(key, str(key)), capacity=2 * len(full)
        )
        queue.add(first, since=NOW)
        await take_all(queue)
        for key in (forerunner, other):
            queue.add(key, since=NOW)
        await take_all(queue)
        for key in full:
            queue.add(key, since=NOW, is_urgent=True)
            queue.add(ObjectKey("full", f"polled-{key.name}"), since=NOW)
        await take_all(queue)
        queue.finish(first)
        assert other in await keys(queue)

    async def test_what_waits_is_not_lost_when_its_forerunner_is_forgotten(self) -> None:
        queue = self.make_queue(dict.fromkeys((A, B, C), "salesforce"))
        for key in (A, B, C):
            queue.add(key, since=NOW)
        assert await keys(queue) == [A]
        queue.finish(A)
        queue.forget(B)
        assert await keys(queue) == [C]

    async def test_what_waits_is_not_lost_when_its_forerunner_moves_to_another_service_principal(self) -> None:
        principals = dict.fromkeys((A, B, C), "salesforce")
        queue = self.make_queue(principals)
        for key in (A, B, C):
            queue.add(key, since=NOW)
        assert await keys(queue) == [A]
        principals[B] = "workday"
        queue.finish(A)
        assert sorted(await keys(queue)) == [B, C]

    async def test_a_resource_that_moves_during_its_pass_is_told_from_one_that_stays(self) -> None:
        principals = {A: "salesforce", B: "salesforce"}
        queue = self.make_queue(principals)
        queue.add(A, since=NOW)
        await take_all(queue)
        assert not queue.has_moved(A)
        principals[A] = "workday"
        assert queue.has_moved(A)

    async def test_each_resource_of_a_crowded_service_principal_is_put_aside_once(self) -> None:
        asked = []

        def serialize(key: ObjectKey) -> str:
            asked.append(key)
            return "salesforce"

        queue, count = WorkQueue(StillClock(NOW), serialization_key=serialize), 300
        for n in range(count):
            queue.add(ObjectKey("identity", f"job-{n}"), since=NOW)
        for _ in range(count):
            queue.finish((await queue.take()).key)
        assert len(asked) <= 2 * count


class TestFairness:
    """Tenants get the same share, however much one of them asks for."""

    def make_queue(self) -> WorkQueue:
        return WorkQueue(StillClock(NOW), tenant_of=lambda key: key.namespace.split("-")[0], capacity=40)

    def flood(self, queue: WorkQueue, namespace: str, count: int = 400, *, is_urgent: bool = False) -> None:
        for n in range(count):
            queue.add(ObjectKey(namespace, f"job-{n}"), since=NOW, is_urgent=is_urgent)

    @pytest.mark.parametrize("is_urgent", [False, True])
    async def test_an_edit_is_taken_at_once_while_another_tenant_hangs(self, is_urgent: bool) -> None:
        queue = self.make_queue()
        self.flood(queue, "slow", is_urgent=is_urgent)
        assert 10 <= len(await take_all(queue)) <= 20
        queue.add(A, since=NOW, is_urgent=True)
        queue.add(B, since=NOW)
        assert await keys(queue) == [A, B]

    async def test_ten_tenants_that_hang_leave_room_for_an_eleventh(self) -> None:
        queue = self.make_queue()
        for n in range(10):
            self.flood(queue, f"slow{n}")
        await take_all(queue)
        queue.add(A, since=NOW)
        assert await keys(queue) == [A]

    async def test_an_edit_is_taken_at_once_while_polls_of_the_same_tenant_hang(self) -> None:
        queue = self.make_queue()
        self.flood(queue, "slow")
        await take_all(queue)
        edited = ObjectKey("slow", "edited")
        queue.add(edited, since=NOW, is_urgent=True)
        assert await keys(queue) == [edited]

    async def test_a_poll_is_taken_at_once_while_edits_of_the_same_tenant_hang(self) -> None:
        queue = self.make_queue()
        self.flood(queue, "slow", is_urgent=True)
        await take_all(queue)
        polled = ObjectKey("slow", "polled")
        queue.add(polled, since=NOW)
        assert await keys(queue) == [polled]

    async def test_polls_get_a_turn_in_four_while_edits_never_end(self) -> None:
        queue = self.make_queue()
        self.flood(queue, "busy", 4, is_urgent=True)
        for n in range(5):
            queue.add(ObjectKey("busy", f"polled-{n}"), since=NOW)
        turns = []
        for _ in range(20):
            ticket = await queue.take()
            turns.append(ticket.is_urgent)
            queue.finish(ticket.key)
            if ticket.is_urgent:
                queue.add(ticket.key, since=NOW, is_urgent=True)
        assert turns == [True, True, True, False] * 5

    async def test_new_resources_get_a_turn_in_four_while_edits_never_end(self) -> None:
        queue = self.make_queue()
        self.flood(queue, "busy", 4, is_urgent=True)
        for n in range(3):
            queue.add(ObjectKey("busy", f"new-{n}"), since=NOW, is_urgent=True, is_new=True)
        turns = []
        for _ in range(12):
            ticket = await queue.take()
            turns.append(ticket.key.name.startswith("new"))
            queue.finish(ticket.key)
            if not turns[-1]:
                queue.add(ticket.key, since=NOW, is_urgent=True)
        assert turns == [False, False, False, True] * 3

    async def test_namespaces_of_one_tenant_take_turns(self) -> None:
        queue = self.make_queue()
        self.flood(queue, "tenant-busy", 10, is_urgent=True)
        other = ObjectKey("tenant-quiet", "edited")
        queue.add(other, since=NOW, is_urgent=True)
        order = [(await queue.take()).key for _ in range(2)]
        assert order == [ObjectKey("tenant-busy", "job-0"), other]

    async def test_nothing_is_kept_of_a_tenant_that_has_no_work(self) -> None:
        queue = self.make_queue()
        for n in range(100):
            key = ObjectKey(f"tenant{n}", "job")
            queue.add(key, since=NOW)
            queue.finish((await queue.take()).key)
            queue.forget(key)
        assert len(queue._shares) == 0
