"""What counts as held by a process."""

from dataclasses import dataclass, field

from tests.support.kill_points.lifeline import Lifeline
from tests.support.storms.reach import measure_reach


@dataclass
class Keeper:
    kept: list[object] = field(default_factory=list)


def test_all_that_is_remembered_counts_once_wherever_it_is() -> None:
    keeper = Keeper()
    before = measure_reach(keeper)
    text = "x" * 10_000
    keeper.kept.append({"a": [text, text], "b": lambda: text})
    assert 10_000 < measure_reach(keeper) - before < 12_000


def test_neither_code_nor_the_world_around_counts() -> None:
    keeper, around = Keeper(), Lifeline()
    around.calls = ["x" * 10_000]
    before = measure_reach(keeper)
    keeper.kept += [around, Keeper, measure_reach]
    assert measure_reach(keeper) - before < 1_000
