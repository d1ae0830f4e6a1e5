"""Decision tables as people write them, in Markdown: one line per rule, and the first that fits decides."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Self

Cell = Mapping[str, str]
"""One case: a value for each column."""


@dataclass(frozen=True)
class Line:
    """What a line asks for, column by column, and what follows."""

    number: int
    wants: Mapping[str, frozenset[str]]
    outcome: tuple[str, ...]

    def __str__(self) -> str:
        asked = [f"{column}={'|'.join(sorted(values))}" for column, values in self.wants.items()]
        return f"{self.number}: {' '.join(asked) or 'else'}"

    def fits(self, cell: Cell) -> bool:
        """Tell whether it speaks of a case."""
        return all(cell[column] in values for column, values in self.wants.items())


@dataclass(frozen=True)
class DecisionTable:
    """The lines of a table, and all values of the columns that decide: the first ones."""

    lines: tuple[Line, ...]
    columns: Mapping[str, list[str]]

    @classmethod
    def read(cls, path: Path, **columns: str) -> Self:
        """Read the table of a page; each column comes with all of its values, separated by blanks."""
        known = {name: values.split() for name, values in columns.items()}
        rows = [line.strip("|").split("|") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
        head, _, *body = ([field.strip() for field in row] for row in rows)
        assert head[: len(known)] == list(known), "the head names the columns"
        lines = tuple(_read_line(number, known, fields) for number, fields in enumerate(body, 1))
        return cls(lines, known)

    def cells(self) -> Iterator[Cell]:
        """Yield every case there is."""
        for values in product(*self.columns.values()):
            yield dict(zip(self.columns, values, strict=True))

    def decide(self, cell: Cell) -> Line:
        """Find the line that decides a case."""
        return next(line for line in self.lines if line.fits(cell))

    def decided_by(self, line: Line) -> list[Cell]:
        """List the cases that a line decides."""
        return self._decided.get(line.number, [])

    @cached_property
    def _decided(self) -> Mapping[int, list[Cell]]:
        decided: dict[int, list[Cell]] = defaultdict(list)
        for cell in self.cells():
            decided[self.decide(cell).number].append(cell)
        return decided


def _read_line(number: int, columns: Mapping[str, list[str]], fields: list[str]) -> Line:
    """Read a line: values of a column are separated by commas, and an empty field fits all."""
    asked = dict(zip(columns, fields, strict=False))
    wants = {name: frozenset(field.split(", ")) for name, field in asked.items() if field}
    unknown = {name: values - set(columns[name]) for name, values in wants.items()}
    assert not any(unknown.values()), f"line {number} names values that its column does not have: {unknown}"
    return Line(number, wants, tuple(fields[len(columns) :]))
