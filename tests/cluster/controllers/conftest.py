"""What the tests with Kubernetes' own controllers share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from control_plane import ControlPlane
from tests.support.cluster import Cluster
from tests.support.controlled_plane import open_controlled_plane
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, another_namespace, open_environment

CRDS = Path(__file__).parents[3] / "crds"


@pytest.fixture(scope="package")
def controlled_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane with the controllers that empty namespaces and delete objects whose owner is gone."""
    controllers = ("namespace-controller", "garbage-collector-controller")
    with open_controlled_plane(tmp_path_factory.mktemp("controlled-plane"), *controllers) as plane:
        yield plane


@pytest.fixture(scope="package")
def controlled_cluster(controlled_plane: ControlPlane) -> Iterator[Cluster]:
    """This control plane as its administrator sees it, with our CRDs."""
    with Cluster(controlled_plane) as found:
        found.apply_crds(CRDS)
        yield found


@pytest.fixture(scope="package")
def cluster_wide(
    controlled_cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OperatorEnvironment]:
    """One operator for all namespaces of this control plane. Its own namespace stays."""
    with open_environment(
        controlled_cluster, tmp_path_factory.mktemp("cluster-wide"), cluster_wide=True
    ) as environment:
        yield environment
        assert find_leaks(environment) == []
        assert "Traceback" not in environment.log.read_text()


@pytest.fixture
def environment(cluster_wide: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """A namespace of the test's own, which it may delete."""
    environment = another_namespace(cluster_wide)
    yield environment
    environment.suspend_jobs()
