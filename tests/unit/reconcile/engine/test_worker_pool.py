"""The workers, and how errors decide when a resource is requeued."""

import asyncio
from datetime import timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import CONNECTION_PASS_DEADLINE, JOB_PASS_DEADLINE, PASS_END_GRACE
from entrasync.graph.auth.msal_http import LOGIN_SECONDS
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.kube.client.api_client import TIMEOUT
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.work_queue import MIN_BACKOFF
from entrasync.reconcile.ports.kubernetes import (
    ApiServerSilent,
    ApiServerUnavailable,
    ResourceChanged,
    ResourceGone,
    WriteHeldBack,
    WriteRefused,
)
from entrasync.reconcile.state.listings import ListingFanOut
from tests.support.engine_harness import DEADLINE, EngineHarness
from tests.support.facts import NOW, OTHER_PRINCIPAL, PRINCIPAL, desired, listing, minutes, resource, seconds
from tests.support.loop_time import LoopTime, settle


@pytest.fixture
async def loop_time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    return LoopTime(monkeypatch)


@pytest.fixture
def harness() -> EngineHarness:
    return EngineHarness()


class TestFailures:
    @pytest.mark.parametrize(
        ("ending", "reported", "due"),
        [
            (Outcome(minutes(5)), "settled", minutes(5)),
            (Outcome(None), "settled", None),
            (Outcome(None, is_failure=True), "failed", MIN_BACKOFF),
            (Outcome(minutes(2), is_failure=True), "failed", minutes(2)),
            (ResourceChanged("x"), "changed", MIN_BACKOFF),
            (WriteHeldBack("x"), "changed", MIN_BACKOFF),
            (ApiServerSilent("x"), "failed", MIN_BACKOFF),
            (ApiServerUnavailable("x"), "failed", MIN_BACKOFF),
            (WriteRefused("x"), "failed", MIN_BACKOFF),
            (RuntimeError("a fault of ours"), "broken", MIN_BACKOFF),
        ],
    )
    async def test_an_error_decides_when_a_resource_is_requeued(
        self, harness: EngineHarness, ending: Outcome | Exception, reported: str, due: timedelta | None
    ) -> None:
        harness.reconciler.endings.append(ending)
        key = harness.add("a")
        async with harness.run():
            assert harness.counted.outcomes == [reported]
            assert harness.due_in(key) == due
            assert harness.engine.is_alive

    async def test_a_requested_pause_never_shortens_the_backoff(self, harness: EngineHarness) -> None:
        harness.reconciler.endings.extend(Outcome(seconds(asked), is_failure=True) for asked in (0, 0, -3, 30, 0))
        pauses = []
        async with harness.run():
            for _ in range(5):
                key = harness.add("a")
                await settle()
                pauses.append(harness.due_in(key))
        assert pauses == [seconds(1), seconds(2), seconds(4), seconds(30), seconds(16)]

    async def test_an_edit_that_a_pass_came_upon_overtakes_others(self, harness: EngineHarness) -> None:
        harness.reconciler.endings.append(Outcome(seconds(0), has_news=True))
        key = harness.add("a")
        async with harness.run():
            assert harness.due_in(key) is None
            assert harness.reconciler.began == ["a", "a"]

    async def test_a_call_that_was_postponed_is_no_failure_that_grows_the_backoff(self, harness: EngineHarness) -> None:
        postponed = Outcome(seconds(5), is_failure=True, is_throttled=True, is_postponed=True)
        throttled = Outcome(seconds(1), is_failure=True, is_throttled=True)
        harness.reconciler.endings.extend([postponed, postponed, postponed, throttled, postponed, throttled])
        pauses = []
        async with harness.run():
            for _ in range(6):
                key = harness.add("a")
                await settle()
                pauses.append(harness.due_in(key))
        assert pauses == [seconds(5), seconds(5), seconds(5), seconds(1), seconds(5), seconds(2)]

    async def test_failures_in_a_row_grow_the_backoff_and_a_success_resets_it(self, harness: EngineHarness) -> None:
        fault = RuntimeError("x")
        harness.reconciler.endings.extend([fault, fault, Outcome(minutes(5)), fault])
        pauses = []
        async with harness.run():
            for _ in range(4):
                key = harness.add("a")
                await settle()
                pauses.append(harness.due_in(key))
        assert pauses == [seconds(1), seconds(2), minutes(5), seconds(1)]

    async def test_the_reconciler_records_since_when_passes_break(self, harness: EngineHarness) -> None:
        fault = RuntimeError("x")
        harness.reconciler.endings.extend([fault, ApiServerUnavailable("x"), fault, Outcome(None), fault])
        async with harness.run():
            for _ in range(5):
                harness.add("a")
                await settle()
                harness.clock.move(minutes(1))
        assert harness.reconciler.broken == [("a", NOW), ("a", NOW), ("a", NOW + minutes(4))]

    async def test_the_reconciler_records_a_write_that_the_api_server_refuses_and_no_silence(
        self, harness: EngineHarness
    ) -> None:
        refused = WriteRefused("admission webhook denied the request")
        harness.reconciler.endings.extend([ApiServerUnavailable("no route"), refused])
        async with harness.run():
            for _ in range(2):
                harness.add("a")
                await settle()
        assert harness.reconciler.broken == [("a", NOW)]

    async def test_a_status_that_cannot_be_written_harms_nothing(self, harness: EngineHarness) -> None:
        harness.reconciler.is_mute = True
        harness.reconciler.endings.append(RuntimeError("x"))
        key = harness.add("a")
        async with harness.run():
            assert harness.counted.outcomes == ["broken"]
            assert harness.due_in(key) == MIN_BACKOFF
            assert harness.engine.is_alive

    async def test_a_resource_that_is_gone_is_forgotten(self, harness: EngineHarness) -> None:
        harness.reconciler.endings.append(ResourceGone("x"))
        key = harness.add("a")
        async with harness.run():
            assert harness.resources.get(key) is None
            assert key not in harness.queue._entries

    async def test_a_resource_recreated_meanwhile_is_kept(self, harness: EngineHarness) -> None:
        harness.reconciler.gate.clear()
        harness.reconciler.endings.append(ResourceGone("x"))
        key = harness.add("a")
        async with harness.run():
            harness.resources.put(resource(name="a", uid="new"))
            harness.reconciler.gate.set()
            await settle()
            assert harness.resources.get(key) is not None
            assert harness.reconciler.began == ["a", "a"]


