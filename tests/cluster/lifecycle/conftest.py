from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.workplace import Workplace, open_workplace


@pytest.fixture(scope="session")
def workplace(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """One operator and one simulator for all tests that harm neither: each makes its own service principals."""
    with open_workplace(cluster, tmp_path_factory.mktemp("workplace")) as place:
        yield place


@pytest.fixture
def own_workplace(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[Workplace]:
    """An operator and a simulator of the test's own, to be killed, throttled or cut off."""
    with open_workplace(cluster, tmp_path) as place:
        yield place


@pytest.fixture
def empty_workplace(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[Workplace]:
    """A workplace whose operator the test starts itself."""
    with open_workplace(cluster, tmp_path, starts=False) as place:
        yield place
