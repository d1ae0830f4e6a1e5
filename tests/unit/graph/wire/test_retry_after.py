"""Both forms of Retry-After, and what is not believed."""

from datetime import timedelta

import pytest

from entrasync.graph.wire.retry_after import MAX_RETRY_AFTER, read_retry_after

DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


class TestReadRetryAfter:
    @pytest.mark.parametrize(
        ("fact", "value", "seconds"),
        [
            ("seconds", "120", 120),
            ("seconds with blanks", " 7 ", 7),
            ("no wait", "0", 0),
            ("a fraction", "1.5", 1.5),
            ("the past in seconds", "-5", 0),
            ("a date, by the answer's own clock", "Sun, 06 Nov 1994 08:50:07 GMT", 30),
            ("a date that has passed", "Sun, 06 Nov 1994 08:49:00 GMT", 0),
        ],
    )
    def test_reads_seconds_and_dates(self, fact: str, value: str, seconds: float) -> None:
        assert read_retry_after({"retry-after": value, "date": DATE}) == timedelta(seconds=seconds), fact

    @pytest.mark.parametrize("value", ["", "soon", "nan", "Sun, 99 Nov 1994 08:50:07 GMT"])
    def test_returns_none_for_an_unreadable_header(self, value: str) -> None:
        assert read_retry_after({"retry-after": value, "date": DATE}) is None

    def test_returns_none_for_a_date_when_the_response_has_no_date(self) -> None:
        assert read_retry_after({"retry-after": DATE}) is None

    @pytest.mark.parametrize("value", ["inf", "1e300", "999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
    def test_shortens_an_endless_pause(self, value: str) -> None:
        assert read_retry_after({"retry-after": value, "date": DATE}) == MAX_RETRY_AFTER

    def test_returns_none_without_the_header(self) -> None:
        assert read_retry_after({}) is None
