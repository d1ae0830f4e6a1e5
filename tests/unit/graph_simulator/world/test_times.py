"""Checks how times and durations are formatted and parsed."""

from datetime import UTC, datetime, timedelta

import pytest

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
def test_a_time_is_formatted_with_seven_digits_or_without_fraction(moment: datetime, text: str) -> None:
    assert format_time(moment) == text


def test_the_seventh_digit_of_a_time_keeps_the_order_and_is_never_zero() -> None:
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
def test_a_duration_is_formatted_and_parsed(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text
    assert parse_duration(text) == duration


def test_the_interval_of_an_unscheduled_job_is_formatted_as_in_captures() -> None:
    assert format_duration(UNSCHEDULED) == "P10675199DT2H48M5.4775807S"


@pytest.mark.parametrize("text", ["", "P", "PT", "40M", "P1M", "P1DT"])
def test_a_malformed_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an ISO 8601 duration"):
        parse_duration(text)
