"""Packs the chart with the real Helm, and checks what was packed."""

import os
import tarfile
from pathlib import Path

import yaml

from release.errors import NotReleasableError
from release.steps.commands import run_tool

CHART = Path("charts") / "entra-sync-operator"
_REPOSITORY = "registry.example.com/entra-sync-operator"
_IMAGE = ("--set", f"image.repository={_REPOSITORY}", "--set", "connection.identity=None")


def pack_chart(helm: Path, root: Path, into: Path) -> Path:
    """Lint the chart and pack it. Returns the package."""
    chart, environment = root / CHART, _own_home(into)
    run_tool(
        [helm, "lint", "--strict", chart, *_IMAGE],
        env=environment,
        to=f"accept {CHART}",
        advice="Mend the chart as its output says.",
    )
    run_tool(
        [helm, "package", chart, "--destination", into],
        env=environment,
        to=f"pack {CHART}",
        advice="Mend the chart as its output says.",
    )
    [package] = sorted(into.glob("entra-sync-operator-*.tgz"))
    return package


def check_chart(package: Path, helm: Path, version: str, root: Path) -> None:
    """Check that the package has the version, the CRDs of crds/, and the image of its own version.

    Raises:
        NotReleasableError: It has others.
    """
    with tarfile.open(package) as archive:
        files = {each.name.partition("/")[2]: _read(archive, each) for each in archive.getmembers() if each.isfile()}
    about = yaml.safe_load(files["Chart.yaml"])
    if {about["version"], about["appVersion"]} != {version}:
        raise NotReleasableError(
            f"{package.name} has version {about['version']} and appVersion {about['appVersion']}, and pyproject.toml "
            f"says {version}. Run: make version VERSION={version}"
        )
    for crd in sorted((root / "crds").glob("*.yaml")):
        if files.get(f"files/crds/{crd.name}") != crd.read_bytes():
            raise NotReleasableError(f"{package.name} has not the {crd.name} of crds/. Run: make crds")
    rendered = run_tool(
        [helm, "template", "release", package, *_IMAGE],
        env=_own_home(package.parent),
        to=f"render {package.name}",
        advice="Mend the chart as its output says.",
    )
    if f"{_REPOSITORY}:{version}" not in rendered:
        raise NotReleasableError(
            f"{package.name} runs another image than version {version}. Leave image.tag of {CHART}/values.yaml empty."
        )


def _own_home(folder: Path) -> dict[str, str]:
    """The environment of a Helm that knows nothing of the user's repositories and plugins, nor of a cluster."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELM", "KUBE"))}
    home = {f"HELM_{part}_HOME": str(folder / ".helm") for part in ("CACHE", "CONFIG", "DATA")}
    return kept | home | {"KUBECONFIG": os.devnull}


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    return content.read() if content else b""
