"""The guard in front of a reconciler. Before each pass it asks whether the operator may act on the object.

Each write of a pass is checked in `reconcile/step/write_guard.py`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from entrasync.core.decision.verdicts import Retry
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.worker_pool import Reconciler

RECHECK_INTERVAL = timedelta(minutes=5)
"""The pause before a guarded object is checked again. It is normally enqueued earlier, as soon as access returns."""


class Guard:
    """A `Reconciler` that makes no pass over an object as long as `may_act` returns False for it.

    An object that is gone needs no leave: its last pass only forgets what was remembered of it.
    """

    def __init__(self, reconciler: Reconciler, store: Store[Any], may_act: Callable[[ObjectKey], bool]) -> None:
        self._reconciler = reconciler
        self._store = store
        self._may_act = may_act

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass if that is allowed, else check again later. Raises what the reconciler raises."""
        if self._store.get(key) is not None and not self._may_act(key):
            return Outcome(RECHECK_INTERVAL)
        return await self._reconciler.reconcile(key, since=since, is_urgent=is_urgent)

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        """Let the reconciler record that passes break off. Raises what the reconciler raises."""
        await self._reconciler.record_broken(key, fault, since=since)
