"""Finds Prometheus and promtool, or takes them out of Debian's package without installing it, for tests only."""

import os
import shutil
import tempfile
from pathlib import Path

from control_plane.errors import CommandFailedError, ControlPlaneError
from control_plane.programs.binaries import Binaries, hold_lock, keep_program
from control_plane.programs.search import Folder, FoundProgram, cache_root, locate
from control_plane.progress import run_step, say

PACKAGE = "prometheus"
PROGRAMS = ("prometheus", "promtool")
EDITION = "debian-prometheus"

ADVICE = "Install Prometheus so that prometheus and promtool are on the PATH, and run again."


def obtain_prometheus() -> Binaries:
    """Return Prometheus and promtool: from the cache, else from the PATH, else from Debian's package.

    The package is downloaded by apt-get, needs no rights, and stays in the cache.

    Raises:
        ControlPlaneError: They are not to be had; the message says why and what to do.
    """
    cache = cache_root(os.environ, Path.home())
    found = _find(cache)
    if len(found) < len(PROGRAMS):
        cache.mkdir(parents=True, exist_ok=True)
        with hold_lock(cache / "lock"):
            if len(_find(cache)) < len(PROGRAMS):
                _unpack(cache)
        found = _find(cache)
    return Binaries(found)


def _find(cache: Path) -> dict[str, FoundProgram]:
    """Find both in the cache, or both on the PATH."""
    kept = frozenset(name for name in PROGRAMS if (cache / EDITION / name).is_file())
    found = locate(PROGRAMS, [Folder("the cache, from Debian's package", cache / EDITION, kept)])
    on_path = {name: path for name in PROGRAMS if (path := shutil.which(name))}
    if len(found) < len(PROGRAMS) and len(on_path) == len(PROGRAMS):
        return {name: FoundProgram(Path(path).absolute(), "the PATH") for name, path in on_path.items()}
    return found


def _unpack(cache: Path) -> None:
    """Put both programs into the cache, while its lock is held."""
    absent = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if absent:
        raise ControlPlaneError(f"Prometheus is not on the PATH, and this machine has no {absent[0]}. {ADVICE}")
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=cache) as name:
        partial = Path(name)
        try:
            _download(partial)
            [package] = partial.glob("*.deb")
            run_step(f"Unpacking {package.name}", ["dpkg-deb", "--extract", package, partial / "root"])
        except CommandFailedError as error:
            raise ControlPlaneError(f"Debian's package {PACKAGE} could not be had. {ADVICE}\n{error}") from error
        for program in PROGRAMS:
            keep_program(partial / "root" / "usr" / "bin" / program, cache / EDITION)


def _download(folder: Path) -> None:
    """Download the package by the lists of the machine; if these are absent or old, by new ones beside it."""
    try:
        run_step(f"Downloading Debian's package {PACKAGE}", ["apt-get", "download", PACKAGE], cwd=folder)
    except CommandFailedError:
        say("The machine's lists of packages do not lead to it; reading new ones, which does not change the machine's.")
        (folder / "lists" / "partial").mkdir(parents=True)
        own = [f"--option=Dir::State::Lists={folder / 'lists'}", f"--option=Dir::Cache={folder / 'cache'}"]
        run_step("Reading Debian's lists of packages", ["apt-get", *own, "update"], cwd=folder)
        run_step(f"Downloading Debian's package {PACKAGE}", ["apt-get", *own, "download", PACKAGE], cwd=folder)
