"""The operator that all tests of the mirror share."""

from collections.abc import Iterator

import pytest

from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_environment


@pytest.fixture(scope="package")
def environment(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """Start one operator for all mirrored jobs. A poll interval of 30 s takes half a second."""
    with open_environment(cluster, tmp_path_factory.mktemp("mirror")) as environment:
        yield environment
