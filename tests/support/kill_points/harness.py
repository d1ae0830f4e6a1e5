"""Plays a scenario, ends its process at one call, and checks what became of it."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.support.kill_points.lifeline import Kill, Point
from tests.support.kill_points.scenarios import Scenario
from tests.support.kill_points.world import World, live

PEACE_SECONDS = 1000.0
"""After the replication bound, at whose end what was held back is sent again."""

RESTARTED_SECONDS = 120.0

RECORDED_AT_ONCE = frozenset({"restartJob"})
"""Writes that are sent again only if the process ended before it had written down that they were answered."""


@dataclass(frozen=True)
class Played:
    """What happened: the calls of the first process until all was done, and the writes that had an effect."""

    calls: tuple[str, ...]
    writes: Counter[str]


def find_kills(scenario: Scenario) -> Iterable[Kill]:
    """Play a scenario in peace and name every end that it can come to: each call, at each point."""
    calls = play(scenario).calls
    return (Kill(number, operation, point) for number, operation in enumerate(calls, 1) for point in Point)


def play(scenario: Scenario, kill: Kill | None = None, *, loses: str = "") -> Played:
    """Play a scenario, and check its promises and its end. Raises `AssertionError`.

    The API server `loses` this field of status, which breaks promises.
    """

    async def run(world: World) -> Played:
        world.server.loses = loses
        return await _play(world, scenario, kill)

    played: Played = live(run)
    return played


async def _play(world: World, scenario: Scenario, kill: Kill | None) -> Played:
    if scenario.prepare is not None:
        await scenario.prepare(world)
    before = world.writes()
    is_warm = world.operator is not None
    if not is_warm:
        scenario.act(world)
    operator = world.operator or await world.run_operator()
    operator.lifeline.arm(kill)
    if is_warm:
        scenario.act(world)

    def check(world: World) -> None:
        scenario.check(world)
        _check_least(scenario, world.writes() - before)

    await world.settle(check)
    await asyncio.sleep(2)  # Events follow
    calls = tuple(operator.lifeline.calls or ())
    assert kill is None or operator.lifeline.is_dead, f"the process never came to {kill}"
    await world.settle(check)
    await asyncio.sleep(PEACE_SECONDS)
    await _restart(world)
    check(world)
    writes = world.writes() - before
    _check_most(scenario, writes)
    _check_repeated(kill, calls, writes)
    assert world.log.faults == []
    assert world.deaths == (0 if kill is None else 1)
    return Played(calls, writes)


async def _restart(world: World) -> None:
    """Check that one more process finds nothing to write."""
    before = world.writes()
    await world.run_operator()
    await asyncio.sleep(RESTARTED_SECONDS)
    assert world.writes() == before


def _check_least(scenario: Scenario, writes: Counter[str]) -> None:
    missing = {name: times for name, (least, _) in scenario.writes.items() if (times := writes[name]) < least}
    assert not missing, f"too few writes: {missing}"


def _check_most(scenario: Scenario, writes: Counter[str]) -> None:
    most = {name: bounds[1] for name, bounds in scenario.writes.items()}
    excess = {name: times for name, times in writes.items() if times > most.get(name, 0)}
    assert not excess, f"too many writes: {excess}"


def _check_repeated(kill: Kill | None, calls: tuple[str, ...], writes: Counter[str]) -> None:
    for name in RECORDED_AT_ONCE & writes.keys():
        if writes[name] > 1:
            assert kill is not None, f"{name} is sent again although its answer came"
            answered = calls[: kill.number - 1] if kill.point is Point.BEFORE_REQUEST else calls[: kill.number]
            assert answered[-1] == name, f"{name} is sent again although its answer was written down"
