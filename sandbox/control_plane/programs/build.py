"""Builds programs from the Go modules that pin their versions."""

import os
from pathlib import Path

from control_plane.programs.catalog import Program, Target
from control_plane.programs.search import Go, format_version
from control_plane.progress import run_step


def build_program(program: Program, go: Go, target: Target, into: Path) -> None:
    """Compile one program into a folder.

    `go build` is used because `go install tool` builds all tools at once, and would name etcd's program `server` after
    its package. The user's own Go settings say where modules are downloaded from and cached.

    Raises:
        CommandFailedError: The compiler failed; the message has the end of its output.
    """
    environment = os.environ | {
        "CGO_ENABLED": "0",
        "GOOS": target.system,
        "GOARCH": target.architecture,
        "GOWORK": "off",  # a go.work above the checkout belongs to other modules
    }
    flags = " ".join(["-s -w", *(f"-X {variable}={value}" for variable, value in program.stamps.items())])
    options: list[str | Path] = ["-mod=readonly", "-trimpath", "-ldflags", flags, "-o", into / program.name]
    run_step(
        f"Building {program.name} with Go {format_version(go.version)}",
        [go.path, "build", *options, program.package],
        cwd=program.module_folder,
        env=environment,
    )