class TestDeadline:
    async def test_a_pass_that_waits_within_its_deadline_goes_on(
        self, harness: EngineHarness, loop_time: LoopTime
    ) -> None:
        harness.reconciler.gate.clear()
        harness.add("a")
        async with harness.run():
            await loop_time.move(DEADLINE - minutes(1))
            assert harness.engine.is_alive
            assert not harness.engine.is_stuck
            harness.reconciler.gate.set()
            await settle()
            assert harness.counted.outcomes == ["settled"]

    async def test_a_pass_beyond_its_deadline_is_cancelled_and_tried_again_with_growing_pauses(
        self, harness: EngineHarness, loop_time: LoopTime
    ) -> None:
        harness.reconciler.gate.clear()
        pauses = []
        async with harness.run():
            for _ in range(3):
                key = harness.add("a")
                await settle()
                await loop_time.move(DEADLINE)
                pauses.append(harness.due_in(key))
            assert harness.engine.is_alive
            assert not harness.engine.is_stuck
        assert pauses == [seconds(1), seconds(2), seconds(4)]
        assert harness.counted.outcomes == ["timed_out"] * 3
        assert harness.reconciler.ended == []

    async def test_a_pass_beyond_its_deadline_frees_its_place_and_that_of_its_tenant(
        self, harness: EngineHarness, loop_time: LoopTime
    ) -> None:
        for n in range(400):
            harness.queue.add(ObjectKey("slow", f"job-{n}"), since=NOW)
        harness.reconciler.gate.clear()
        async with harness.run():
            begun = len(harness.reconciler.began)
            await loop_time.move(DEADLINE)
            assert len(harness.reconciler.began) == 2 * begun

    async def test_a_pass_beyond_its_deadline_is_told_of_in_the_log_and_in_the_status(
        self, harness: EngineHarness, loop_time: LoopTime, caplog: pytest.LogCaptureFixture
    ) -> None:
        harness.reconciler.gate.clear()
        harness.add("a")
        async with harness.run():
            await loop_time.move(DEADLINE)
        [fault] = harness.reconciler.faults
        assert fault.reason is Reason.GRAPH_UNREACHABLE
        assert fault.message.startswith("The pass over this resource took longer than 15 minutes,")
        [line] = [line for line in caplog.records if line.message == "A pass was cancelled and is tried again."]
        assert vars(line)["resource"] == "identity/a"
        assert vars(line)["why"] == fault.message

    async def test_a_timeout_within_a_pass_is_no_deadline(self, harness: EngineHarness) -> None:
        harness.reconciler.endings.append(TimeoutError("of something else"))
        harness.add("a")
        async with harness.run():
            assert harness.counted.outcomes == ["broken"]

    async def test_a_cancelled_pass_that_does_not_end_is_stuck_until_it_does(
        self, harness: EngineHarness, loop_time: LoopTime, caplog: pytest.LogCaptureFixture
    ) -> None:
        harness.reconciler.clings = True
        harness.reconciler.gate.clear()
        harness.add("a")
        async with harness.run():
            await loop_time.move(DEADLINE)
            assert not harness.engine.is_stuck
            await loop_time.move(PASS_END_GRACE)
            assert harness.engine.is_stuck
            assert "A pass was cancelled and does not end; liveness fails." in caplog.text
            harness.reconciler.gate.set()
            await settle()
            assert not harness.engine.is_stuck

    def test_the_deadlines_leave_time_for_what_a_pass_may_wait_for(self) -> None:
        graph, api_server, login = ExchangeLimits().total_timeout, seconds(TIMEOUT.total or 0), seconds(LOGIN_SECONDS)
        assert 2 * 5 * (graph + api_server) <= JOB_PASS_DEADLINE
        assert 3 * api_server + 2 * login < CONNECTION_PASS_DEADLINE
        assert api_server < PASS_END_GRACE


