"""The guard before a reconciler: no pass over an object that may not be acted on."""

from datetime import datetime

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.guard import RECHECK_INTERVAL, Guard
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.facts import NOW


class ReconcilerHarness:
    def __init__(self) -> None:
        self.looked_at: list[str] = []
        self.broken: list[str] = []

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        self.looked_at.append(key.namespace)
        return Outcome(None)

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        self.broken.append(key.namespace)


async def test_resources_of_a_refused_namespace_are_left_alone() -> None:
    reconciler = ReconcilerHarness()
    guard = Guard(reconciler, lambda key: key.namespace != "team-a")
    outcomes = [await guard.reconcile(ObjectKey(namespace, "job"), since=NOW) for namespace in ("team-a", "team-b")]
    assert reconciler.looked_at == ["team-b"]
    assert outcomes == [Outcome(RECHECK_INTERVAL), Outcome(None)]


async def test_a_pass_that_breaks_is_recorded_by_the_reconciler() -> None:
    reconciler = ReconcilerHarness()
    await Guard(reconciler, lambda _: True).record_broken(ObjectKey("team-a", "job"), since=NOW)
    assert reconciler.broken == ["team-a"]
