"""What the tests of spec.application share."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.application.scim import ScimApp
from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_environment

FAST_RATE = 600.0
"""Simulated seconds per real second: a poll interval takes half a second, the hour between drift checks six."""


@pytest.fixture(scope="package")
def shared_environment(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    folder = tmp_path_factory.mktemp("application")
    with open_environment(cluster, folder, rate=FAST_RATE, beside=(make_namespace(cluster),)) as environment:
        yield environment
        assert check_requests(environment.simulator.journal()) > 0
        assert find_leaks(environment) == []


@pytest.fixture
def environment(shared_environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    yield shared_environment
    shared_environment.suspend_jobs()


@pytest.fixture
def other_namespace(environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """Another namespace of the same operator."""
    beside = replace(environment, namespace=environment.launch.namespaces[1], applied=[])
    yield beside
    beside.suspend_jobs()


@pytest.fixture
def app(environment: OperatorEnvironment) -> ScimApp:
    """A SCIM app of the test's own, whose token is in a Secret."""
    return ScimApp.register(environment)


@pytest.fixture
def own_environment(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator and a simulator of the test's own: a lost foreign secret stops all saving in a tenant."""
    with open_environment(cluster, tmp_path, rate=FAST_RATE) as environment:
        yield environment
        assert find_leaks(environment) == []
