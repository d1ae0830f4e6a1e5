"""What the tests of the chart share."""

from collections.abc import Iterator

import pytest

from control_plane import ControlPlane
from control_plane.programs.binaries import Binaries
from tests.support.chart_fixtures import helm, helm3
from tests.support.cluster import Cluster
from tests.support.installation import SimulatedTenant

__all__ = ["helm", "helm3"]


@pytest.fixture(scope="package")
def bare_cluster(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster for the tests of the chart, without our CRDs: a release installs them and watches every namespace."""
    folder = tmp_path_factory.mktemp("bare-control-plane")
    with ControlPlane.start(folder, audit="Metadata", binaries=binaries) as plane, Cluster(plane) as found:
        yield found


@pytest.fixture(scope="package")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedTenant]:
    """A simulated tenant for all tests of the chart. Each test makes its own service principals."""
    with SimulatedTenant.open(tmp_path_factory.mktemp("graph") / "world") as tenant:
        yield tenant
