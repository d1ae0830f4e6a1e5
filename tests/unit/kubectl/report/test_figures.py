"""Where the parts of a bar are."""

import pytest

from kubectl_entrasync.report.figures import Segment, lay_segments, measure


def test_parts_lie_beside_each_other_with_a_gap_and_fill_the_bar() -> None:
    assert lay_segments([1, 3]) == [Segment(0.0, 24.6), Segment(25.0, 74.6)]


def test_a_part_that_is_thinner_than_the_gap_can_still_be_seen() -> None:
    assert lay_segments([1, 9_999])[0].width == 0.01


def test_a_bar_without_parts_has_none() -> None:
    assert lay_segments([]) == []


@pytest.mark.parametrize(("count", "whole", "length"), [(1, 4, 25.0), (0, 4, 0.0), (0, 0, 0.0)])
def test_a_bar_is_as_long_as_its_share(count: int, whole: int, length: float) -> None:
    assert measure(count, whole) == length
