from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.application.scim import ScimApp
from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_workplace

SWIFT = 600.0
"""World seconds per real second: a poll interval takes half a second, the hour between looks for drift six."""


@pytest.fixture(scope="package")
def shared_place(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    folder = tmp_path_factory.mktemp("application")
    with open_workplace(cluster, folder, rate=SWIFT, beside=(make_namespace(cluster),)) as place:
        yield place
        assert check_requests(place.world.journal()) > 0
        assert find_leaks(place) == []


@pytest.fixture
def place(shared_place: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    yield shared_place
    shared_place.rest()


@pytest.fixture
def neighbours(place: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """Another namespace that the same operator looks after."""
    beside = replace(place, namespace=place.launch.namespaces[1], applied=[])
    yield beside
    beside.rest()


@pytest.fixture
def app(place: OperatorEnvironment) -> ScimApp:
    """A SCIM app of the test's own, whose token is in a Secret."""
    return ScimApp.register(place)


@pytest.fixture
def own_place(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator and a simulator of the test's own: what one resource loses holds back a whole tenant."""
    with open_workplace(cluster, tmp_path, rate=SWIFT) as place:
        yield place
        assert find_leaks(place) == []
