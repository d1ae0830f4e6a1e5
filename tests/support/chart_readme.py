"""The table of values in the chart's README, written from the comments of values.yaml. `make crds` writes it again.

A comment is about the value below it, and about those that follow without a comment of their own.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.support.helm import CHART

README, VALUES = CHART / "README.md", CHART / "values.yaml"
BEGIN, END = "<!-- values: written by `make crds` from values.yaml -->\n", "<!-- end of values -->\n"

READ_WHOLE = (
    "podSecurityContext",
    "securityContext",
    "resources",
    "topologySpreadConstraints",
    "simulator.servicePrincipals",
)
"""Values that are objects of others: a row for each, and none for what is in them."""

_KEY = re.compile(r"( *)([A-Za-z]+):(.*)$")
_COMMENT = re.compile(r" *# ?(.*)$")


@dataclass
class Row:
    """Values that one comment is about, with their defaults. A group of values has no default."""

    comment: str
    defaults: dict[str, str] = field(default_factory=dict)

    def write(self) -> str:
        """Write the row of the table."""
        names = "<br>".join(f"`{name}`" for name in self.defaults)
        defaults = "<br>".join(f"`{default}`" if default else "" for default in self.defaults.values())
        return f"| {names} | {defaults} | {_escape(self.comment)} |"


def read_rows(text: str) -> Iterator[Row]:
    """Read the rows of values.yaml, in its order."""
    values: dict[str, Any] = yaml.safe_load(text)
    path, comment = list[str](), list[str]()
    row: Row | None = None
    for line in text.splitlines():
        if told := _COMMENT.match(line):
            comment.append(told[1])
            continue
        if found := _KEY.match(line):
            path = [*path[: len(found[1]) // 2], found[2]]
            if ".".join(path).startswith(tuple(f"{name}." for name in READ_WHOLE)):
                continue
            default = _default(values, path)
            if not (default or comment):
                continue
            if comment:
                yield from [row] if row is not None else []
                row = Row(" ".join(comment))
            assert row is not None, "the first value has a comment"
            row.defaults[".".join(path)] = default
        comment = []
    if row is not None:
        yield row


def _default(values: dict[str, Any], path: list[str]) -> str:
    """Write a default in one line; empty for a group of values."""
    value: Any = values
    for name in path:
        value = value[name]
    is_group = isinstance(value, dict) and bool(value) and ".".join(path) not in READ_WHOLE
    return "" if is_group else json.dumps(value)


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def write_readme(readme: str, values: str) -> str:
    """Write the table anew into the text of a README."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = ["| value | default | meaning |", "|---|---|---|", *(row.write() for row in read_rows(values))]
    return before + BEGIN + "\n" + "\n".join(lines) + "\n\n" + END + after


if __name__ == "__main__":
    found = README.read_text(encoding="utf-8")
    written = write_readme(found, VALUES.read_text(encoding="utf-8"))
    if "--check" not in sys.argv:
        README.write_text(written, encoding="utf-8")
    elif written != found:
        sys.exit("The table of values in the chart's README is not current; run: make crds")
