"""The command `python -m release`, which checks a release or writes what one needs."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from control_plane.errors import ControlPlaneError
from control_plane.programs.binaries import obtain
from release.checklist import check_release, open_release
from release.crds.baseline import record_crds
from release.errors import NotReleasableError
from release.publication import Publication
from release.version import read_version, write_version

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 not releasable."""
    options = _parser().parse_args(arguments)
    try:
        options.action(options)
    except (NotReleasableError, ControlPlaneError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release", description="What a release needs.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="make everything that is released, and check it")
    check.add_argument("--tag", default="", help="the tag of the release, such as v1.2.3 (default: it is only tried)")
    check.add_argument("--image", choices=["required"], help="fail where no image can be built")
    check.add_argument("--repository", default="", help="the address of the repository on GitHub")
    check.add_argument("--image-repository", default="", help="where the operator's image is pushed, without a tag")
    check.set_defaults(action=_check)
    version = commands.add_parser("version", help="write a version to pyproject.toml and to each place that repeats it")
    version.add_argument("version", metavar="VERSION", help="such as 1.2.3 or 1.2.3-rc.1")
    version.set_defaults(action=_version)
    crds = commands.add_parser("record-crds", help="record today's CRDs as those of the present version")
    crds.set_defaults(action=_record_crds)
    return parser


def _check(options: argparse.Namespace) -> None:
    helm = obtain(["helm4"])["helm4"]
    release = open_release(
        ROOT,
        helm,
        tag=options.tag,
        is_image_required=options.image == "required",
        publication=Publication(options.image_repository, options.repository),
    )
    check_release(release, print)


def _version(options: argparse.Namespace) -> None:
    for path in write_version(ROOT, options.version):
        print(path)


def _record_crds(_options: argparse.Namespace) -> None:
    print(record_crds(ROOT, read_version(ROOT)).relative_to(ROOT))


if __name__ == "__main__":
    sys.exit(main())
