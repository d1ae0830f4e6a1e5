"""Fixtures with the real Helm, in each version that the chart supports."""

import pytest

from control_plane.programs.binaries import installed
from control_plane.programs.catalog import HELMS
from tests.support.helm import Helm


@pytest.fixture(scope="session", params=HELMS)
def helm(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Each Helm, without a cluster."""
    return find_helm(request.param, tmp_path_factory)


@pytest.fixture(scope="session")
def helm3(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    """Helm 3, without a cluster, for what does not differ between versions."""
    return find_helm("helm3", tmp_path_factory)


def find_helm(name: str, folders: pytest.TempPathFactory) -> Helm:
    """Find a Helm with a home of its own. All users of it share what it has rendered."""
    found = installed([name])
    if found is None:
        # It is not built here: that takes minutes and would look like a test that hangs.
        pytest.fail(f"{name} is not here yet. Run: python -m control_plane get --all", pytrace=False)
    home = folders.getbasetemp() / name
    home.mkdir(exist_ok=True)
    return Helm(name, found[name], home)
