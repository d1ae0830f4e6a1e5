"""The writes to the API server before or after which a process dies."""

from collections import deque
from collections.abc import Coroutine
from typing import Any, TypeVar

from tests.support.random_world.faults import Killed

Value = TypeVar("Value")


class Deaths(deque[str]):
    """For each of the next writes "before", "after", or nothing if the process lives."""

    async def die_around(self, write: Coroutine[Any, Any, Value]) -> Value:
        """Make a write, and raise `Killed` before or after it if the process dies there."""
        death = self.popleft() if self else ""
        if death == "before":
            write.close()
            raise Killed("before a write to the API server")
        answer = await write
        if death == "after":
            raise Killed("after a write to the API server")
        return answer
