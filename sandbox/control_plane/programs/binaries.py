"""Finds the programs, or gets those that are missing, from the sources in their order."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from control_plane.errors import ControlPlaneError
from control_plane.programs.archive import DIGESTS, archive_url, archived_programs, fetch_archive
from control_plane.programs.build import build_program
from control_plane.programs.catalog import BUILT_EDITION, ENVTEST_EDITION, PROGRAMS, REQUIRED, Target, this_machine
from control_plane.programs.helm import own_helm
from control_plane.programs.search import Attempt, Folder, FoundProgram, Go, Source, cache_root, list_attempts, locate
from control_plane.programs.toolchain import go_on_path, needed_go, packaged_go
from control_plane.progress import Step, say

ADVICE = "Install Go and run again, or point KUBEBUILDER_ASSETS at a folder that holds them (HELM at a helm)."


@dataclass(frozen=True)
class Binaries:
    """The programs, each with its path and the place where it was found."""

    found: Mapping[str, FoundProgram]

    def __getitem__(self, name: str) -> Path:
        if name not in self.found:
            raise ControlPlaneError(
                f"{name} is not among the programs given. Get it with: python -m control_plane get --all"
            )
        return self.found[name].path


def installed(wanted: Sequence[str] = REQUIRED) -> Binaries | None:
    """Return the programs if all are on this machine already, without downloading or building any."""
    found = _present(wanted, this_machine())
    return Binaries(found) if len(found) == len(wanted) else None


def obtain(wanted: Sequence[str] = REQUIRED) -> Binaries:
    """Return the programs, and download or build those that are missing.

    That takes some minutes the first time, and prints its progress on standard error.

    Raises:
        ControlPlaneError: No source has a program; the message says why, for each source.
    """
    found = installed(wanted)
    if found is not None:
        return found
    cache = cache_root(os.environ, Path.home())
    cache.mkdir(parents=True, exist_ok=True)
    with hold_lock(cache / "lock"):
        _get_missing(wanted, cache, this_machine())
    found = installed(wanted)
    if found is None:
        raise ControlPlaneError(f"The programs were put into {cache} but are gone from it; run again.")
    return found


def _get_missing(wanted: Sequence[str], cache: Path, target: Target) -> None:
    """Get what is still missing, while the lock is held: first what the archive may hold, then what must be built."""
    for remains in cache.glob(".partial-*"):  # of a run that was killed, since the lock is held here
        shutil.rmtree(remains, ignore_errors=True)
    present = _present(wanted, target)
    archived = archived_programs(target)
    for is_archived in (True, False):
        missing = [name for name in wanted if name not in present and (name in archived) is is_archived]
        _get(missing, archived, cache, target)


def _get(missing: Sequence[str], archived: frozenset[str], cache: Path, target: Target) -> None:
    """Try each source until one gives every missing program."""
    go = go_on_path()
    needed = max((needed_go(PROGRAMS[name].module_folder / "go.mod") for name in missing), default=(0, 0, 0))
    reasons: list[str] = []
    for attempt in list_attempts(missing, archived, go, needed):
        say(f"Getting {', '.join(missing)} by {attempt.source.value}: {attempt.reason}")
        try:
            _get_by(attempt, missing, cache, target, go)
        except ControlPlaneError as error:
            say(f"That did not work: {error}")
            reasons.append(f"- {attempt.source.value}: {error}")
        else:
            return
    if missing:
        raise ControlPlaneError("\n".join([f"{', '.join(missing)} could not be obtained.", *reasons, ADVICE]))


def _get_by(attempt: Attempt, missing: Sequence[str], cache: Path, target: Target, go: Go | None) -> None:
    """Put the missing programs into the cache, each by a rename, so that no partial file is ever found."""
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=cache) as name:
        partial = Path(name)
        if attempt.source is Source.ARCHIVE:
            fetch_archive(archive_url(target), DIGESTS[str(target)], partial)
            for program in missing:
                keep_program(partial / program, _edition_folder(cache, ENVTEST_EDITION, target))
            return
        toolchain = go if attempt.source is Source.GO_ON_PATH and go else packaged_go(cache)
        for program in missing:
            build_program(PROGRAMS[program], toolchain, target, partial)
            keep_program(partial / program, _edition_folder(cache, PROGRAMS[program].edition, target))


def keep_program(program: Path, folder: Path) -> None:
    """Move a program into a folder of the cache, by a rename. Raises `ControlPlaneError` when it is not there."""
    if not program.exists():
        raise ControlPlaneError(f"It does not hold {program.name}.")
    folder.mkdir(parents=True, exist_ok=True)
    program.rename(folder / program.name)


def _present(wanted: Sequence[str], target: Target) -> dict[str, FoundProgram]:
    """Find what is on this machine: the user's own helm, if its version fits, and the programs in the folders."""
    found = locate(wanted, _folders(target))
    for name in wanted:
        own = own_helm(PROGRAMS[name].own_version, os.environ)
        if own is not None:
            found[name] = own
    return found


def _folders(target: Target) -> list[Folder]:
    """List the folders where programs may be, the preferred one first, and which programs each holds."""
    cache = cache_root(os.environ, Path.home())
    built = dict.fromkeys([BUILT_EDITION, *(program.edition for program in PROGRAMS.values())])
    places = [("the cache, built here", _edition_folder(cache, edition, target)) for edition in built]
    places.insert(1, ("the cache, from the envtest archive", _edition_folder(cache, ENVTEST_EDITION, target)))
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    if assets:
        places.insert(0, ("KUBEBUILDER_ASSETS", Path(assets).absolute()))
    return [
        Folder(label, path, frozenset(name for name in PROGRAMS if _is_program(path / name))) for label, path in places
    ]


def _is_program(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _edition_folder(cache: Path, edition: str, target: Target) -> Path:
    return cache / edition / str(target)


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock, and wait until it is free; the system frees it when its holder ends, even by SIGKILL."""
    with path.open("w", encoding="utf-8") as file:
        step = None
        while not _try_lock(file.fileno()):
            step = step or Step(f"Waiting for another run that gets the programs ({path})")
            step.tick()
            time.sleep(1)
        if step:
            step.done()
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
