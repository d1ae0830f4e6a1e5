"""The term of a leader: it ends before anybody else may take the Lease."""

from datetime import timedelta

import pytest

from entrasync.core.leadership.lease import Lease, SeenLease, free_in
from entrasync.core.leadership.term import Term, renew_interval

DURATION = timedelta(seconds=10)
TERM = Term(100.0, DURATION)


@pytest.mark.parametrize(("at", "may_begin"), [(100.0, True), (104.9, True), (105.0, False), (107.0, False)])
def test_a_write_begins_only_in_the_first_half(at: float, may_begin: bool) -> None:
    assert TERM.may_begin_write(at) is may_begin


@pytest.mark.parametrize(("at", "is_over"), [(100.0, False), (106.9, False), (107.0, True)])
def test_it_is_over_while_the_lease_still_stands(at: float, is_over: bool) -> None:
    assert TERM.is_over(at) is is_over
    seen_at_once = SeenLease(Lease("first", DURATION, version="7"), 100.0)
    assert free_in(seen_at_once, at=at) > 2


def test_two_renewals_in_a_row_may_time_out_before_writes_are_held_back() -> None:
    assert 2 * renew_interval(DURATION) < DURATION * 0.5
