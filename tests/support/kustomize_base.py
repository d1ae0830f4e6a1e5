"""The Kustomize base in config/, for those without Helm: what the chart renders by default. `make golden` writes it.

What only Helm needs is left out. The image has a name without a registry, which an overlay replaces.
"""

import re
import shutil
from pathlib import Path

import yaml

from tests.support.helm import ROOT, Helm, tidy

BASE = ROOT / "config"
CRDS = ROOT / "crds"
NAME = "entra-sync-operator"
_HEADER = "# Written by `make golden` from the chart; do not edit.\n"
_OF_HELM = re.compile(r"^ *(helm\.sh/chart|app\.kubernetes\.io/managed-by): .*\n|^# Source: .*\n", re.MULTILINE)
_FIXED = re.compile(r"^ *- --lease-namespace=.*\n", re.MULTILINE)
"""What an overlay with another namespace could not change. Without it the operator takes that of its pod."""


def render_operator(helm: Helm) -> str:
    """Render the operator's objects with their namespace."""
    values = {"crds": {"enabled": False}, "image": {"repository": NAME}}
    rendered = _FIXED.sub("", _OF_HELM.sub("", tidy(helm.render(NAME, f"--namespace={NAME}", values=values))))
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAME}}
    return f"{_HEADER}{yaml.safe_dump(namespace, sort_keys=False)}{rendered}"


def write_base(helm: Helm, folder: Path = BASE) -> None:
    """Write the files that are generated. The kustomization is written by hand."""
    (folder / "operator.yaml").write_text(render_operator(helm), encoding="utf-8")
    (folder / "crds").mkdir(exist_ok=True)
    for path in CRDS.glob("*.yaml"):
        shutil.copy(path, folder / "crds")
