"""The command `python -m control_plane`: gets the programs, builds others, runs a command against a control plane."""

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
from control_plane.programs.crds_of_others import obtain_crds_of_others
from control_plane.programs.kubernetes_release import build_api_server
from control_plane.programs.prometheus import obtain_prometheus
from control_plane.progress import say

_EXIT_NOT_FOUND = 127  # the code of shells for a command that is not found
_ALL_HELP = (
    "what only tests need too: kube-controller-manager, helm of each supported version, the engines of GitOps tools, "
    "Prometheus, the CRDs of the Prometheus operator and of Flux"
)


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
        description="Print the paths of etcd, kube-apiserver and kubectl. They are taken from KUBEBUILDER_ASSETS or "
        "the cache, else from the official envtest archive, or built with Go, which takes some minutes once.",
    )
    get.add_argument("--all", action="store_true", help=_ALL_HELP)
    get.set_defaults(action=_get)
    build = commands.add_parser(
        "build",
        help="build kube-apiserver of another release of Kubernetes",
        description="Build kube-apiserver of a release with Go, which takes ten minutes of a core once.",
    )
    build.add_argument("release", metavar="RELEASE", help="such as 1.32.13")
    build.add_argument("--into", type=Path, required=True, metavar="FOLDER", help="the folder that gets it")
    build.set_defaults(action=_build)
    run = commands.add_parser(
        "run",
        help="start a control plane, run a command against it, stop it",
        description="Run a command with KUBECONFIG set and kubectl on its PATH, and end with its exit code.",
        usage="%(prog)s [--dir DIR] [--audit LEVEL] -- CMD ...",
    )
    run.add_argument("--dir", type=Path, help="folder for the control plane's files (default: one that is removed)")
    run.add_argument("--audit", choices=["Metadata", "RequestResponse"], help="write an audit log of this level")
    run.add_argument("command", metavar="CMD", nargs="+", help="the command and its arguments")
    run.set_defaults(action=_run)
    return parser


def _get(options: argparse.Namespace) -> int:
    found = dict(obtain(ALL if options.all else REQUIRED).found)
    if options.all:
        found |= obtain_prometheus().found
    for name, program in found.items():
        print(f"{name:<15} {program.path}  ({program.label})")
    if options.all:
        print(f"{'CRDs of others':<15} {obtain_crds_of_others()}  (the cache, made here)")
    return 0


def _build(options: argparse.Namespace) -> int:
    print(build_api_server(options.release, options.into))
    return 0


def _run(options: argparse.Namespace) -> int:
    binaries = obtain()
    with tempfile.TemporaryDirectory(prefix="control-plane-") as temporary:
        folder = options.dir or Path(temporary)
        with ControlPlane.start(folder, audit=options.audit, binaries=binaries) as plane:
            say(f"Control plane ready at {plane.url} after {plane.started_in_seconds:.1f} s, in {plane.folder}")
            return _run_command(options.command, plane.environment())


def _run_command(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command to its end and return its exit code, in the way of a shell."""
    try:
        process = subprocess.Popen(command, env=environment)
    except OSError as error:
        say(f"error: {command[0]} could not be started: {error}")
        return _EXIT_NOT_FOUND
    with process:
        # The terminal sends Ctrl-C to the command too; SIGTERM comes only here and must be passed on.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        code = process.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
