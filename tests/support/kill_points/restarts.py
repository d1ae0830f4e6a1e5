"""What users ask for about restarts: rows like those of `scenarios.py`."""

from datetime import timedelta
from typing import Any

from entrasync.api.names import RESTART_ANNOTATION
from entrasync.core.primitives.times import write_time
from tests.support.kill_points.scenarios import AT_MOST_ONCE, ONCE, ONCE_OR_TWICE, Scenario, assert_ready, holding
from tests.support.kill_points.world import World

FORCED: dict[str, Any] = {"token": "one", "scope": ["ForceDeletes"], "acknowledgeDangerous": True}
RUN_DELAY = timedelta(minutes=2)


def _check_restarted(world: World, channel: str, *outcomes: str) -> None:
    assert_ready(world)
    found = world.resource()
    assert found is not None
    recorded = found["status"].get("restarts", {}).get(channel, {})
    assert (recorded.get("token"), recorded.get("outcome") in {"Restarted", *outcomes}) == ("one", True), recorded


def _set_timetable(world: World) -> None:
    soon = world.now() + RUN_DELAY
    world.edit(spec={"periodicRestart": {"cron": f"{soon:%M %H} * * *"}})


def _check_run(world: World) -> None:
    assert_ready(world)
    found = world.resource()
    assert found is not None
    recorded = found["status"].get("restarts", {}).get("periodic", {})
    assert recorded.get("outcome") == "Restarted", recorded
    assert recorded["next"] > write_time(world.now())


RESTARTS = (
    Scenario(
        "restart by spec",
        lambda world: world.edit(spec={"restart": {"token": "one"}}),
        lambda world: _check_restarted(world, "spec"),
        {"restartJob": ONCE_OR_TWICE},
        holding(),
    ),
    Scenario(
        "restart by annotation",
        lambda world: world.edit(metadata={"annotations": {RESTART_ANNOTATION: "one"}}),
        lambda world: _check_restarted(world, "request"),
        {"restartJob": ONCE_OR_TWICE},
        holding(),
    ),
    Scenario("restart by timetable", _set_timetable, _check_run, {"restartJob": ONCE_OR_TWICE}, holding()),
    Scenario(
        "dangerous restart",
        lambda world: world.edit(spec={"restart": FORCED}),
        lambda world: _check_restarted(world, "spec", "Unknown"),
        {"restartJob": AT_MOST_ONCE},
        holding(),
    ),
    Scenario(
        "restart that is there from the beginning",
        lambda world: world.apply({"restart": {"token": "one"}}),
        assert_ready,
        {"createJob": ONCE, "startJob": ONCE},
    ),
)
