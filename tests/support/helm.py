"""Helm as people run it, without the machine's own settings."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.support.cluster import Cluster

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "entra-sync-operator"

Object = dict[str, Any]

REPOSITORY = "registry.example.com/entra-sync-operator"
"""The repository of the image in the chart's values. Nothing is pulled from it."""


class HelmError(Exception):
    """Helm failed. The message is its output."""


@dataclass(frozen=True)
class Helm:
    """One Helm: its program, its home, and its cluster, if any."""

    name: str
    program: Path
    home: Path
    """The folder of its settings, caches and plugins, which it shares with no other."""
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)  # no mapping has a hash

    def __call__(self, *arguments: str | Path, content: str = "") -> str:
        """Run a command with `content` on standard input; returns what it prints, or raises HelmError."""
        return _read(_run(self, arguments, content))

    def at(self, cluster: Cluster) -> "Helm":
        """Return the same Helm as the administrator of a cluster."""
        return replace(self, environment={"KUBECONFIG": str(cluster.plane.kubeconfig)})

    def render(self, release: str, *arguments: str | Path, values: Object | None = None) -> str:
        """Render the chart without a cluster, as `helm template` does. The result for equal values is kept."""
        words = ("template", release, CHART, "--values=-", *arguments)
        return _read(_run_once(self, words, json.dumps(_with_image(values or {}))))

    def install(self, release: str, namespace: str, *arguments: str, values: Object | None = None) -> str:
        """Install or upgrade a release; returns the chart's notes."""
        words: list[str | Path] = [
            "upgrade",
            "--install",
            release,
            CHART,
            f"--namespace={namespace}",
            "--values=-",
            *arguments,
        ]
        return self(*words, content=json.dumps(_with_image(values or {})))


def _run(helm: Helm, arguments: tuple[str | Path, ...], content: str) -> subprocess.CompletedProcess[str]:
    words = [str(helm.program), *map(str, arguments)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("HELM", "KUBE", "XDG"))}
    own = {f"HELM_{part}_HOME": str(helm.home) for part in ("CACHE", "CONFIG", "DATA")}
    environment = inherited | own | {"KUBECONFIG": os.devnull} | dict(helm.environment)
    return subprocess.run(words, env=environment, input=content, capture_output=True, text=True, check=False)


_run_once = cache(_run)  # the result depends only on the arguments, as the chart is the same for all tests


def _read(done: subprocess.CompletedProcess[str]) -> str:
    if done.returncode:
        raise HelmError(done.stderr.strip() or done.stdout.strip())
    return done.stdout


def _with_image(values: Object) -> Object:
    """Add the image's repository, which the chart cannot know, unless the values set it."""
    return values | {"image": {"repository": REPOSITORY} | values.get("image", {})}


def documents(rendered: str) -> list[Object]:
    """Read the objects of what was rendered. A key that is there twice is a fault, as for Kustomize."""
    return [document for document in yaml.load_all(rendered, Loader=_StrictLoader) if document]


class _StrictLoader(yaml.SafeLoader):
    """Reads YAML, and refuses a mapping that has a key twice, which PyYAML and Helm would take."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(found) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is there twice", node.start_mark)
        return found


def tidy(rendered: str) -> str:
    """Leave out empty lines: Helm 4 writes some more of them than Helm 3."""
    return "\n".join(line for line in rendered.splitlines() if line.strip()) + "\n"
