"""Which writes come first while Graph's quota of writes is used up: those that a user waits for."""

from functools import partial

import pytest

from entrasync.api.policies import DeletionPolicy, ScheduleState
from entrasync.core.decision.write_permit import WritePermit
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.facts import desired, holder, remote_job
from tests.support.graph_answers import DOWN
from tests.support.reconciler_harness import ReconcilerHarness


class Permits:
    """Records of each write whether its permit says that it is urgent."""

    def __init__(self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> None:
        self._harness = harness
        self._with_permit = harness.graph.with_permit
        self.urgent: dict[str, bool] = {}
        monkeypatch.setattr(harness.graph, "with_permit", self._note)

    def _note(self, permit: WritePermit) -> SyncApi:
        for name in ("create_job", "start_job", "pause_job", "delete_job"):
            self._harness.graph.before[name] = partial(self.urgent.__setitem__, name, permit.is_urgent)
        return self._with_permit(permit)

    async def run(self, key: ObjectKey, *, is_urgent: bool = True) -> dict[str, bool]:
        """Make a pass. Returns what was written."""
        await self._harness.reconciler.reconcile(key, since=self._harness.clock.now(), is_urgent=is_urgent)
        return self.urgent


@pytest.fixture
def permits(harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch) -> Permits:
    return Permits(harness, monkeypatch)


def to_be_paused(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(wish=desired(schedule_state=ScheduleState.PAUSED)))


async def test_the_write_of_an_edit_is_urgent(harness: ReconcilerHarness, permits: Permits) -> None:
    assert await permits.run(to_be_paused(harness)) == {"pause_job": True}


async def test_the_same_write_in_a_pass_that_no_user_waits_for_is_not(
    harness: ReconcilerHarness, permits: Permits
) -> None:
    assert await permits.run(to_be_paused(harness), is_urgent=False) == {"pause_job": False}


async def test_a_create_and_its_start_are_not_because_thousands_may_come_at_once(
    harness: ReconcilerHarness, permits: Permits
) -> None:
    assert await permits.run(harness.apply_new()) == {"create_job": False, "start_job": False}


async def test_a_first_start_that_is_sent_again_is_not_either(harness: ReconcilerHarness, permits: Permits) -> None:
    key = harness.apply_new()
    harness.graph.fail("start_job", DOWN)
    await permits.run(key)
    permits.urgent.clear()
    assert await permits.run(key) == {"start_job": False}


async def test_a_deletion_is_not_because_thousands_may_come_at_once(
    harness: ReconcilerHarness, permits: Permits
) -> None:
    harness.graph.add(remote_job())
    key = harness.apply(holder(wish=desired(deletion_policy=DeletionPolicy.DELETE), is_deleting=True))
    assert await permits.run(key) == {"delete_job": False}
