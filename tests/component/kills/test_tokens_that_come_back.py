"""Tokens of restarts that come back: from a self-heal, a backup or another process. The journal of Graph counts."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from entrasync.api.names import RESTART_ANNOTATION
from tests.support.kill_points.checks import assert_gone, assert_ready
from tests.support.kill_points.scenarios import holding
from tests.support.kill_points.world import World, live

PEACE_SECONDS = 1000.0
"""After the replication bound, at whose end what was held back is sent."""

RETAINED = {"deletionPolicy": "Retain"}

Ask = Callable[[World, str], None]


def by_spec(world: World, token: str) -> None:
    world.edit(spec={"restart": {"token": token}})


def by_annotation(world: World, token: str) -> None:
    world.edit(metadata={"annotations": {RESTART_ANNOTATION: token}})


CHANNELS = pytest.mark.parametrize("ask", [by_spec, by_annotation], ids=["spec.restart", "the annotation"])


def count_restarts(act: Callable[[World], Awaitable[None]]) -> int:
    """Let people act on a resource that is Ready, and count the restarts until long after it, over a new process."""

    async def run(world: World) -> int:
        await holding(RETAINED)(world)
        await act(world)
        await asyncio.sleep(PEACE_SECONDS)
        await world.run_operator()
        await asyncio.sleep(PEACE_SECONDS)
        return world.writes()["restartJob"]

    restarts: int = live(run)
    return restarts


async def restart(world: World, ask: Ask, token: str) -> None:
    """Ask for a restart and wait until it is done."""
    before = world.writes()["restartJob"]
    ask(world, token)

    def check(world: World) -> None:
        assert world.writes()["restartJob"] == before + 1
        assert_ready(world)

    await world.settle(check)


@CHANNELS
def test_an_old_token_that_a_self_heal_puts_back_restarts_nothing(ask: Ask) -> None:
    async def act(world: World) -> None:
        await restart(world, ask, "one")
        await restart(world, ask, "two")
        ask(world, "one")

    assert count_restarts(act) == 2


@CHANNELS
def test_a_token_that_a_self_heal_takes_away_and_puts_back_restarts_nothing(ask: Ask) -> None:
    async def act(world: World) -> None:
        await restart(world, ask, "one")
        world.edit(spec={"restart": None}, metadata={"annotations": {RESTART_ANNOTATION: None}})
        await asyncio.sleep(PEACE_SECONDS)
        ask(world, "one")

    assert count_restarts(act) == 1


@pytest.mark.parametrize("token", ["one", "two"])
def test_a_token_in_a_backup_without_status_restarts_nothing(token: str) -> None:
    async def act(world: World) -> None:
        await restart(world, by_spec, "one")
        world.delete()
        await world.settle(assert_gone)
        world.apply({**RETAINED, "restart": {"token": token}})
        await world.settle(assert_ready)

    assert count_restarts(act) == 1


def test_a_new_token_after_a_restored_backup_restarts_once() -> None:
    async def act(world: World) -> None:
        await restart(world, by_spec, "one")
        world.delete()
        await world.settle(assert_gone)
        world.apply({**RETAINED, "restart": {"token": "one"}})
        await world.settle(assert_ready)
        await restart(world, by_spec, "two")

    assert count_restarts(act) == 2
