"""Whether what a process uses stays as it is: the last quarter of its life beside the second."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from tests.support.soak.operator_pod import Sample

GROWTH_MIB, GROWTH_SHARE = 8.0, 0.08
"""Memory may be so much more in the last quarter, whichever is more: what Python and malloc keep differs so much."""

FEWEST_SAMPLES = 20
"""With fewer, a quarter says nothing. A machine that is so slow is no reason to fail."""


@dataclass(frozen=True)
class Flatness:
    """The figures of one process' life."""

    samples: Sequence[Sample]

    @property
    def mebibytes(self) -> list[float]:
        """The median of the memory in each quarter."""
        return [median(sample.mebibytes for sample in quarter) for quarter in self._quarters()]

    @property
    def files(self) -> list[int]:
        """The fewest open files in each quarter, without connections to Graph and to the API server."""
        return [min(sample.files for sample in quarter) for quarter in self._quarters()]

    @property
    def connections(self) -> list[int]:
        """The most connections to Graph and to the API server in each quarter."""
        return [max(sample.connections for sample in quarter) for quarter in self._quarters()]

    @property
    def threads(self) -> list[int]:
        """The fewest threads in each quarter."""
        return [min(sample.threads for sample in quarter) for quarter in self._quarters()]

    @property
    def is_measured(self) -> bool:
        """Whether there are enough samples."""
        return len(self.samples) >= FEWEST_SAMPLES

    @property
    def mebibytes_allowed(self) -> float:
        """How much memory the last quarter may take."""
        return max(self.mebibytes[1] + GROWTH_MIB, self.mebibytes[1] * (1 + GROWTH_SHARE))

    def _quarters(self) -> list[Sequence[Sample]]:
        length = max(len(self.samples) // 4, 1)
        return [self.samples[n * length : (n + 1) * length] for n in range(3)] + [self.samples[3 * length :]]
