"""Finds the user's own helm, which HELM names or the PATH holds, if its version fits."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from control_plane.programs.search import FoundProgram

_VERSION = re.compile(r"^v(\d+)\.(\d+)\.(\d+)")


def own_helm(wanted: str, environment: Mapping[str, str]) -> FoundProgram | None:
    """Return the user's own helm if it has the wanted major version and is not older; None if no version is wanted."""
    if not wanted:
        return None
    named, found = environment.get("HELM", ""), shutil.which("helm", path=environment.get("PATH"))
    candidates = {"HELM": named, "the PATH": found or ""}
    for label, path in candidates.items():
        if path and fits(_version_of(path), wanted):
            return FoundProgram(Path(path).absolute(), label)
    return None


def fits(version: str, wanted: str) -> bool:
    """Check whether a version (`v3.22.1`) satisfies a wanted one (`3.22.0`): the same major version, and not older."""
    have, want = _VERSION.match(version), _VERSION.match(f"v{wanted}")
    if have is None or want is None:
        return False
    numbers, needed = [int(part) for part in have.groups()], [int(part) for part in want.groups()]
    return numbers[0] == needed[0] and numbers >= needed


@cache
def _version_of(path: str) -> str:
    """Return what a helm reports as its version, empty when it reports none; cached, since it does not change."""
    try:
        asked = [path, "version", "--template={{.Version}}"]
        return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
