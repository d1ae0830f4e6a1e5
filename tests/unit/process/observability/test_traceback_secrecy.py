"""The traceback of a pass that breaks with secrets in hand shows where it broke, and no secret."""

import asyncio
import json
import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import JOB_PASS_DEADLINE
from entrasync.process.observability.logs import set_up_logs
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.engine.worker_pool import WorkerPool
from tests.support.facts import application, desired, resource
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.secret_forms import find_pieces

SECRET = "canary~in-hand-when-it-broke"


class FirstPass:
    """Remembers how the first pass ended."""

    def __init__(self) -> None:
        self.ending: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def passed(self, outcome: str, seconds: float) -> None:
        if not self.ending.done():
            self.ending.set_result(outcome)


@pytest.fixture(autouse=True, params=["json", "text"])
def _debug_logs(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    del capsys  # the logs go where it looks, so it comes first
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    set_up_logs("debug", form=request.param)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize("call", ["list_secrets", "validate_credentials", "put_secrets"])
async def test_no_secret_shows_when_a_pass_breaks_while_it_is_in_hand(
    call: str, capsys: pytest.CaptureFixture[str]
) -> None:
    harness, first = ReconcilerHarness(), FirstPass()
    harness.secrets.put(ObjectKey("identity", "scim"), token=SECRET)
    harness.graph.fail(call, ZeroDivisionError("a fault of ours"))
    wish = desired(application=application("SecretToken<scim.token"))
    key = harness.apply(resource(wish, finalizers=()))
    queue = WorkQueue(harness.clock)
    queue.add(key, since=harness.clock.now())
    engine = WorkerPool(
        harness.reconciler, queue, harness.resources, clock=harness.clock, metrics=first, deadline=JOB_PASS_DEADLINE
    )
    engine.start()
    assert await first.ending == "broken"
    await engine.stop(timedelta(seconds=5))
    logged = capsys.readouterr().err
    assert "Traceback" in logged
    assert "ZeroDivisionError" in logged
    assert harness.status(key)["conditions"]
    assert find_pieces(logged + json.dumps(harness.server.patches) + repr(harness.recorded), SECRET) == []
