"""The command line: `python -m control_plane --help`."""

import argparse
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from control_plane.errors import ControlPlaneError
from control_plane.plane import ControlPlane
from control_plane.programs.binaries import obtain
from control_plane.programs.catalog import ALL, REQUIRED
from control_plane.progress import say

_EXIT_NOT_FOUND = 127  # as shells say it
_ALL_HELP = "kube-controller-manager and helm (of each supported version) too, which only tests need"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.action(options)
    except ControlPlaneError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m control_plane",
        description="A real Kubernetes API server and its etcd on this machine, without containers.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    get = commands.add_parser(
        "get",
        help="find the programs, or download or build them",
        description="Print where etcd, kube-apiserver and kubectl are. Looks into KUBEBUILDER_ASSETS and the cache; "
        "else takes the official envtest archive, or builds them with Go, which takes some minutes once.",
    )
    get.add_argument("--all", action="store_true", help=_ALL_HELP)
    get.set_defaults(action=_get)
    run = commands.add_parser(
        "run",
        help="start a control plane, run a command against it, stop it",
        description="Run a command with KUBECONFIG set and kubectl on its PATH, and end with its exit code.",
        usage="%(prog)s [--dir DIR] [--audit LEVEL] -- CMD ...",
    )
    run.add_argument("--dir", type=Path, help="keep all of the control plane there (else a folder that is removed)")
    run.add_argument("--audit", choices=["Metadata", "RequestResponse"], help="write an audit log of this level")
    run.add_argument("command", metavar="CMD", nargs="+", help="the command and its arguments")
    run.set_defaults(action=_run)
    return parser


def _get(options: argparse.Namespace) -> int:
    binaries = obtain(ALL if options.all else REQUIRED)
    for name, find in binaries.finds.items():
        print(f"{name:<15} {find.path}  ({find.label})")
    return 0


def _run(options: argparse.Namespace) -> int:
    binaries = obtain()
    with tempfile.TemporaryDirectory(prefix="control-plane-") as temporary:
        folder = options.dir or Path(temporary)
        with ControlPlane.start(folder, audit=options.audit, binaries=binaries) as plane:
            say(f"Control plane ready at {plane.url} after {plane.started_in_seconds:.1f} s, in {plane.folder}")
            return _run_command(options.command, plane.environment())


def _run_command(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command to its end and return its exit code, as a shell would put it."""
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        say(f"error: {command[0]} could not be started: {error}")
        return _EXIT_NOT_FOUND
    with process:
        # Ctrl-C reaches the command by itself, from the terminal; a request to end must be passed on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
