"""What the tests with other people's programs share."""

from pathlib import Path

import pytest

from control_plane.programs.crds_of_others import find_crds_of_others
from tests.cluster.conftest import crd_installed

__all__ = ["crd_installed"]


@pytest.fixture(scope="session")
def crds_of_others() -> Path:
    """The folder of the CRDs of the Prometheus operator and of Flux. They are not made here: that takes minutes."""
    if (found := find_crds_of_others()) is None:
        pytest.fail("The CRDs of others are not here yet. Run: python -m control_plane get --all", pytrace=False)
    return found
