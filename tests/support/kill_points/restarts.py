"""What users ask for about restarts: rows like those of `scenarios.py`."""

import asyncio
from datetime import timedelta
from typing import Any

from entrasync.api.names import HELD_DELETIONS_APPROVED_ANNOTATION, RESTART_ANNOTATION
from entrasync.core.primitives.times import write_time
from tests.support.kill_points.checks import assert_ready
from tests.support.kill_points.scenarios import AT_MOST_ONCE, ONCE_OR_TWICE, Scenario, holding
from tests.support.kill_points.world import World

FORCED: dict[str, Any] = {"token": "one", "scope": ["ForceDeletes"], "acknowledgeDangerous": True}
SEEN_SECONDS = 900.0
"""After which the operator has seen the quarantine."""

NEARLY_RECOVERED = timedelta(minutes=45)
"""How long a quarantine has lasted that the operator ends after an hour, when it begins to look."""

SOON_SEEN_SECONDS = 840.0
"""After which the operator has seen it, and the start is due within a minute."""

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


async def holds_back_deletions(world: World) -> None:
    """Prepare a job whose last cycle would have deleted too many accounts."""
    await holding({"application": {"accidentalDeletions": {"threshold": 500}}})(world)
    world.quarantine_job("TooManyDeletes")
    await asyncio.sleep(SEEN_SECONDS)


def _episode(world: World) -> str:
    [job] = world.jobs()
    assert job.quarantine is not None
    return write_time(job.quarantine.series_began)


def _approve(world: World) -> None:
    world.edit(spec={"application": {"accidentalDeletions": {"approve": _episode(world)}}})


def _approve_by_annotation(world: World) -> None:
    world.edit(metadata={"annotations": {HELD_DELETIONS_APPROVED_ANNOTATION: _episode(world)}})


def _approve_twice(world: World) -> None:
    _approve(world)
    _approve_by_annotation(world)


def _check_approved(world: World) -> None:
    found = world.resource()
    assert found is not None
    recorded = found["status"].get("restarts", {}).get("approval", {})
    assert recorded.get("outcome") in {"Restarted", "Unknown"}, recorded


def _check_recovered(world: World) -> None:
    found = world.resource()
    assert found is not None
    recorded = found["status"].get("restarts", {}).get("recovery", {})
    assert (len(recorded.get("times", ())), recorded.get("outcome") in {"Started", "Sent"}) == (1, True), recorded


async def is_in_quarantine(world: World) -> None:
    """Prepare a job in quarantine, which the operator starts after an hour."""
    await holding({"recovery": {"onQuarantine": "Start"}})(world)
    world.quarantine_job("Unknown", since=NEARLY_RECOVERED)
    await asyncio.sleep(SOON_SEEN_SECONDS)


RESTARTS = (
    Scenario(
        "recovery",
        lambda world: None,  # it goes on by itself
        _check_recovered,
        {"startJob": AT_MOST_ONCE},
        is_in_quarantine,
    ),
    Scenario(
        "approval of held deletions", _approve, _check_approved, {"restartJob": AT_MOST_ONCE}, holds_back_deletions
    ),
    Scenario(
        "approval of held deletions by annotation",
        _approve_by_annotation,
        _check_approved,
        {"restartJob": AT_MOST_ONCE},
        holds_back_deletions,
    ),
    Scenario(
        "approval of held deletions by spec and annotation",
        _approve_twice,
        _check_approved,
        {"restartJob": AT_MOST_ONCE},
        holds_back_deletions,
    ),
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
)
