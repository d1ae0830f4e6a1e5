"""The guard before a reconciler: no pass over an object that may not be acted on."""

from datetime import datetime

from entrasync.core.decision.verdicts import Retry
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.engine.guard import RECHECK_INTERVAL, Guard
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.worker_pool import BROKEN
from tests.support.facts import NOW, resource


class SeenObjects:
    def __init__(self) -> None:
        self.reconciled: list[str] = []
        self.broken: list[str] = []

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        self.reconciled.append(key.namespace)
        return Outcome(None)

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        self.broken.append(key.namespace)


async def test_an_object_that_may_not_be_acted_on_gets_no_pass() -> None:
    reconciler, store = SeenObjects(), Store[Resource]()
    store.put(resource(key=ObjectKey("team-a", "job")))
    guard = Guard(reconciler, store, lambda key: key.namespace != "team-a")
    outcomes = [await guard.reconcile(ObjectKey(namespace, "job"), since=NOW) for namespace in ("team-a", "team-b")]
    assert reconciler.reconciled == ["team-b"]
    assert outcomes == [Outcome(RECHECK_INTERVAL), Outcome(None)]


async def test_an_object_that_is_gone_gets_its_last_pass_which_forgets_it() -> None:
    reconciler = SeenObjects()
    guard = Guard(reconciler, Store[Resource](), lambda _: False)
    assert await guard.reconcile(ObjectKey("team-a", "job"), since=NOW) == Outcome(None)
    assert reconciler.reconciled == ["team-a"]


async def test_a_broken_pass_is_recorded_by_the_reconciler() -> None:
    reconciler = SeenObjects()
    await Guard(reconciler, Store[Resource](), lambda _: True).record_broken(
        ObjectKey("team-a", "job"), BROKEN, since=NOW
    )
    assert reconciler.broken == ["team-a"]
