"""Times as Graph writes them, malformed ones included."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.primitives.times import (
    is_never,
    parse_interval,
    parse_time,
    write_go_duration,
    write_precise_time,
    write_time,
)
from tests.support.facts import minutes, seconds


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2017-07-19T14:55:58Z", datetime(2017, 7, 19, 14, 55, 58, tzinfo=UTC)),
        ("2017-07-19T14:55:58.5434447Z", datetime(2017, 7, 19, 14, 55, 58, 543444, tzinfo=UTC)),
        ("2017-07-19T14:55:58.5Z", datetime(2017, 7, 19, 14, 55, 58, 500000, tzinfo=UTC)),
        ("2017-07-19T16:55:58+02:00", datetime(2017, 7, 19, 14, 55, 58, tzinfo=UTC)),
        ("2017-07-19T14:55:58", datetime(2017, 7, 19, 14, 55, 58, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00.0000001Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59.9999999Z", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("2017-02-30T14:55:58Z", None),
        ("2017-07-19", None),
        ("soon", None),
        ("", None),
        (None, None),
        (7, None),
        ([], None),
    ],
)
def test_a_time_is_read_or_counts_as_none(text: object, time: datetime | None) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("PT40M", timedelta(minutes=40)),
        ("PT1M", timedelta(minutes=1)),
        ("P1DT2H3M4.5678901S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("P366D", timedelta(days=366)),
        ("P10675199DT2H48M5.4775807S", None),
        ("PT999999999H", None),
        ("P99999999999999999999D", None),
        ("PT0S", None),
        ("P", None),
        ("P1M", None),
        ("-PT1M", None),
        ("banana 40m banana", None),
        (40, None),
    ],
)
def test_an_interval_is_read_or_counts_as_none(text: object, interval: timedelta | None) -> None:
    assert parse_interval(text) == interval


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z", "0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00"]
)
def test_a_time_in_the_year_1_means_never(text: str) -> None:
    assert is_never(text)


@pytest.mark.parametrize("text", ["", "0001", "2001-01-01T00:00:00Z", "See 0001-01-01T00:00:00Z"])
def test_other_texts_do_not_mean_never(text: str) -> None:
    assert not is_never(text)


@given(st.integers(-30_000_000_000_000_000, 200_000_000_000_000_000))
def test_a_written_time_is_read_again(microseconds: int) -> None:
    time = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert parse_time(write_precise_time(time)) == time
    assert parse_time(write_time(time)) == time.replace(microsecond=0)


@given(st.text())
def test_no_text_breaks_the_reading_of_times(text: str) -> None:
    parse_time(text)
    parse_interval(text)
    is_never(text)


@pytest.mark.parametrize(
    ("duration", "text"),
    [(seconds(0), "0s"), (seconds(30), "30s"), (seconds(90), "1m30s"), (minutes(5), "5m"), (minutes(1440), "24h")],
)
def test_a_duration_is_written_as_kubernetes_writes_it(duration: timedelta, text: str) -> None:
    assert write_go_duration(duration) == text
