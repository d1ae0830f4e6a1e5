from collections.abc import Iterator

import pytest

from tests.cluster.crash.long_scenes import LongScenes, play
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_workplace

RATE = 100.0
"""The replication bound of 15 minutes takes 9 s: slow enough that a look, some milliseconds, takes a second or two."""


@pytest.fixture(scope="package")
def hurried(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """An operator that nobody kills, in a world in a hurry."""
    with open_workplace(cluster, tmp_path_factory.mktemp("hurried"), rate=RATE) as place:
        yield place


@pytest.fixture(scope="package")
def long_scenes(hurried: OperatorEnvironment) -> LongScenes:
    """Scenes that wait for the replication bound; they go on while other tests run."""
    return play(hurried)
