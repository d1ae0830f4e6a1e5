"""Writes the bill of materials (CycloneDX) of an installed operator, and compares it with the lock."""

import json
import re
import sys
from pathlib import Path

from release.errors import NotReleasableError
from release.steps.commands import run_tool

NAME = "sbom.cdx.json"
SPECIFICATION = "1.6"
_CLEAN = "Remove build/release and run again."
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


def write_bill(python: Path, root: Path, into: Path, *, is_validated: bool = True) -> Path:
    """Write the bill of what is installed in an environment. Returns its file.

    It is the same for the same environment: it has neither a time nor a random number.

    Args:
        python: The Python of the environment.
        root: The root of the project.
        into: The folder of the bill.
        is_validated: Whether it is held against the schema of CycloneDX, which takes a quarter of a minute.
    """
    bill = into / NAME
    words: list[str | Path] = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    words += ["--pyproject", root / "pyproject.toml", "--of", "JSON", "--sv", SPECIFICATION, "--output-file", bill]
    words += ["--validate" if is_validated else "--no-validate"]
    run_tool(
        [*words, python.absolute()],
        to="write the bill of materials",
        advice="Install the locked dependencies anew: rm -r .venv, then make .venv/.installed",
    )
    return bill


def check_bill(bill: Path, lock: str, version: str) -> None:
    """Check that the bill names the operator's version, and each package as the lock has it.

    Args:
        bill: The file of the bill.
        lock: The text of the lock. It may have more, which other systems need.
        version: The version of the operator.

    Raises:
        NotReleasableError: It names another version, or a package that the lock does not have.
    """
    content = json.loads(bill.read_text(encoding="utf-8"))
    about = content["metadata"]["component"]
    if about.get("version") != version:
        raise NotReleasableError(f"{bill.name} is of version {about.get('version')}. Build it again for {version}.")
    listed = {_normal(each["name"]): each["version"] for each in content["components"]}
    listed.pop(_normal(about["name"]), None)
    locked = {_normal(name): pinned for name, pinned in _PIN.findall(lock)}
    others = sorted(f"{name} {found}" for name, found in listed.items() if locked.get(name) != found)
    if others:
        raise NotReleasableError(f"{bill.name} names {', '.join(others)}, which requirements.lock does not. {_CLEAN}")
    if not listed:
        raise NotReleasableError(f"{bill.name} names no package. {_CLEAN}")


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
