"""The operator that all tests of the mirror share."""

from collections.abc import Iterator

import pytest

from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_workplace


@pytest.fixture(scope="package")
def workplace(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """Start one operator for all mirrored jobs. A poll interval of 30 s takes half a second."""
    with open_workplace(cluster, tmp_path_factory.mktemp("mirror")) as place:
        yield place
