"""Makes what krew installs: an archive with the wheel and its launcher, and the description of the plugin."""

import gzip
import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

import yaml

from release.errors import NotReleasableError

SOURCE = Path("plugin") / "krew"
LAUNCHER = "kubectl-entrasync"
ARCHIVE = f"{LAUNCHER}.tar.gz"
DESCRIPTION = "entrasync.yaml"

UNKNOWN_REPOSITORY = "https://github.com/OWNER/entra-sync-operator"
"""Stands in the description where a release is only tried."""

_PLATFORMS = {"matchExpressions": [{"key": "os", "operator": "In", "values": ["darwin", "linux"]}]}


def write_krew_plugin(wheel: Path, root: Path, into: Path, *, version: str, repository: str) -> Path:
    """Write the archive and the description of the plugin. Returns the description.

    Args:
        wheel: what the launcher runs.
        root: the checkout.
        into: the folder of what is released.
        version: the version of the release.
        repository: the address of the repository on GitHub, whose release has the archive.
    """
    archive = into / ARCHIVE
    archive.write_bytes(_pack([root / SOURCE / LAUNCHER, wheel, root / "LICENSE"]))
    document: dict[str, Any] = yaml.safe_load((root / SOURCE / DESCRIPTION).read_text(encoding="utf-8"))
    platform = {
        "selector": _PLATFORMS,
        "uri": f"{repository}/releases/download/v{version}/{ARCHIVE}",
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "bin": LAUNCHER,
    }
    document["spec"] |= {"version": f"v{version}", "homepage": repository, "platforms": [platform]}
    description = into / DESCRIPTION
    description.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return description


def check_krew_plugin(description: Path, version: str) -> None:
    """Check that the description is of this version and of the archive beside it.

    Raises:
        NotReleasableError: It is not, or the archive lacks the wheel.
    """
    spec = yaml.safe_load(description.read_text(encoding="utf-8"))["spec"]
    archive = description.parent / ARCHIVE
    [platform] = spec["platforms"]
    if spec["version"] != f"v{version}" or platform["sha256"] != hashlib.sha256(archive.read_bytes()).hexdigest():
        raise NotReleasableError(f"{description.name} is not that of {archive.name}. Run: make release-check")
    with tarfile.open(archive) as opened:
        names = set(opened.getnames())
    if not {LAUNCHER, "LICENSE"} < names or not any(f"-{version}-" in name for name in names):
        raise NotReleasableError(
            f"{archive.name} lacks the launcher, the license or the wheel. Run: make release-check"
        )


def _pack(files: list[Path]) -> bytes:
    """Pack files so that the same files make the same bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for file in files:
            entry = tarfile.TarInfo(file.name)
            entry.mode = 0o755 if file.name == LAUNCHER else 0o644
            entry.size = file.stat().st_size
            with file.open("rb") as content:
                archive.addfile(entry, content)
    return gzip.compress(packed.getvalue(), mtime=0)
