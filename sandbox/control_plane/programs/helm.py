"""The helm that people have already: the one that HELM names, or the one on the PATH, if its version fits."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from control_plane.programs.search import Find

_VERSION = re.compile(r"^v(\d+)\.(\d+)\.(\d+)")


def own_helm(wanted: str, environment: Mapping[str, str]) -> Find | None:
    """Return people's own helm if it is of the wanted major version and not older; None where none is wanted."""
    if not wanted:
        return None
    named, found = environment.get("HELM", ""), shutil.which("helm", path=environment.get("PATH"))
    candidates = {"HELM": named, "the PATH": found or ""}
    for label, path in candidates.items():
        if path and fits(_version_of(path), wanted):
            return Find(Path(path).absolute(), label)
    return None


def fits(version: str, wanted: str) -> bool:
    """Tell whether a version (`v3.22.1`) does for a wanted one (`3.22.0`): the same major version, and not older."""
    have, want = _VERSION.match(version), _VERSION.match(f"v{wanted}")
    if have is None or want is None:
        return False
    numbers, needed = [int(part) for part in have.groups()], [int(part) for part in want.groups()]
    return numbers[0] == needed[0] and numbers >= needed


@cache
def _version_of(path: str) -> str:
    """Ask a helm for its version; empty when it gives none. A program's version stays the same while we run."""
    try:
        asked = [path, "version", "--template={{.Version}}"]
        return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
