"""Decision tables as people write them, in Markdown: one row per rule, and the first row that fits decides."""

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
class Row:
    """The values that a row accepts in each column, and the outcome it gives."""

    number: int
    wants: Mapping[str, frozenset[str]]
    outcome: tuple[str, ...]

    def __str__(self) -> str:
        asked = [f"{column}={'|'.join(sorted(values))}" for column, values in self.wants.items()]
        return f"{self.number}: {' '.join(asked) or 'else'}"

    def fits(self, cell: Cell) -> bool:
        """Return whether the row is about a case."""
        return all(cell[column] in values for column, values in self.wants.items())


@dataclass(frozen=True)
class DecisionTable:
    """The rows of a table, and all values of its deciding columns, which come first."""

    rows: tuple[Row, ...]
    columns: Mapping[str, list[str]]

    @classmethod
    def read(cls, path: Path, **columns: str) -> Self:
        """Read the table of a page. Each column is given with all its values, separated by blanks."""
        known = {name: values.split() for name, values in columns.items()}
        texts = [
            line.strip("|").split("|") for line in path.read_text(encoding="utf-8").splitlines() if line[:1] == "|"
        ]
        head, _, *body = ([field.strip() for field in text] for text in texts)
        assert head[: len(known)] == list(known), "the head names the columns"
        rows = tuple(_read_row(number, known, fields) for number, fields in enumerate(body, 1))
        return cls(rows, known)

    def cells(self) -> Iterator[Cell]:
        """Yield every combination of values."""
        for values in product(*self.columns.values()):
            yield dict(zip(self.columns, values, strict=True))

    def decide(self, cell: Cell) -> Row:
        """Return the row that decides a case."""
        return next(row for row in self.rows if row.fits(cell))

    def decided_by(self, row: Row) -> list[Cell]:
        """List the cases that a row decides."""
        return self._decided.get(row.number, [])

    @cached_property
    def _decided(self) -> Mapping[int, list[Cell]]:
        decided: dict[int, list[Cell]] = defaultdict(list)
        for cell in self.cells():
            decided[self.decide(cell).number].append(cell)
        return decided


def _read_row(number: int, columns: Mapping[str, list[str]], fields: list[str]) -> Row:
    """Read a row: values of a column are separated by commas, and an empty field accepts all."""
    asked = dict(zip(columns, fields, strict=False))
    wants = {name: frozenset(field.split(", ")) for name, field in asked.items() if field}
    unknown = {name: values - set(columns[name]) for name, values in wants.items()}
    assert not any(unknown.values()), f"row {number} names values that its column does not have: {unknown}"
    return Row(number, wants, tuple(fields[len(columns) :]))
