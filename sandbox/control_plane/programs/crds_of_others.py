"""Makes the CRDs of the Prometheus operator and of Flux from their Go types, for tests only.

`controller-gen` makes them, as it does for these projects' own releases. go.sum holds the digest of everything.
"""

import os
import re
import tempfile
from pathlib import Path

from control_plane.errors import CommandFailedError, ControlPlaneError
from control_plane.programs.binaries import hold_lock
from control_plane.programs.catalog import edition_of
from control_plane.programs.search import Go, cache_root
from control_plane.programs.toolchain import go_on_path, needed_go, packaged_go
from control_plane.progress import run_step

MODULE = Path(__file__).with_name("crds-of-others")
"""The go.mod that pins the types, and a Go file whose imports are what CRDs are made of."""

ADVICE = "Install Go and run again."


def obtain_crds_of_others() -> Path:
    """Return the folder with a file for each CRD, such as `monitoring.coreos.com_servicemonitors.yaml`.

    They are made once, which takes some minutes, and stay in the cache.

    Raises:
        ControlPlaneError: They cannot be made; the message says why and what to do.
    """
    cache = cache_root(os.environ, Path.home())
    if (found := find_crds_of_others()) is None:
        cache.mkdir(parents=True, exist_ok=True)
        with hold_lock(cache / "lock"):
            if (found := find_crds_of_others()) is None:
                found = _make(cache)
    return found


def find_crds_of_others() -> Path | None:
    """Return that folder if the CRDs were made already."""
    folder = cache_root(os.environ, Path.home()) / edition_of(MODULE)
    return folder if folder.is_dir() else None


def _make(cache: Path) -> Path:
    """Make the CRDs while the cache's lock is held; a rename puts them in place, so that no partial folder is found."""
    go = _choose_go(cache)
    paths = [f"paths={package}" for package in _packages()]
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=cache) as name:
        partial = Path(name) / "crds"
        command: list[str | Path] = [go.path, "tool", "controller-gen", "crd", *paths, f"output:crd:dir={partial}"]
        # controller-gen reads packages by the go of the PATH. A go.work above the checkout belongs to other modules.
        path = f"{go.path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = os.environ | {"PATH": path, "CGO_ENABLED": "0", "GOWORK": "off"}
        try:
            run_step("Making the CRDs of other projects", command, cwd=MODULE, env=environment)
        except CommandFailedError as error:
            raise ControlPlaneError(f"The CRDs of other projects could not be made. {ADVICE}\n{error}") from error
        return partial.rename(cache / edition_of(MODULE))


def _choose_go(cache: Path) -> Go:
    go = go_on_path()
    return go if go and go.version >= needed_go(MODULE / "go.mod") else packaged_go(cache)


def _packages() -> list[str]:
    """Return the imports of the Go file."""
    return re.findall(r'^\s*_ "(\S+)"$', (MODULE / "types.go").read_text(encoding="utf-8"), re.MULTILINE)