class TestSerialization:
    async def test_one_service_principal_has_one_pass_at_a_time(self, harness: EngineHarness) -> None:
        harness.reconciler.gate.clear()
        for name in ("a", "b", "c"):
            harness.add(name)
        harness.add("elsewhere", OTHER_PRINCIPAL)
        async with harness.run():
            assert harness.reconciler.began == ["a", "elsewhere"]
            harness.reconciler.gate.set()
            await settle()
            assert sorted(harness.reconciler.ended) == ["a", "b", "c", "elsewhere"]

    async def test_a_resource_that_moves_while_it_waits_is_taken_under_its_new_key(
        self, harness: EngineHarness
    ) -> None:
        async with harness.run():
            harness.reconciler.gate.clear()
            harness.add("there", OTHER_PRINCIPAL)
            await settle()
            key = harness.add("mover")
            await asyncio.sleep(0)
            moved = resource(desired(service_principal_id=OTHER_PRINCIPAL), name="mover", resource_version="2")
            harness.resources.put(moved)
            await settle()
            assert harness.reconciler.began == ["there"]
            harness.reconciler.gate.set()
            await settle()
            assert key.name in harness.reconciler.ended

    async def test_a_list_is_shared_with_all_resources_but_those_under_way(self, harness: EngineHarness) -> None:
        harness.reconciler.gate.clear()
        harness.add("a")
        harness.resources.put(resource(name="b"))
        async with harness.run():
            ListingFanOut(harness.resources, harness.queue).callback_for(lambda _: True)(PRINCIPAL, listing())
            harness.reconciler.gate.set()
            await settle()
            assert harness.reconciler.ended == ["a", "b"]


class TestFairness:
    async def test_an_edit_of_another_tenant_is_done_while_400_passes_of_one_hang(self, harness: EngineHarness) -> None:
        for n in range(400):
            harness.queue.add(ObjectKey("slow", f"job-{n}"), since=NOW)
        harness.reconciler.gate.clear()
        async with harness.run():
            assert len(harness.reconciler.began) < 400
            harness.queue.add(ObjectKey("other", "edited"), since=NOW, is_urgent=True)
            harness.queue.add(ObjectKey("other", "polled"), since=NOW)
            await settle()
            assert harness.reconciler.began[-2:] == ["edited", "polled"]


class TestLife:
    def test_workers_do_not_start_before_a_complete_list(self, harness: EngineHarness) -> None:
        with pytest.raises(RuntimeError, match="complete list"):
            harness.engine.start()
        assert not harness.engine.is_alive

    async def test_a_stop_lets_a_pass_end_and_begins_none(self, harness: EngineHarness) -> None:
        harness.reconciler.gate.clear()
        harness.add("a")
        harness.add("b")
        async with harness.run():
            stopping = asyncio.create_task(harness.engine.stop(seconds(5)))
            await settle()
            assert not stopping.done()
            harness.reconciler.gate.set()
            await stopping
        assert harness.reconciler.ended == ["a"]
        assert not harness.engine.is_alive

    async def test_a_fault_outside_the_ladder_of_a_pass_is_seen(self, harness: EngineHarness) -> None:
        harness.counted.is_broken = True
        harness.add("a")
        async with harness.run():
            assert not harness.engine.is_alive

    async def test_a_stop_cancels_a_pass_that_takes_too_long(self, harness: EngineHarness) -> None:
        harness.reconciler.gate.clear()
        harness.add("a")
        async with harness.run():
            await harness.engine.stop(timedelta(0))
            assert harness.reconciler.ended == []

    async def test_a_cut_ends_passes_where_they_wait_and_begins_no_other(self, harness: EngineHarness) -> None:
        harness.reconciler.gate.clear()
        harness.add("a")
        async with harness.run():
            harness.engine.cut()
            await settle()
            harness.add("b", OTHER_PRINCIPAL)
            harness.reconciler.gate.set()
            await settle()
            assert harness.reconciler.began == ["a"]
            assert harness.reconciler.ended == []
