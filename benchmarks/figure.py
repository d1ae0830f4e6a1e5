"""What a figure is, and how figures are written down."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """Something that can be measured. `goal` is the most it may be; None where no goal was set."""

    name: str
    unit: str
    goal: float | None
    measure: Callable[[], float]


@dataclass(frozen=True)
class Result:
    """A figure that was measured."""

    name: str
    value: float
    unit: str
    goal: float | None

    @property
    def verdict(self) -> str:
        """Whether the goal was met, in a word."""
        if self.goal is None:
            return ""
        return "met" if self.value <= self.goal else "missed"


def take(figure: Figure) -> Result:
    """Measure a figure; what is no whole number is rounded to hundredths."""
    return Result(figure.name, round(figure.measure(), 2), figure.unit, figure.goal)


def write_results(results: Sequence[Result], path: Path) -> None:
    """Write results as a list of name, value, unit and goal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n", encoding="utf-8")


def draw_row(name: str, value: str, unit: str, goal: str, verdict: str) -> str:
    """Write one row of the table."""
    return f"{name:<34} {value:>9} {unit:<12} {goal:>6}  {verdict}".rstrip()


def draw_result(result: Result) -> str:
    """Write a result as a row of the table."""
    goal = "" if result.goal is None else f"{result.goal:g}"
    return draw_row(result.name, f"{result.value:g}", result.unit, goal, result.verdict)
