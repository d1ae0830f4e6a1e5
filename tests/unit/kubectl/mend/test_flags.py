"""How long to wait and until when to hold: what can be read, and what is said of the rest."""

from datetime import UTC, datetime, timedelta

import pytest

from kubectl_entrasync.failure import Failure
from kubectl_entrasync.mend.flags import RequestFlags, read_end

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


class TestEndOfAHold:
    @pytest.mark.parametrize(
        ("until", "duration", "end"),
        [
            ("2026-11-30T18:00:00Z", None, NOW + timedelta(hours=6)),
            ("2026-11-30T18:00:00+01:00", None, NOW + timedelta(hours=5)),
            (None, "1h30m", NOW + timedelta(minutes=90)),
        ],
    )
    def test_is_a_time_or_a_duration(self, until: str | None, duration: str | None, end: datetime) -> None:
        assert read_end(until, duration, now=NOW) == end

    @pytest.mark.parametrize(
        ("until", "duration", "words"),
        [
            (None, None, "Give --until (a time) or --for"),
            ("2026-11-30T18:00:00Z", "1h", "Give --until (a time) or --for"),
            ("tomorrow", None, 'is "tomorrow", which is no time with a zone'),
            ("2026-11-30T18:00:00", None, "which is no time with a zone"),
            ("2026-11-30T11:00:00Z", None, "which has passed: it is 2026-11-30T12:00:00Z"),
            (None, "1d", '"1d" is no duration'),
            (None, "0s", "--for is 0s, which is no time at all"),
        ],
    )
    def test_that_cannot_be_meant_is_refused_with_what_to_write(
        self, until: str | None, duration: str | None, words: str
    ) -> None:
        with pytest.raises(Failure) as refusal:
            read_end(until, duration, now=NOW)
        assert words in str(refusal.value)


class TestTimeout:
    def test_is_a_duration(self) -> None:
        assert RequestFlags(timeout="90s").limit == timedelta(seconds=90)

    @pytest.mark.parametrize("text", ["soon", "0s", "-5m"])
    def test_that_is_no_time_is_refused(self, text: str) -> None:
        with pytest.raises(Failure, match="--timeout"):
            assert RequestFlags(timeout=text).limit
