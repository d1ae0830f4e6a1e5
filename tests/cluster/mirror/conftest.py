from collections.abc import Iterator

import pytest

from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_workplace


@pytest.fixture(scope="package")
def workplace(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """One operator for all jobs that are mirrored; a poll interval of 30 s takes half a second."""
    with open_workplace(cluster, tmp_path_factory.mktemp("mirror")) as place:
        yield place
