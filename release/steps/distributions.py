"""Builds the wheel and the sdist, and checks that a stranger finds in them what he needs."""

import hashlib
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotReleasableError
from release.steps.commands import run_tool

ADDED_TO_SDIST = {"PKG-INFO"}
"""What hatchling puts into every sdist."""


@dataclass(frozen=True)
class Distributions:
    """What pip can install."""

    wheel: Path
    sdist: Path


def build_distributions(root: Path, into: Path) -> Distributions:
    """Build both from the checkout."""
    _build(root, into, "--target=sdist", "--target=wheel")
    return Distributions(_only(into, "*.whl"), _only(into, "*.tar.gz"))


def tracked_files(root: Path) -> list[str]:
    """Return the files of the checkout that Git tracks."""
    listed = run_tool(
        ["git", "ls-files", "-z"], cwd=root, to="list the project's files", advice="Run it in a checkout made by Git."
    )
    return [name for name in listed.split("\0") if name]


def packaged_modules(root: Path, tracked: Iterable[str]) -> list[str]:
    """Return the tracked files of the packages that pyproject.toml puts into the wheel, by their names in it."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    return [
        str(Path(name).relative_to(Path(package).parent))
        for name in tracked
        for package in packages
        if name.startswith(f"{package}/")
    ]


def check_sdist(sdist: Path, tracked: Iterable[str]) -> None:
    """Check that the sdist has each file that Git tracks, and no other.

    Raises:
        NotReleasableError: It lacks files, or has others.
    """
    with tarfile.open(sdist) as archive:
        packed = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    expected = set(tracked)
    _refuse(sdist, "lacks", expected - packed, "Add them to tool.hatch.build.targets.sdist in pyproject.toml.")
    _refuse(sdist, "has", packed - expected - ADDED_TO_SDIST, "Remove them, or let Git ignore them.")


def check_wheel(wheel: Path, modules: Iterable[str]) -> None:
    """Check that the wheel has its packages, their licence and their commands, and nothing else.

    Args:
        wheel: The wheel.
        modules: The files of its packages, by their names in it.

    Raises:
        NotReleasableError: It lacks files, or has others.
    """
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    about = wheel.name.rsplit("-", 3)[0] + ".dist-info"
    expected = set(modules)
    needed = {*expected, *(f"{about}/{name}" for name in ("METADATA", "entry_points.txt", "licenses/LICENSE"))}
    _refuse(wheel, "lacks", needed - packed, "See tool.hatch.build.targets.wheel in pyproject.toml.")
    others = {name for name in packed if not name.startswith(f"{about}/")} - expected
    _refuse(wheel, "has", others, "Remove them, or let Git ignore them.")


def check_wheel_of_sdist(distributions: Distributions) -> None:
    """Check that the sdist, unpacked by a stranger, gives the very same wheel.

    Raises:
        NotReleasableError: It gives another one.
    """
    with tempfile.TemporaryDirectory() as name:
        with tarfile.open(distributions.sdist) as archive:
            archive.extractall(name, filter="data")
        [unpacked] = Path(name).iterdir()
        _build(unpacked, Path(name), "--target=wheel")
        again = _only(Path(name), "*.whl")
        if _digest(again) != _digest(distributions.wheel):
            raise NotReleasableError(
                f"The wheel built from {distributions.sdist.name} is another than {distributions.wheel.name}. "
                "Compare the two with: unzip -lv"
            )


def _build(root: Path, into: Path, *targets: str) -> None:
    run_tool(
        [sys.executable, "-m", "hatchling", "build", "--directory", into.absolute(), *targets],
        cwd=root,
        to=f"build {' and '.join(target.partition('=')[2] for target in targets)} in {root}",
        advice="Mend pyproject.toml as its output says.",
    )


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise NotReleasableError(
            f"{folder} holds {len(found)} files {pattern} where one was built. Remove the folder and run again."
        )
    return found[0]


def _refuse(archive: Path, what: str, names: Collection[str], advice: str) -> None:
    if names:
        shown = ", ".join(sorted(names)[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        raise NotReleasableError(f"{archive.name} {what} {shown}. {advice}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
