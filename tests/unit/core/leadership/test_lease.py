"""The Lease that replicas share: when it is free, and what each change of it looks like."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from entrasync.core.leadership.lease import Lease, SeenLease, free_in, release_lease, renew_lease, see_lease, take_lease

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
DURATION = timedelta(seconds=10)
HELD = Lease("first", DURATION, NOON, NOON, transitions=3, version="7")


class TestFreeLease:
    def test_is_one_that_nobody_holds(self) -> None:
        assert free_in(SeenLease(Lease(), 100.0), at=100.0) == 0

    @pytest.mark.parametrize(("at", "seconds"), [(100.0, 10.0), (107.5, 2.5), (110.0, 0.0), (999.0, 0.0)])
    def test_is_one_that_was_not_renewed_for_its_duration_since_this_process_saw_it(
        self, at: float, seconds: float
    ) -> None:
        assert free_in(SeenLease(HELD, 100.0), at=at) == seconds

    def test_is_counted_anew_from_each_renewal(self) -> None:
        seen = see_lease(replace(HELD, version="8"), SeenLease(HELD, 100.0), at=105.0)
        assert free_in(seen, at=112.0) == 3.0

    def test_is_not_counted_anew_from_a_look_at_the_same_version(self) -> None:
        assert see_lease(HELD, SeenLease(HELD, 100.0), at=105.0).since == 100.0

    def test_is_not_one_that_was_deleted_before_its_holder_can_know(self) -> None:
        seen = see_lease(Lease(), SeenLease(HELD, 100.0), at=105.0)
        assert free_in(seen, at=105.0) == 5.0

    def test_says_nothing_of_the_clocks_of_other_machines(self) -> None:
        from_the_future = replace(HELD, renewed_at=NOON + timedelta(days=9))
        assert free_in(see_lease(from_the_future, None, at=100.0), at=110.0) == 0


class TestChangedLease:
    def test_counts_each_change_of_its_holder(self) -> None:
        taken = take_lease(HELD, "second", duration=DURATION, now=NOON + DURATION)
        assert taken == Lease("second", DURATION, NOON + DURATION, NOON + DURATION, transitions=4, version="7")

    def test_begins_with_no_change_of_its_holder(self) -> None:
        assert take_lease(Lease(), "first", duration=DURATION, now=NOON).transitions == 0

    def test_keeps_when_it_was_taken_when_it_is_renewed(self) -> None:
        renewed = renew_lease(HELD, duration=DURATION, now=NOON + DURATION)
        assert renewed == replace(HELD, renewed_at=NOON + DURATION)

    def test_has_no_holder_and_the_least_duration_when_it_is_released(self) -> None:
        released = release_lease(HELD, now=NOON)
        assert (released.holder, released.duration, released.version) == ("", timedelta(seconds=1), "7")
