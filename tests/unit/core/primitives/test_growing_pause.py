"""How long a pause after a failure is."""

from datetime import timedelta

import pytest

from entrasync.core.primitives.growing_pause import grow_pause

FIRST, LONGEST = timedelta(seconds=1), timedelta(seconds=60)


def pause(failures: int, *, spread: float = 0.0, at_least: timedelta | None = None) -> timedelta:
    return grow_pause(failures, first=FIRST, longest=LONGEST, spread=spread, at_least=at_least)


class TestGrowPause:
    def test_doubles_with_each_failure_up_to_the_longest(self) -> None:
        assert [pause(failures).total_seconds() for failures in (0, 1, 2, 5, 6, 10**6)] == [1, 2, 4, 32, 60, 60]

    @pytest.mark.parametrize("seconds", [-5, 0, 1])
    def test_is_never_shortened_by_the_other_side(self, seconds: int) -> None:
        assert pause(3, at_least=timedelta(seconds=seconds)) == timedelta(seconds=8)

    def test_is_as_long_as_the_other_side_asks_for(self) -> None:
        assert pause(0, at_least=timedelta(minutes=10)) == timedelta(minutes=10)

    def test_is_spread_to_later_only(self) -> None:
        assert [pause(0, spread=spread) for spread in (0.0, 0.5, 1.0)] == [FIRST, FIRST * 1.1, FIRST * 1.2]
