"""Fixtures around an operator at work, for each folder that imports them: what its tests share ends with the folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, open_workplace

SWIFT = 600.0
"""World seconds per real second where minutes must pass: the bound of 15 minutes takes 1.5 s."""


@contextmanager
def inspected(place: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """Hold a workplace, once its tests are done, to what all of them promise: no odd request, no secret told."""
    yield place
    assert check_requests(place.world.journal()) > 0
    assert find_leaks(place) == []


@pytest.fixture(scope="package")
def shared_workplace(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    with open_workplace(cluster, tmp_path_factory.mktemp("workplace")) as place, inspected(place):
        yield place


@pytest.fixture(scope="package")
def shared_swift_workplace(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    with open_workplace(cluster, tmp_path_factory.mktemp("swift"), rate=SWIFT) as place, inspected(place):
        place.world.switch(quarantine_ladder="captured")  # a first attempt after five minutes
        yield place


@pytest.fixture
def workplace(shared_workplace: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """One operator and one simulator for all tests that harm neither: each makes its own service principals."""
    yield shared_workplace
    shared_workplace.rest()


@pytest.fixture
def swift_workplace(shared_swift_workplace: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """The same with a faster world, for tests in which minutes must pass."""
    yield shared_swift_workplace
    shared_swift_workplace.rest()


@pytest.fixture
def own_workplace(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator and a simulator of the test's own, to be killed, throttled or cut off."""
    with open_workplace(cluster, tmp_path) as place, inspected(place):
        yield place
