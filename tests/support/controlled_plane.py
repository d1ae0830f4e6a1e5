"""A control plane with some of Kubernetes' own controllers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from control_plane import ControlPlane
from control_plane.programs.binaries import installed
from control_plane.programs.catalog import WITH_CONTROLLERS


@contextmanager
def open_controlled_plane(folder: Path, *controllers: str) -> Iterator[ControlPlane]:
    """Run a control plane with controllers. Their program is not built here: that takes minutes."""
    binaries = installed(WITH_CONTROLLERS)
    if binaries is None:
        pytest.fail("kube-controller-manager is not here yet. Run: python -m control_plane get --all", pytrace=False)
    with ControlPlane.start(folder, binaries=binaries, controllers=controllers) as plane:
        yield plane
