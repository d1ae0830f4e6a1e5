"""The bars of the page: parts of a whole as positions in a drawing that is 100 wide."""

from collections.abc import Sequence
from dataclasses import dataclass

_GAP = 0.4
"""Between two parts, so that parts of one colour can be told apart."""


@dataclass(frozen=True)
class Segment:
    """A part of a bar."""

    x: float
    width: float


def lay_segments(counts: Sequence[int]) -> list[Segment]:
    """Return where each part of a bar begins and how wide it is. A part of 0 has no width."""
    whole = sum(counts)
    segments, x = [], 0.0
    for count in counts:
        width = 100 * count / whole if whole else 0.0
        segments.append(Segment(round(x, 2), round(max(width - _GAP, min(width, _GAP)), 2)))
        x += width
    return segments


def measure(count: int, whole: int) -> float:
    """Return how long the bar of a count is, of 100."""
    return round(100 * count / whole, 2) if whole else 0.0
