"""Fixtures with a running operator. A folder that imports them has its own, which ends with its last test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, open_environment

FAST_RATE = 600.0
"""Simulated seconds per real second where minutes must pass: the bound of 15 minutes takes 1.5 s."""


@contextmanager
def checked(environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """Check at the end that every request was as Microsoft describes it and that no secret has leaked."""
    yield environment
    assert check_requests(environment.simulator.journal()) > 0
    assert find_leaks(environment) == []


@pytest.fixture(scope="package")
def shared_environment(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    with open_environment(cluster, tmp_path_factory.mktemp("environment")) as environment, checked(environment):
        yield environment


@pytest.fixture(scope="package")
def shared_fast_environment(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    with (
        open_environment(cluster, tmp_path_factory.mktemp("fast"), rate=FAST_RATE) as environment,
        checked(environment),
    ):
        environment.simulator.switch(quarantine_ladder="captured")  # a first attempt after five minutes
        yield environment


@pytest.fixture
def environment(shared_environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """One operator and one simulator for all tests that harm neither. Each test makes its own service principals."""
    yield shared_environment
    shared_environment.suspend_jobs()


@pytest.fixture
def fast_environment(shared_fast_environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """The same with a faster clock, for tests in which minutes must pass."""
    yield shared_fast_environment
    shared_fast_environment.suspend_jobs()


@pytest.fixture
def own_environment(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator and a simulator of the test's own, which it may kill, throttle or cut off."""
    with open_environment(cluster, tmp_path) as environment, checked(environment):
        yield environment
