"""A line of keys in two classes, urgent and background. In each class the namespaces take turns.

The urgent class has two parts: edits, and what is new.
"""

from collections import OrderedDict

from entrasync.core.primitives.object_key import ObjectKey

MAX_IN_A_ROW = 3
"""How many keys are handed out that overtake others. Then one of those has its turn."""

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


class Precedence:
    """Two lines, of which the first overtakes the second. That one gets one turn in four all the same."""

    def __init__(self, first: "NamespaceTurns | Precedence", second: NamespaceTurns) -> None:
        self._first = first
        self._second = second
        self._first_in_a_row = 0

    def __bool__(self) -> bool:
        return bool(self._first) or bool(self._second)

    def pop(self) -> ObjectKey:
        """Remove and return the next key. Raises `KeyError` if there is none."""
        if not self._second:
            return self.pop_first()
        return self.pop_first() if self._first and self._first_in_a_row < MAX_IN_A_ROW else self.pop_second()

    def pop_first(self) -> ObjectKey:
        """Remove and return the next key of the first line. Raises `KeyError` if there is none."""
        self._first_in_a_row += 1
        return self._first.pop()

    def pop_second(self) -> ObjectKey:
        """Remove and return the next key of the second line. Raises `KeyError` if there is none."""
        self._first_in_a_row = 0
        return self._second.pop()


class FairLine:
    """Urgent keys overtake background ones. Among the urgent ones, edits overtake what is new.

    So whoever edits a resource does not wait for thousands that were just applied.
    """

    def __init__(self) -> None:
        self._edits, self._new, self._background = NamespaceTurns(), NamespaceTurns(), NamespaceTurns()
        self._urgent = Precedence(self._edits, self._new)
        self._all = Precedence(self._urgent, self._background)

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, key: ObjectKey, *, is_urgent: bool, is_new: bool = False) -> None:
        """Add a key to the end of a class; it leaves the others."""
        wanted = self._background if not is_urgent else self._new if is_new else self._edits
        for line in self._lines():
            if line is not wanted:
                line.discard(key)
        wanted.add(key)

    def discard(self, key: ObjectKey) -> None:
        """Remove a key, if it is there."""
        for line in self._lines():
            line.discard(key)

    def pop(self, classes: tuple[bool, ...] = BOTH_CLASSES) -> ObjectKey | None:
        """Remove and return the next key of these classes; None if they have none."""
        has_urgent, has_background = True in classes and bool(self._urgent), False in classes and bool(self._background)
        if has_urgent and has_background:
            return self._all.pop()
        if has_urgent:
            return self._all.pop_first()
        return self._all.pop_second() if has_background else None

    def _lines(self) -> tuple[NamespaceTurns, NamespaceTurns, NamespaceTurns]:
        return self._edits, self._new, self._background
