"""Build programs from the Go modules that pin them."""

import os
from pathlib import Path

from control_plane.programs import KUBERNETES_VERSION, Program, Target
from control_plane.progress import run_step
from control_plane.search import Go, spell

_MAJOR, _MINOR, _ = KUBERNETES_VERSION.split(".")
_VERSION = "k8s.io/component-base/version"
# Without these an API server calls itself v0.0.0, and clients that look at the version refuse it.
_VERSION_VALUES = {"gitVersion": f"v{KUBERNETES_VERSION}", "gitMajor": _MAJOR, "gitMinor": _MINOR}
_LINKER_FLAGS = " ".join(["-s -w", *(f"-X {_VERSION}.{name}={value}" for name, value in _VERSION_VALUES.items())])


def build_program(program: Program, go: Go, target: Target, into: Path) -> None:
    """Compile one program into a folder. Raises CommandFailedError.

    `go build` rather than `go install tool`: it builds one tool at a time, and names etcd's, whose package is
    called `server`. Where Go downloads modules from, and its caches, are the user's own settings.
    """
    environment = os.environ | {
        "CGO_ENABLED": "0",
        "GOOS": target.system,
        "GOARCH": target.architecture,
        "GOWORK": "off",  # a go.work above the checkout is about other modules
    }
    options: list[str | Path] = ["-mod=readonly", "-trimpath", "-ldflags", _LINKER_FLAGS, "-o", into / program.name]
    run_step(
        f"Building {program.name} with Go {spell(go.version)}",
        [go.path, "build", *options, program.package],
        cwd=program.module_folder,
        env=environment,
    )
