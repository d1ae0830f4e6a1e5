"""A line of keys in two classes, urgent and background. In each class the namespaces take turns."""

from collections import OrderedDict

from entrasync.core.primitives.object_key import ObjectKey

MAX_URGENT_IN_A_ROW = 3
"""How many urgent keys are handed out while background ones wait. Then one of those has its turn."""

BOTH_CLASSES = (True, False)
"""The classes as they are asked for: `is_urgent`."""


class NamespaceTurns:
    """Keys in the order in which they came, but each namespace has its turn after another."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, OrderedDict[ObjectKey, None]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._lines)

    def add(self, key: ObjectKey) -> None:
        """Add a key at the end of its namespace's line. One that is there keeps its place."""
        self._lines.setdefault(key.namespace, OrderedDict()).setdefault(key)

    def discard(self, key: ObjectKey) -> None:
        """Remove a key, if it is there."""
        line = self._lines.get(key.namespace, OrderedDict())
        line.pop(key, None)
        if not line:
            self._lines.pop(key.namespace, None)

    def pop(self) -> ObjectKey:
        """Remove and return the next key. Raises `KeyError` if there is none."""
        namespace, line = self._lines.popitem(last=False)
        key, _ = line.popitem(last=False)
        if line:
            self._lines[namespace] = line
        return key


class FairLine:
    """Urgent keys overtake background ones, which get one turn in four all the same."""

    def __init__(self) -> None:
        self._classes = {is_urgent: NamespaceTurns() for is_urgent in BOTH_CLASSES}
        self._urgent_in_a_row = 0

    def __bool__(self) -> bool:
        return any(self._classes.values())

    def add(self, key: ObjectKey, *, is_urgent: bool) -> None:
        """Add a key to the end of a class; it leaves the other one."""
        self._classes[not is_urgent].discard(key)
        self._classes[is_urgent].add(key)

    def discard(self, key: ObjectKey) -> None:
        """Remove a key, if it is there."""
        for line in self._classes.values():
            line.discard(key)

    def pop(self, classes: tuple[bool, ...] = BOTH_CLASSES) -> ObjectKey | None:
        """Remove and return the next key of these classes; None if they have none."""
        waiting = [is_urgent for is_urgent in classes if self._classes[is_urgent]]
        if not waiting:
            return None
        is_urgent = waiting[0] if len(waiting) == 1 else self._urgent_in_a_row < MAX_URGENT_IN_A_ROW
        self._urgent_in_a_row = self._urgent_in_a_row + 1 if is_urgent else 0
        return self._classes[is_urgent].pop()
