"""Ages as kubectl writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from kubectl_entrasync.output.ages import write_age

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "written"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=119), "119s"),
        (timedelta(seconds=120), "2m"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=3), "3h"),
        (timedelta(hours=47), "47h"),
        (timedelta(days=30), "30d"),
    ],
)
def test_an_age_is_written_in_the_largest_unit_that_it_has_two_of(age: timedelta, written: str) -> None:
    assert write_age(NOW - age, NOW) == written


def test_a_time_ahead_of_the_own_clock_is_now() -> None:
    assert write_age(NOW + timedelta(seconds=5), NOW) == "0s"


def test_no_time_is_a_dash() -> None:
    assert write_age(None, NOW) == "-"
