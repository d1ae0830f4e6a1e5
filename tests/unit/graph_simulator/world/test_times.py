"""Times and durations as Graph writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from graph_simulator.clock import WorldClock
from graph_simulator.world.times import NEVER, UNSCHEDULED, format_duration, format_time, parse_duration

NOON = datetime(2025, 3, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NEVER, "0001-01-01T00:00:00Z"),
        (NOON, "2025-03-03T12:00:00Z"),
        (NOON.replace(microsecond=543444), "2025-03-03T12:00:00.5434447Z"),
    ],
)
def test_a_time_has_seven_digits_or_no_fraction(moment: datetime, text: str) -> None:
    assert format_time(moment) == text


def test_the_made_up_digit_keeps_the_order_and_is_never_zero() -> None:
    texts = [format_time(NOON.replace(microsecond=digits)) for digits in range(1, 1000)]
    assert texts == sorted(texts)
    assert not any(text.endswith("0Z") for text in texts)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(minutes=40), "PT40M"),
        (timedelta(days=1, hours=2, seconds=3.5), "P1DT2H3.5S"),
        (timedelta(0), "PT0S"),
    ],
)
def test_a_duration_is_written_and_read(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text
    assert parse_duration(text) == duration


def test_a_job_that_is_not_scheduled_has_the_longest_interval_there_is() -> None:
    assert format_duration(UNSCHEDULED) == "P10675199DT2H48M5.4775807S"


@pytest.mark.parametrize("text", ["", "P", "PT", "40M", "P1M", "P1DT"])
def test_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 8601 duration"):
        parse_duration(text)


class Real:
    """Real time that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_worlds_time_runs_at_its_rate_from_its_origin() -> None:
    real = Real()
    clock = WorldClock(NOON, 990.0, 60.0, real=real)
    assert clock.now() == NOON + timedelta(minutes=10)
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(minutes=70)
    real.seconds += 1
    assert clock.now() == NOON + timedelta(minutes=71)


def test_a_frozen_clock_moves_only_when_it_is_moved() -> None:
    real = Real()
    clock = WorldClock(NOON, 1000.0, real=real)
    clock.freeze()
    real.seconds += 500
    assert clock.now() == NOON
    clock.advance(timedelta(minutes=1))
    assert clock.now() == NOON + timedelta(minutes=1)
    clock.run(2.0)
    real.seconds += 30
    assert clock.now() == NOON + timedelta(minutes=2)


def test_time_is_not_advanced_backwards() -> None:
    with pytest.raises(ValueError, match="negative duration"):
        WorldClock(NOON, 0.0).advance(timedelta(seconds=-1))
