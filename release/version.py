"""The version of pyproject.toml, and the places that repeat it."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotReleasableError

VERSION = re.compile(r"\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?")
"""A version that Helm and Python both read. Helm demands three numbers."""

SOURCE = "pyproject.toml"
_OF_SOURCE = re.compile(rf'(?<=^version = "){VERSION.pattern}(?="$)', re.MULTILINE)
_ADVICE = "Run: make version VERSION={version}"


@dataclass(frozen=True)
class Place:
    """Files that repeat the version, and where in them."""

    files: str
    """A pattern of paths, from the root of the project."""
    where: re.Pattern[str]
    """Matches the version alone: what stands around it is only looked at."""


_BEFORE = "|".join(rf"(?<={each})" for each in (r"\$IMAGE:", r"\$IMAGE-simulator:", "entra-sync-operator[:-]"))

PLACES = (
    Place("charts/*/Chart.yaml", re.compile(r"(?<=^version: )[^\s#]+", re.MULTILINE)),
    Place("charts/*/Chart.yaml", re.compile(r"(?<=^appVersion: )[^\s#]+", re.MULTILINE)),
    Place("Dockerfile", re.compile(r"(?<=image\.version=\")[^\"]+")),
    *(
        Place(pages, re.compile(rf"(?:{_BEFORE}){VERSION.pattern}"))
        for pages in ("README.md", "docs/**/*.md", "charts/**/*.md", "examples/**/*.yaml")
    ),
)


@dataclass(frozen=True)
class Repetition:
    """One place where a file states the version."""

    path: str
    line: int
    version: str


def read_version(root: Path) -> str:
    """Return the version of the project.

    Raises:
        NotReleasableError: pyproject.toml states none, or one that Helm would refuse.
    """
    project = tomllib.loads((root / SOURCE).read_text(encoding="utf-8"))["project"]
    version = str(project.get("version", ""))
    if not VERSION.fullmatch(version):
        raise NotReleasableError(
            f"The version {version!r} in {SOURCE} is not of the form 1.2.3 or 1.2.3-rc.1. Write one that is: Helm and "
            "Python both need it."
        )
    return version


def find_repetitions(root: Path) -> Iterator[Repetition]:
    """Yield each place that repeats the version."""
    for place in PLACES:
        for path in sorted(root.glob(place.files)):
            text = path.read_text(encoding="utf-8")
            for found in place.where.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield Repetition(str(path.relative_to(root)), line, found[0].strip("\"'"))


def find_version_faults(root: Path) -> list[str]:
    """Return a sentence for each place that states another version than pyproject.toml."""
    version = read_version(root)
    advice = _ADVICE.format(version=version)
    faults = [
        f"{each.path}, line {each.line}, says version {each.version}, and {SOURCE} says {version}. {advice}"
        for each in find_repetitions(root)
        if each.version != version
    ]
    return faults + find_changelog_faults((root / "CHANGELOG.md").read_text(encoding="utf-8"), version)


def find_changelog_faults(changelog: str, version: str) -> list[str]:
    """Return a sentence if the newest heading of the changelog is neither `Unreleased` nor the version."""
    newest = re.search(r"^## (\S+)", changelog, re.MULTILINE)
    if newest is None or newest[1] not in {"Unreleased", version}:
        found = newest[1] if newest else "missing"
        return [
            f"The newest heading of CHANGELOG.md is {found}. Write '## Unreleased' for what comes, or '## {version} "
            "(YYYY-MM-DD)' for what is released."
        ]
    return []


def find_tag_faults(tag: str, changelog: str, version: str) -> list[str]:
    """Return a sentence for each thing that does not fit the tag of a release, such as `v1.2.3`."""
    faults = []
    if tag != f"v{version}":
        faults.append(f"The tag is {tag}, and {SOURCE} says {version}. Tag v{version}, or change the version first.")
    if not re.search(rf"^## {re.escape(version)} \(\d{{4}}-\d\d-\d\d\)$", changelog, re.MULTILINE):
        faults.append(
            f"CHANGELOG.md has no heading '## {version} (YYYY-MM-DD)'. Put it in the place of '## Unreleased', with "
            "the day of the release."
        )
    return faults


def write_version(root: Path, version: str) -> list[str]:
    """Write a version to pyproject.toml and to each place that repeats it. Returns the changed files."""
    if not VERSION.fullmatch(version):
        raise NotReleasableError(f"{version!r} is not of the form 1.2.3 or 1.2.3-rc.1. Nothing was changed.")
    changed = []
    for place in (Place(SOURCE, _OF_SOURCE), *PLACES):
        for path in sorted(root.glob(place.files)):
            before = path.read_text(encoding="utf-8")
            after = place.where.sub(version, before)
            if after != before:
                path.write_text(after, encoding="utf-8")
                changed.append(str(path.relative_to(root)))
    return sorted(set(changed))
