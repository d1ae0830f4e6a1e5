"""Measures what a process holds in memory: everything that can be reached from its services."""

import gc
import sys
import types
from collections.abc import Iterable
from typing import Any

_ELSEWHERE = ("asyncio.", "graph_simulator.", "tests.support.kill_points.", "tests.support.storms.")
"""Modules whose objects are not those of the operator: the world around it, and the loop, which leads there."""

_CODE = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType)


def measure_reach(root: Any) -> int:
    """Sum the sizes of all objects that `root` leads to, in bytes, without code and what the world around holds."""
    seen: set[int] = set()
    waiting: list[Any] = [root]
    total = 0
    while waiting:
        found = waiting.pop()
        if id(found) in seen or _is_elsewhere(found):
            continue
        seen.add(id(found))
        total += sys.getsizeof(found)
        waiting += _referents(found)
    return total


def _is_elsewhere(found: Any) -> bool:
    return isinstance(found, type | types.ModuleType) or type(found).__module__.startswith(_ELSEWHERE)


def _referents(found: Any) -> Iterable[Any]:
    if isinstance(found, types.FunctionType):  # its globals lead to all modules
        return (found.__closure__ or ()) + (found.__defaults__ or ())
    return gc.get_referents(found)
