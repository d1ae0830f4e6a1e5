"""Shares of the passes that may run at the same time: one for each tenant, and in it one for each class."""

from collections import OrderedDict
from dataclasses import dataclass, field

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.fair_line import BOTH_CLASSES, FairLine


@dataclass
class Share:
    """What waits for one tenant, and how many of its passes run."""

    line: FairLine = field(default_factory=FairLine)
    running: dict[bool, int] = field(default_factory=lambda: dict.fromkeys(BOTH_CLASSES, 0))
    """By class: `is_urgent`."""

    def pop(self, free: int) -> ObjectKey | None:
        """Remove and return the next key that may run while so many passes are `free`; None if there is none.

        A tenant never runs more passes than it leaves free, so there is room for the next tenant when all of one hang.
        Each further one that hangs leaves half as much.
        Each class may take three quarters of that, so an edit finds room beside polls that hang, and a poll beside
        edits.
        """
        if sum(self.running.values()) >= free:
            return None
        return self.line.pop(tuple(each for each in BOTH_CLASSES if self.running[each] * 4 < free * 3))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing runs."""
        return not self.line and not any(self.running.values())


class Shares:
    """Gives the passes that are free to the tenants in turn."""

    def __init__(self, capacity: int) -> None:
        self._free = capacity
        self._by_tenant: dict[str, Share] = {}
        self._turns: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        """Return how many tenants are known."""
        return len(self._by_tenant)

    def add(self, tenant: str, key: ObjectKey, *, is_urgent: bool, is_new: bool = False) -> FairLine:
        """Add a key to the line of a tenant, and return the line."""
        share = self._by_tenant.setdefault(tenant, Share())
        share.line.add(key, is_urgent=is_urgent, is_new=is_new)
        self._turns.setdefault(tenant)
        return share.line

    def pop(self) -> tuple[str, ObjectKey] | None:
        """Remove and return the next key that may run, and its tenant; None if there is none.

        `begin` must follow if its pass begins.
        """
        for _ in range(len(self._turns)):
            tenant, _ = self._turns.popitem(last=False)
            share = self._by_tenant[tenant]
            key = share.pop(self._free)
            if share.line:
                self._turns[tenant] = None
            self._drop_idle(tenant)
            if key is not None:
                return tenant, key
        return None

    def begin(self, tenant: str, *, is_urgent: bool) -> None:
        """Count a pass that begins."""
        share = self._by_tenant.setdefault(tenant, Share())
        share.running[is_urgent] += 1
        self._free -= 1

    def end(self, tenant: str, *, is_urgent: bool) -> None:
        """Count a pass that has ended."""
        self._by_tenant[tenant].running[is_urgent] -= 1
        self._free += 1
        self._drop_idle(tenant)

    def _drop_idle(self, tenant: str) -> None:
        if self._by_tenant[tenant].is_idle:
            del self._by_tenant[tenant]
            self._turns.pop(tenant, None)
