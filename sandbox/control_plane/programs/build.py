"""Build programs from the Go modules that pin them."""

import os
from pathlib import Path

from control_plane.programs.catalog import Program, Target
from control_plane.programs.search import Go, spell
from control_plane.progress import run_step


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
    flags = " ".join(["-s -w", *(f"-X {variable}={value}" for variable, value in program.stamps.items())])
    options: list[str | Path] = ["-mod=readonly", "-trimpath", "-ldflags", flags, "-o", into / program.name]
    run_step(
        f"Building {program.name} with Go {spell(go.version)}",
        [go.path, "build", *options, program.package],
        cwd=program.module_folder,
        env=environment,
    )
