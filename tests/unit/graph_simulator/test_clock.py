"""Checks the simulated clock."""

from datetime import UTC, datetime, timedelta

import pytest

from graph_simulator.clock import WorldClock

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


class RealTime:
    """The real time, which a test sets."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_simulated_time_runs_at_its_rate_from_its_origin() -> None:
    real = RealTime()
    clock = WorldClock(NOON, 990.0, 60.0, real=real)
    assert clock.now() == NOON + timedelta(minutes=10)
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(minutes=70)
    real.seconds += 1
    assert clock.now() == NOON + timedelta(minutes=71)


def test_a_frozen_clock_moves_only_when_it_is_advanced() -> None:
    real = RealTime()
    clock = WorldClock(NOON, 1000.0, real=real)
    clock.freeze()
    real.seconds += 500
    assert clock.now() == NOON
    clock.advance(timedelta(minutes=1))
    assert clock.now() == NOON + timedelta(minutes=1)
    clock.run(2.0)
    real.seconds += 30
    assert clock.now() == NOON + timedelta(minutes=2)


def test_the_simulated_clock_cannot_be_advanced_backwards() -> None:
    with pytest.raises(ValueError, match="negative duration"):
        WorldClock(NOON, 0.0).advance(timedelta(seconds=-1))
