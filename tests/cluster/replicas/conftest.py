"""What the tests of two replicas share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.operator_environment import open_environment
from tests.support.replica_set import ReplicaSet, open_replicas


@pytest.fixture
def replicas(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[ReplicaSet]:
    """Two replicas of a test's own, with a Lease and a Graph of their own."""
    with open_environment(cluster, tmp_path, starts=False) as environment, open_replicas(environment) as found:
        yield found
