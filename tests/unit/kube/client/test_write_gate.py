"""The gate before writes to the API server: a process that does not lead only reads."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from entrasync.kube.client.write_gate import NotLeading, close_gate_unless


async def send(method: str, *, is_leading: bool) -> list[str]:
    """Send a request through the gate. Returns the methods that pass it."""
    passed: list[str] = []

    async def handle(request: Any) -> Any:
        passed.append(request.method)

    await close_gate_unless(lambda: is_leading)(cast("Any", SimpleNamespace(method=method)), handle)
    return passed


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_write_of_a_process_that_does_not_lead_is_not_sent(method: str) -> None:
    assert await send(method, is_leading=True) == [method]
    with pytest.raises(NotLeading):
        await send(method, is_leading=False)


async def test_a_process_that_stands_by_still_reads() -> None:
    assert await send("GET", is_leading=False) == ["GET"]
