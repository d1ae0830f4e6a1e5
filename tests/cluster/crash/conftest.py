"""What the tests of crashes and lost answers share."""

from collections.abc import Iterator

import pytest

from tests.cluster.crash.slow_cases import SlowCases, start_slow_cases
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_environment

RATE = 100.0
"""The replication bound of 15 minutes takes 9 s. A read of some milliseconds takes a simulated second or two."""


@pytest.fixture(scope="package")
def fast_environment(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """An operator that is not killed, with a fast clock."""
    with open_environment(cluster, tmp_path_factory.mktemp("fast"), rate=RATE) as environment:
        yield environment


@pytest.fixture(scope="package")
def slow_cases(fast_environment: OperatorEnvironment) -> SlowCases:
    """Cases that wait for the replication bound. They go on while other tests run."""
    return start_slow_cases(fast_environment)
