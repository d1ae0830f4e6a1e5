"""A write that Graph refuses again and again: its tries grow apart, and what the job does is mirrored meanwhile."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.api.policies import DeletionPolicy, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.application_passes import CREDENTIALS, SECRET, settle_application
from tests.support.facts import application, desired, minutes, remote_job, resource, seconds
from tests.support.graph_answers import refused, replicating
from tests.support.reconciler_harness import ReconcilerHarness

ALWAYS = 999
NOTIFIED = application(notifications={"recipients": ["iam@example.com"]})
CONFLICT = PossiblyReplicating(
    Transient(Reason.REQUEST_REFUSED, "Busy."), answer=GraphAnswer(409, "Conflict", "Busy.", "req")
)
Case = Callable[[ReconcilerHarness], Awaitable[ObjectKey]]


async def hold(harness: ReconcilerHarness, **wish: object) -> ObjectKey:
    """Apply a resource whose job runs, and then its wish."""
    key = harness.apply_holder()
    await harness.run(key)
    harness.clock.move(minutes(6))
    harness.edit(key, desired=desired(**wish))
    return key


async def create(harness: ReconcilerHarness) -> ObjectKey:
    return harness.apply(resource())


async def start(harness: ReconcilerHarness) -> ObjectKey:
    key = await hold(harness, schedule_state=ScheduleState.ACTIVE)
    harness.graph.add(remote_job(state="Disabled", code="Paused"))
    return key


async def pause(harness: ReconcilerHarness) -> ObjectKey:
    return await hold(harness, schedule_state=ScheduleState.PAUSED)


async def patch(harness: ReconcilerHarness) -> ObjectKey:
    return await hold(harness, settings=(("LookaheadQueryEnabled", "False"),))


async def restart(harness: ReconcilerHarness) -> ObjectKey:
    key = await settle_application(harness, application(scope="AssignedOnly"))
    harness.edit(key, desired=desired(application=application(scope="All")))
    return key


async def save(harness: ReconcilerHarness) -> ObjectKey:
    harness.secrets.put(SECRET, token="s3cret")
    return await hold(harness, application=CREDENTIALS)


async def notify(harness: ReconcilerHarness) -> ObjectKey:
    return await hold(harness, application=NOTIFIED)


async def remove(harness: ReconcilerHarness) -> ObjectKey:
    harness.secrets.put(SECRET, token="s3cret")
    key = await settle_application(harness, CREDENTIALS)
    harness.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
    return key


async def delete(harness: ReconcilerHarness) -> ObjectKey:
    key = await hold(harness)
    harness.delete(key)
    return key


async def pause_and_go(harness: ReconcilerHarness) -> ObjectKey:
    key = await hold(harness, deletion_policy=DeletionPolicy.PAUSE)
    harness.delete(key)
    return key


async def live(harness: ReconcilerHarness, key: ObjectKey, elapsed: timedelta) -> None:
    """Make passes as the queue would, each at most two minutes after a failure."""
    end = harness.clock.now() + elapsed
    while harness.clock.now() < end:
        outcome = await harness.run(key)
        pause = outcome.requeue_after or minutes(2)
        harness.clock.move(max(pause, minutes(2)) if outcome.is_failure else pause)


CASES: tuple[tuple[Case, str], ...] = (
    (create, "create_job"),
    (start, "start_job"),
    (pause, "pause_job"),
    (patch, "patch_settings"),
    (restart, "restart_job"),
    (save, "put_secrets"),
    (notify, "put_secrets"),
    (remove, "put_secrets"),
    (delete, "delete_job"),
    (pause_and_go, "pause_job"),
)
ANSWERS = (refused(400), replicating(403), replicating(404), refused(405), CONFLICT)


TRIES = [
    pytest.param(case, call, error, id=f"{call} {error.answer.status}")
    for case, call in CASES
    for error in ANSWERS
    if case is not remove or not error.answer.is_bad_request  # Graph keeps such a key, and it is given up
]


@pytest.mark.parametrize(("case", "call", "error"), TRIES)
async def test_tries_of_a_refused_write_grow_apart_while_reads_go_on(
    harness: ReconcilerHarness, case: Case, call: str, error: Refused | PossiblyReplicating
) -> None:
    key = await case(harness)
    harness.clock.move(minutes(6))
    harness.graph.fail(call, error, times=ALWAYS)
    await live(harness, key, minutes(8 * 60))
    harness.graph.calls.clear()
    await live(harness, key, minutes(4 * 60))
    assert harness.graph.calls.count(call) in {3, 4, 5}
    reads = set(harness.graph.calls) - {call, "validate_credentials", "list_templates"}
    assert case is delete or max(harness.graph.calls.count(read) for read in reads) >= 4 * 60 // 5
    assert "The operator sends it again at 2026-11-0" in harness.message(key, "Stalled")


class TestRefusedWrite:
    async def test_is_tried_at_once_when_the_spec_wants_something_else(self, harness: ReconcilerHarness) -> None:
        key = await self.refuse(harness, patch, "patch_settings")
        harness.edit(key, desired=desired(settings=(("LookaheadQueryEnabled", "True"),)))
        await harness.run(key)
        assert harness.graph.calls.count("patch_settings") == 1

    async def test_is_tried_at_once_for_a_new_reconcile_request(self, harness: ReconcilerHarness) -> None:
        key = await self.refuse(harness, patch, "patch_settings")
        harness.server.apply(replace(harness.server.stored[key], annotations={REQUEST_ANNOTATIONS[0]: "now"}))
        await harness.run(key)
        await harness.run(key)
        assert harness.graph.calls.count("patch_settings") == 1

    async def test_is_tried_at_once_when_a_secret_has_changed(self, harness: ReconcilerHarness) -> None:
        key = await self.refuse(harness, save, "put_secrets")
        await harness.run(key)
        assert harness.graph.calls.count("put_secrets") == 0
        harness.secrets.put(SECRET, token="n3w")
        await harness.run(key)
        assert harness.graph.calls.count("put_secrets") == 1

    async def test_is_tried_once_by_a_process_that_was_started_since(self, harness: ReconcilerHarness) -> None:
        key = await self.refuse(harness, patch, "patch_settings")
        harness.restart()
        harness.clock.move(minutes(6))
        await harness.run(key)
        await harness.run(key)
        assert harness.graph.calls.count("patch_settings") == 1

    @pytest.mark.parametrize(("case", "call"), [(patch, "patch_settings"), (delete, "delete_job")])
    async def test_is_sent_again_at_the_time_that_the_message_names(
        self, harness: ReconcilerHarness, case: Case, call: str
    ) -> None:
        key = await self.refuse(harness, case, call)
        harness.clock.move(seconds(50))  # looks by an interval alone would now come beside that time
        announced: list[str] = []
        while call not in harness.graph.calls:
            announced.append(harness.message(key, "Stalled"))
            outcome = await harness.run(key)
            if call not in harness.graph.calls:
                harness.clock.move(outcome.requeue_after or minutes(0))
        assert f"sends it again at {harness.clock.now():%Y-%m-%d %H:%M:%S} UTC" in announced[-1]

    async def test_that_graph_takes_at_last_is_forgotten(self, harness: ReconcilerHarness) -> None:
        key = await self.refuse(harness, pause, "pause_job")
        harness.graph.failures.clear()
        await live(harness, key, minutes(65))
        assert harness.condition(key, "Ready") == ("True", "Paused")
        harness.graph.add(remote_job())
        harness.graph.fail("pause_job", refused(400))
        await harness.run(key)
        assert f"{harness.clock.now() + minutes(5):%H:%M}:00 UTC" in harness.message(key, "Stalled")

    async def test_that_conflicts_for_an_hour_is_a_persons(self, harness: ReconcilerHarness) -> None:
        key = await self.refuse(harness, pause, "pause_job", error=CONFLICT, elapsed=minutes(39))
        assert harness.condition(key, "Reconciling") == ("True", "RequestRefused")
        await live(harness, key, minutes(60))
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")

    async def refuse(
        self,
        harness: ReconcilerHarness,
        case: Case,
        call: str,
        *,
        error: Refused | PossiblyReplicating | None = None,
        elapsed: timedelta = timedelta(hours=3),
    ) -> ObjectKey:
        """Have a write refused for a while; forget the calls made so far."""
        key = await case(harness)
        harness.graph.fail(call, error or refused(400), times=ALWAYS)
        await live(harness, key, elapsed)
        harness.graph.calls.clear()
        return key
