"""Builds the API server of a release of Kubernetes that no go.mod of ours pins, for tests only.

Only the version of the release is pinned here; its own go.mod pins the rest. What is downloaded is held to no digest of
ours: Go compares it with its public checksum database, unless its settings forbid that.
"""

import json
import os
import re
import subprocess
from pathlib import Path

from control_plane.errors import ControlPlaneError
from control_plane.programs.build import build_program
from control_plane.programs.catalog import Program, kubernetes_stamps, this_machine
from control_plane.programs.search import Go, cache_root
from control_plane.programs.toolchain import go_on_path, packaged_go
from control_plane.progress import run_step

MODULE = "k8s.io/kubernetes"
PACKAGE = f"{MODULE}/cmd/kube-apiserver"

_RELEASE = re.compile(r"1\.\d+\.\d+")
_GO_LINES = re.compile(r"^(?:go|godebug) .+$", re.MULTILINE)
_STAGED = re.compile(r"^\s*(?:replace )?(k8s\.io/\S+) => \./staging/", re.MULTILINE)


def build_api_server(release: str, into: Path) -> Path:
    """Build kube-apiserver of a release such as 1.32.13 into a folder, beside the go.mod it is built from.

    Raises:
        ControlPlaneError: There is no such release, or it cannot be built; the message says why.
    """
    if not _RELEASE.fullmatch(release):
        raise ControlPlaneError(f'"{release}" is no release of Kubernetes; name one such as 1.32.13.')
    go = _find_go()
    into = into.absolute()
    into.mkdir(parents=True, exist_ok=True)
    (into / "go.mod").write_text(write_module(_download_go_mod(go, release), release), encoding="utf-8")
    environment = os.environ | {"CGO_ENABLED": "0", "GOWORK": "off"}
    resolve: list[str | Path] = [go.path, "list", "-mod=mod", "-deps", PACKAGE]
    run_step(f"Resolving the modules of Kubernetes {release}", resolve, cwd=into, env=environment)
    program = Program("kube-apiserver", PACKAGE, module=str(into), stamps=kubernetes_stamps(release))
    build_program(program, go, this_machine(), into)
    return into / program.name


def write_module(go_mod: str, release: str) -> str:
    """Write a go.mod that requires a release, from the release's own go.mod.

    Kubernetes builds its libraries from folders of its own. To others they are modules, with a version of their own.
    """
    libraries = f"v0.{release.partition('.')[2]}"
    lines = [
        "module entra-sync-operator/kubernetes-release",
        *_GO_LINES.findall(go_mod),
        f"require {MODULE} v{release}",
        *(f"replace {name} => {name} {libraries}" for name in _STAGED.findall(go_mod)),
    ]
    return "\n".join(lines) + "\n"


def _find_go() -> Go:
    if (go := go_on_path()) is not None:
        return go
    cache = cache_root(os.environ, Path.home())
    cache.mkdir(parents=True, exist_ok=True)
    return packaged_go(cache)


def _download_go_mod(go: Go, release: str) -> str:
    words: list[str | Path] = [go.path, "mod", "download", "-json", f"{MODULE}@v{release}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout or "{}")
    if done.returncode or "GoMod" not in found:
        said = found.get("Error") or done.stderr.strip()
        raise ControlPlaneError(f"Kubernetes {release} could not be downloaded as a Go module: {said}")
    return Path(found["GoMod"]).read_text(encoding="utf-8")
