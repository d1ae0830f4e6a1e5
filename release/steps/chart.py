"""Packs the chart with the real Helm, and checks what was packed."""

import os
import re
import shutil
import tarfile
import tempfile
from pathlib import Path

import yaml

from release.errors import NotReleasableError
from release.publication import Publication
from release.steps.chart_addresses import runbook_base, write_addresses
from release.steps.commands import run_tool

CHART = Path("charts") / "entra-sync-operator"
_NO_IMAGE = "registry.example.com/entra-sync-operator"
"""Stands for the image where a release is only tried."""

_TRIAL = "simulator.enabled=true"
_RULES = "metrics.prometheusRule.enabled=true"
_IMAGE = re.compile(r"^\s*(?:- )?image: \"?([^\s\"]+)", re.MULTILINE)
_ADVICE = "Mend the chart as its output says."


def pack_chart(helm: Path, root: Path, into: Path, publication: Publication, version: str) -> Path:
    """Write the addresses of the release into a copy of the chart, lint it and pack it. Returns the package."""
    environment = _own_home(into)
    with tempfile.TemporaryDirectory() as folder:
        chart = Path(shutil.copytree(root / CHART, Path(folder) / CHART.name))
        write_addresses(chart, publication, version)
        words: list[str | Path] = [helm, "lint", "--strict", chart, *_missing(publication)]
        run_tool(words, env=environment, to=f"accept {CHART}", advice=_ADVICE)
        words = [helm, "package", chart, "--destination", into]
        run_tool(words, env=environment, to=f"pack {CHART}", advice=_ADVICE)
    [package] = sorted(into.glob("entra-sync-operator-*.tgz"))
    return package


def check_chart(package: Path, helm: Path, version: str, root: Path, publication: Publication) -> None:
    """Check that the package has the version, the CRDs of crds/, and the addresses of the release.

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
    image = publication.image or _NO_IMAGE
    own, of_simulator = f"{image}:{version}", f"{image}-simulator:{version}"
    _check_images(package, _render(package, helm, publication), {own})
    _check_images(package, _render(package, helm, publication, _TRIAL), {own, of_simulator})
    if publication.repository:
        _check_runbooks(package, _render(package, helm, publication, _RULES), publication.repository, version)


def _render(package: Path, helm: Path, publication: Publication, *values: str) -> str:
    """Render the package with nothing that a user of the release would not have to say."""
    return run_tool(
        [helm, "template", "release", package, *_missing(publication), *(f"--set={value}" for value in values)],
        env=_own_home(package.parent),
        to=f"render {package.name}",
        advice=_ADVICE,
    )


def _missing(publication: Publication) -> list[str]:
    """What must be given to the chart because the release does not know it."""
    return [] if publication.image else [f"--set=image.repository={_NO_IMAGE}"]


def _check_images(package: Path, rendered: str, expected: set[str]) -> None:
    others = set(_IMAGE.findall(rendered)) ^ expected
    if others:
        raise NotReleasableError(
            f"{package.name} should run {' and '.join(sorted(expected))}, and differs in {', '.join(sorted(others))}. "
            f"Leave image.repository, image.tag and simulator.image of {CHART}/values.yaml empty."
        )


def _check_runbooks(package: Path, rendered: str, repository: str, version: str) -> None:
    base = runbook_base(repository, version)
    led = re.findall(r"runbook_url: \"?([^\s\"]+)", rendered)
    if not led or not all(address.startswith(f"{base}/docs/") for address in led):
        raise NotReleasableError(
            f"{package.name} has alerts whose runbook_url does not begin with {base}/docs/. See templates/"
            "prometheusrule.yaml of the chart."
        )


def _own_home(folder: Path) -> dict[str, str]:
    """The environment of a Helm that knows nothing of the user's repositories and plugins, nor of a cluster."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HELM", "KUBE"))}
    home = {f"HELM_{part}_HOME": str(folder / ".helm") for part in ("CACHE", "CONFIG", "DATA")}
    return kept | home | {"KUBECONFIG": os.devnull}


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    return content.read() if content else b""
