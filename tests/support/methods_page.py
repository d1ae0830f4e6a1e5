"""Reads the tables of docs/graph-methods.md: each method and property of Graph's API, and where the operator has it."""

import re
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).parents[2] / "docs" / "graph-methods.md"
TEXT = PATH.read_text(encoding="utf-8")
ROOT = "/servicePrincipals/{id}/synchronization"
"""What the page writes as `…`."""

_METHOD = re.compile(r"^\| (GET|POST|PUT|PATCH|DELETE) `([^`]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_DIRECTORY_METHOD = re.compile(r"^\| (GET) `([^`]+)` \| ([^|]+?) \|$", re.MULTILINE)
_PROPERTY = re.compile(r"^\| (\w+) \| `(\w+)` \| (.+?) \|$", re.MULTILINE)


@dataclass(frozen=True)
class MethodRow:
    """One method: the versions that have it, what the operator does with it, and what the simulator answers."""

    versions: str
    operator: str
    simulator: str = ""

    @property
    def calls(self) -> frozenset[str]:
        """The names of the operator's calls, which stand before the colon."""
        return frozenset(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", self.operator))


METHODS = {
    f"{method} {path.replace('…', ROOT)}": MethodRow(versions, operator, simulator)
    for method, path, versions, _, operator, simulator in _METHOD.findall(TEXT)
}
"""The methods of the synchronization API, as `GET /servicePrincipals/{id}/synchronization/jobs`."""

DIRECTORY_METHODS = {
    f"{method} {path}": MethodRow("", operator) for method, path, operator in _DIRECTORY_METHOD.findall(TEXT)
}
"""The methods that the operator uses besides."""

PROPERTIES = {(kind, name): where for kind, name, where in _PROPERTY.findall(TEXT)}
"""Where each property is, by its type and its name."""
