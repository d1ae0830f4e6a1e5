"""Writes the bills of materials (CycloneDX) of what the images have installed, and compares them with the locks."""

import json
import re
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotReleasableError
from release.steps.commands import run_tool

SPECIFICATION = "1.6"
_CLEAN = "Remove build/release and run again."
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)(?: (;))?", re.MULTILINE)


@dataclass(frozen=True)
class Described:
    """What a bill is about."""

    name: str
    """The name of the image."""
    description: str
    """What it is, as the label of the image says."""
    lock: str
    """The lock of the Python packages that the image has."""
    bill: str
    """The file of the bill."""
    group: str = ""
    """The group of pyproject.toml that names what it needs; empty: the dependencies of the project."""


OPERATOR = Described(
    "entra-sync-operator",
    "Microsoft Entra ID synchronization jobs as Kubernetes resources",
    "requirements.lock",
    "sbom.cdx.json",
)
SIMULATOR = Described(
    "entra-sync-operator-simulator",
    "A simulated Microsoft Graph for trials of the Entra Sync Operator",
    "requirements-simulator.lock",
    "sbom-simulator.cdx.json",
    group="simulator",
)


def write_bill(described: Described, python: Path, *, root: Path, into: Path, is_validated: bool = True) -> Path:
    """Write the bill of what is installed in an environment. Returns its file.

    It is the same for the same environment: it has neither a time nor a random number.

    Args:
        described: What the environment is of.
        python: The Python of the environment.
        root: The root of the project.
        into: The folder of the bill.
        is_validated: Whether it is held against the schema of CycloneDX, which takes a quarter of a minute.
    """
    bill = into / described.bill
    words: list[str | Path] = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    words += ["--of", "JSON", "--sv", SPECIFICATION, "--output-file", bill]
    words += ["--validate" if is_validated else "--no-validate"]
    with tempfile.TemporaryDirectory() as folder:
        about = Path(folder) / "pyproject.toml"
        about.write_text(_describe(described, root), encoding="utf-8")
        run_tool(
            [*words, "--pyproject", about, python.absolute()],
            to=f"write the bill of materials of {described.name}",
            advice="Install the locked dependencies anew: rm -r .venv, then make .venv/.installed",
        )
    return bill


def check_bill(bill: Path, described: Described, *, lock: str, version: str) -> None:
    """Check that the bill is of this version, and names each package as the lock has it.

    Args:
        bill: The file of the bill.
        described: What it should be about.
        lock: The text of the lock. Packages that only other systems need are left out of the bill.
        version: The version of the release.

    Raises:
        NotReleasableError: It is about something else, or names other packages than the lock.
    """
    content = json.loads(bill.read_text(encoding="utf-8"))
    about = content["metadata"]["component"]
    stated = (about["name"], about.get("version"))
    if stated != (described.name, version):
        raise NotReleasableError(
            f"{bill.name} is of {stated[0]} {stated[1]}. Build it again for {described.name} {version}."
        )
    listed = {_normal(each["name"]): each["version"] for each in content["components"]}
    listed.pop(_normal(about["name"]), None)
    pins = _PIN.findall(lock)
    locked = {_normal(name): pinned for name, pinned, _ in pins}
    others = sorted(f"{name} {found}" for name, found in listed.items() if locked.get(name) != found)
    if others:
        raise NotReleasableError(f"{bill.name} names {', '.join(others)}, which {described.lock} does not. {_CLEAN}")
    lacking = sorted({_normal(name) for name, _, marker in pins if not marker} - set(listed))
    if lacking or not listed:
        raise NotReleasableError(
            f"{bill.name} does not name {', '.join(lacking) or 'any package'}, which {described.lock} does. {_CLEAN}"
        )


def _describe(described: Described, root: Path) -> str:
    """Describe an image as a project, with what the bill says of it."""
    content = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = content["project"]
    needs = content["dependency-groups"][described.group] if described.group else project["dependencies"]
    lines = {
        "name": described.name,
        "version": project["version"],
        "description": described.description,
        "license": project["license"],
        "dependencies": needs,
    }
    return "\n".join(["[project]", *(f"{name} = {json.dumps(value)}" for name, value in lines.items())])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
