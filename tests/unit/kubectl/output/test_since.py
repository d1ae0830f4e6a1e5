"""How far back something is asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from kubectl_entrasync.failure import Failure
from kubectl_entrasync.output.ages import parse_since

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("24h", NOW - timedelta(days=1)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-11-21T03:00:00Z", datetime(2026, 11, 21, 3, tzinfo=UTC)),
    ],
)
def test_is_a_duration_or_a_time(text: str, time: datetime) -> None:
    assert parse_since(text, NOW) == time


@pytest.mark.parametrize("text", ["", "yesterday", "7 d", "2026-11-21T03:00:00"])
def test_is_nothing_else(text: str) -> None:
    with pytest.raises(Failure, match=r"is no time to look back to\. Give --since a duration such as"):
        parse_since(text, NOW)
