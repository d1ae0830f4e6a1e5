"""The runs of a timetable, over changes of daylight saving."""

from datetime import UTC, datetime
from itertools import accumulate, repeat

import pytest

from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.core.primitives.times import write_time
from entrasync.core.restart.timetable import find_timetable_fault, next_run


def timetable(cron: str, time_zone: str | None = None) -> PeriodicRestartSpec:
    return PeriodicRestartSpec(cron=cron, time_zone=time_zone)


def runs(wish: PeriodicRestartSpec, after: str, count: int) -> list[str]:
    """List the next runs after a time in UTC."""
    begin = datetime.fromisoformat(after).replace(tzinfo=UTC)
    found = accumulate(repeat(wish, count), lambda last, each: next_run(each, last), initial=begin)
    return [write_time(time) for time in list(found)[1:]]


class TestNextRun:
    def test_a_weekly_run_comes_each_week(self) -> None:
        assert runs(timetable("0 3 * * 0"), "2026-11-20T12:00:00", 2) == [
            "2026-11-22T03:00:00Z",
            "2026-11-29T03:00:00Z",
        ]

    def test_a_run_is_meant_in_its_time_zone(self) -> None:
        assert runs(timetable("0 3 * * *", "Asia/Kolkata"), "2026-11-20T12:00:00", 1) == ["2026-11-20T21:30:00Z"]

    def test_a_run_keeps_its_local_time_over_a_change_of_daylight_saving(self) -> None:
        assert runs(timetable("0 3 * * 0", "Europe/Berlin"), "2026-10-12T00:00:00", 2) == [
            "2026-10-18T01:00:00Z",
            "2026-10-25T02:00:00Z",
        ]

    def test_a_time_that_daylight_saving_skips_comes_right_after_the_change(self) -> None:
        assert runs(timetable("30 2 * * *", "Europe/Berlin"), "2027-03-27T12:00:00", 2) == [
            "2027-03-28T01:00:00Z",
            "2027-03-29T00:30:00Z",
        ]

    def test_a_time_that_daylight_saving_repeats_comes_once(self) -> None:
        assert runs(timetable("30 2 * * *", "Europe/Berlin"), "2026-10-24T12:00:00", 2) == [
            "2026-10-25T00:30:00Z",
            "2026-10-26T01:30:00Z",
        ]

    def test_a_time_in_the_hour_that_daylight_saving_repeats_has_its_next_run_ahead(self) -> None:
        assert runs(timetable("30 2 * * *", "Europe/Berlin"), "2026-10-25T01:10:00", 1) == ["2026-10-26T01:30:00Z"]

    def test_the_last_run_is_not_the_next_one(self) -> None:
        assert runs(timetable("0 3 * * *"), "2026-11-20T03:00:00", 1) == ["2026-11-21T03:00:00Z"]


class TestFault:
    @pytest.mark.parametrize(
        ("cron", "time_zone", "fault"),
        [
            ("0 24 * * *", None, "cron cannot read 0 24 * * * (Bad hour)"),
            ("0 3 * * 9", None, "cron cannot read 0 3 * * 9 (Bad day-of-week)"),
            ("0 3 30 2 *", None, "cron cannot read 0 3 30 2 * (Bad day-of-month)"),
            ("0 3 * * 0", "Europe/Atlantis", "Europe/Atlantis is no time zone of the IANA database"),
            ("0 3 * * 0", "Europe", "Europe is no time zone of the IANA database"),
        ],
    )
    def test_a_timetable_that_cannot_be_followed_says_why(self, cron: str, time_zone: str | None, fault: str) -> None:
        assert find_timetable_fault(timetable(cron, time_zone)) == fault

    @pytest.mark.parametrize("cron", ["0 3 * * 0", "5 0 1,15 * MON-FRI", "0 */6 * JAN-JUN *", "0 3 * * 5#1"])
    def test_a_timetable_that_can_be_followed_has_no_fault(self, cron: str) -> None:
        assert find_timetable_fault(timetable(cron, "America/New_York")) is None
