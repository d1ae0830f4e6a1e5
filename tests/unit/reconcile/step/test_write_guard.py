"""The guard before every write to Graph: what holds a write back at the last moment, in applies and deletions."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from entrasync.api.names import FINALIZER, HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import DeletionPolicy, ManagementPolicy, ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from entrasync.reconcile.ports.kubernetes import ApiServerSilent, ApiServerUnavailable, WriteHeldBack
from tests.support.facts import NOW, application, desired, holder, minutes, remote_job, seconds
from tests.support.reconciler_harness import ReconcilerHarness

STORED_SCOPE = {"keys": ["SyncAll"], "scopeInForce": "All"}
RESTART_DUE = {"action": "RestartJob", "startedAt": write_time(NOW), "servicePrincipalId": "x"}
PAUSED = {"state": "Disabled", "code": "Paused"}


def start(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job(**PAUSED))
    return harness.apply(holder(wish=desired(schedule_state=ScheduleState.ACTIVE)))


def pause(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(annotations={HOLD_UNTIL_ANNOTATION: write_time(NOW + minutes(60))}))


def restart(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(status={"operation": RESTART_DUE}))


def settings(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(wish=desired(settings=(("LookaheadQueryEnabled", "False"),))))


def interval(harness: ReconcilerHarness) -> ObjectKey:
    return harness.apply_holder(interval="PT20M")


def secrets(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(wish=desired(application=application("BaseAddress=https://x", validation="Never"))))


def create(harness: ReconcilerHarness) -> ObjectKey:
    return harness.apply_new()


def delete(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    wish = desired(deletion_policy=DeletionPolicy.DELETE)
    return harness.apply(holder(wish=wish, finalizers=(FINALIZER,), is_deleting=True))


WRITES: dict[str, Callable[[ReconcilerHarness], ObjectKey]] = {
    "create_job": create,
    "start_job": start,
    "pause_job": pause,
    "restart_job": restart,
    "patch_settings": settings,
    "patch_interval": interval,
    "put_secrets": secrets,
    "delete_job": delete,
}


def suspend(harness: ReconcilerHarness, key: ObjectKey) -> None:
    known = harness.server.stored[key]
    harness.edit(key, desired=replace(known.desired or desired(), is_suspended=True))


def observe(harness: ReconcilerHarness, key: ObjectKey) -> None:
    known = harness.server.stored[key]
    harness.edit(key, desired=replace(known.desired or desired(), management_policy=ManagementPolicy.OBSERVE))


def edit(harness: ReconcilerHarness, key: ObjectKey) -> None:
    harness.edit(key)


def recreate(harness: ReconcilerHarness, key: ObjectKey) -> None:
    known = harness.server.stored[key]
    harness.resources.remove(key, known.uid)
    harness.server.apply(replace(known, uid="uid-2"))


def remove(harness: ReconcilerHarness, key: ObjectKey) -> None:
    harness.resources.remove(key, harness.server.stored[key].uid)


def hold(harness: ReconcilerHarness, key: ObjectKey) -> None:
    known = harness.server.stored[key]
    harness.server.apply(replace(known, annotations={**known.annotations, HOLD_UNTIL_ANNOTATION: "2030-01-01T00:00Z"}))


def stop(harness: ReconcilerHarness, key: ObjectKey) -> None:
    harness.obstacle = "the operator was told to stop"


def cut_off(harness: ReconcilerHarness, key: ObjectKey) -> None:
    harness.server.is_cut_off = True
    harness.clock.move(seconds(31))


REASONS = (suspend, observe, edit, recreate, remove, hold, stop, cut_off)
NAMES = [reason.__name__ for reason in REASONS]


class TestLastMoment:
    @pytest.mark.parametrize("write", WRITES)
    async def test_a_write_that_nothing_forbids_is_sent(self, harness: ReconcilerHarness, write: str) -> None:
        await harness.run(WRITES[write](harness))
        assert write in harness.graph.writes

    @pytest.mark.parametrize("reason", REASONS, ids=NAMES)
    @pytest.mark.parametrize("write", WRITES)
    async def test_a_write_that_is_forbidden_while_it_waits_for_a_token_is_not_sent(
        self, harness: ReconcilerHarness, write: str, reason: Callable[[ReconcilerHarness, ObjectKey], None]
    ) -> None:
        key = WRITES[write](harness)
        harness.graph.before[write] = lambda: reason(harness, key)
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert harness.graph.writes == []

    async def test_a_create_that_was_held_back_leaves_no_intent(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.before["create_job"] = lambda: edit(harness, key)
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert "operation" not in harness.status(key)
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]


class TestSilentApiServer:
    async def test_nothing_is_written_by_a_process_that_is_cut_off(self, harness: ReconcilerHarness) -> None:
        """Who took its place pauses the job, which this process must not undo by the spec that it read last."""
        key = harness.apply_holder(schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        harness.server.is_cut_off = True
        for _ in range(4):
            harness.graph.add(remote_job(**PAUSED))
            harness.clock.move(minutes(60))
            with pytest.raises((ApiServerSilent, ApiServerUnavailable)):
                await harness.run(key)
        assert harness.graph.writes == []
        assert "list_jobs" in harness.graph.calls[1:]

    async def test_a_write_goes_on_once_the_api_server_answers_again(self, harness: ReconcilerHarness) -> None:
        key = start(harness)
        cut_off(harness, key)
        with pytest.raises(ApiServerSilent, match="has not answered for 31 s"):
            await harness.run(key)
        harness.server.is_cut_off = False
        await harness.run(key)
        assert harness.graph.writes == ["start_job"]

    async def test_a_quiet_api_server_is_read_before_a_write(self, harness: ReconcilerHarness) -> None:
        key = start(harness)
        harness.clock.move(minutes(60))
        await harness.run(key)
        assert harness.server.refreshes == 1
        assert harness.graph.writes == ["start_job"]

    async def test_the_read_of_a_quiet_api_server_shows_an_edit_that_no_watch_has_shown(
        self, harness: ReconcilerHarness
    ) -> None:
        key = start(harness)
        known = harness.server.stored[key]
        harness.server.change(replace(known, generation=2, desired=desired(is_suspended=True)))
        harness.clock.move(minutes(60))
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        await harness.run(key)
        assert harness.graph.writes == []

    async def test_an_api_server_that_has_just_answered_is_not_read_again(self, harness: ReconcilerHarness) -> None:
        key = start(harness)
        harness.clock.move(seconds(9))
        await harness.run(key)
        assert harness.server.refreshes == 0

    async def test_a_pass_that_writes_nothing_to_graph_reads_no_api_server(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        harness.clock.move(minutes(60))
        await harness.run(key)
        assert harness.server.refreshes == 0
