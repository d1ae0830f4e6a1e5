"""Defines a figure and its result, and writes results as a table and as JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """Something to measure. `goal` is the highest value that meets the goal; None where there is no goal."""

    name: str
    unit: str
    goal: float | None
    measure: Callable[[], float]


@dataclass(frozen=True)
class Result:
    """The measured value of a figure."""

    name: str
    value: float
    unit: str
    goal: float | None

    @property
    def verdict(self) -> str:
        """`met` or `missed`; empty where there is no goal."""
        if self.goal is None:
            return ""
        return "met" if self.value <= self.goal else "missed"


def measure_figure(figure: Figure) -> Result:
    """Measure a figure and round its value to two decimals."""
    return Result(figure.name, round(figure.measure(), 2), figure.unit, figure.goal)


def write_results(results: Sequence[Result], path: Path) -> None:
    """Write results as a JSON list of name, value, unit and goal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n", encoding="utf-8")


def format_row(name: str, value: str, unit: str, goal: str, verdict: str) -> str:
    """Format one row of the table."""
    return f"{name:<39} {value:>9} {unit:<12} {goal:>6}  {verdict}".rstrip()


def format_result(result: Result) -> str:
    """Format a result as a row of the table."""
    goal = "" if result.goal is None else f"{result.goal:g}"
    return format_row(result.name, f"{result.value:g}", result.unit, goal, result.verdict)
