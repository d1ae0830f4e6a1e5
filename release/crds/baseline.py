"""The CRDs of the last release, recorded in tests/data/released-crds, and how today's differ from them."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from release.crds.definition_rules import find_breaks
from release.errors import NotReleasableError

RECORDS = Path("tests") / "data" / "released-crds"
CURRENT = Path("crds")


def last_record(root: Path) -> Path:
    """Return the folder of the newest recorded release.

    Raises:
        NotReleasableError: No release is recorded.
    """
    recorded = sorted((path for path in (root / RECORDS).glob("*") if path.is_dir()), key=_order_of)
    if not recorded:
        raise NotReleasableError(f"{RECORDS} holds no release. Record the CRDs of one: make released-crds")
    return recorded[-1]


def _order_of(folder: Path) -> tuple[tuple[int, ...], bool, str]:
    """Order by version; a candidate stands before its release."""
    version, _, candidate = folder.name.partition("-")
    return tuple(int(part) for part in re.findall(r"\d+", version)), not candidate, candidate


def find_breaks_since(record: Path, current: Path, accepted: Mapping[str, str]) -> list[str]:
    """Return a sentence for each break since a release, and for each accepted one that is none."""
    old, new = _read(record), _read(current)
    clauses = [f"{name}: the CRD was removed" for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        clauses.extend(find_breaks(old[name], new[name]))
    unknown = [
        f"{clause}. That breaks objects of version {record.name}. Undo it, or say in release/crds/accepted.py why no "
        f"stored object suffers. Before {record.name} is released, run: make released-crds"
        for clause in clauses
        if clause not in accepted
    ]
    return unknown + [
        f"release/crds/accepted.py accepts a break that there is not: {clause}. Remove its line."
        for clause in accepted
        if clause not in clauses
    ]


def record_crds(root: Path, version: str) -> Path:
    """Record today's CRDs as those of a version. Returns their folder."""
    folder = root / RECORDS / version
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted((root / CURRENT).glob("*.yaml")):
        shutil.copy(path, folder / path.name)
    return folder


def _read(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.yaml"))}
