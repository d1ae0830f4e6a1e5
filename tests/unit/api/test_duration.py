"""parse_go_duration reads whole hours, minutes and seconds, and nothing else."""

from datetime import timedelta

import pytest

from entrasync.api.duration import parse_go_duration


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("5m", timedelta(minutes=5)),
        ("1h30m", timedelta(minutes=90)),
        ("1h0m5s", timedelta(hours=1, seconds=5)),
        ("99999h99999m99999s", timedelta(hours=99999, minutes=99999, seconds=99999)),
    ],
)
def test_whole_hours_minutes_and_seconds_are_read(text: str, expected: timedelta) -> None:
    assert parse_go_duration(text) == expected


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "30m1h", "1.5h", "-5m", "PT5M", "5m\n", "100000s", "\u0665m"])
def test_any_other_text_is_refused_and_the_message_shows_how_to_write_a_duration(text: str) -> None:
    with pytest.raises(ValueError, match="1h30m"):
        parse_go_duration(text)
