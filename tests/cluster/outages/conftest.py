"""What the tests of an API server in trouble share: control planes of their own, and an operator behind a proxy."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from control_plane import ControlPlane
from control_plane.programs.binaries import Binaries
from tests.cluster.conftest import CRDS
from tests.support.cluster import Cluster
from tests.support.cuttable_proxy import CuttableProxy
from tests.support.operator_environment import OperatorEnvironment, open_environment

RARELY = "--poll-interval=6h"
"""In real time once in six minutes: what is seen sooner was not seen by a poll."""


@pytest.fixture(scope="package")
def frail_cluster(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane of these tests' own, which they may end."""
    with ControlPlane.start(tmp_path_factory.mktemp("frail"), binaries=binaries) as plane, Cluster(plane) as found:
        found.apply_crds(CRDS)
        yield found


@dataclass
class Proxied:
    """An operator that reaches the API server by a proxy, while the test reaches it directly."""

    environment: OperatorEnvironment
    proxy: CuttableProxy

    def read_metrics(self) -> str:
        """Read the operator's metrics."""
        assert self.environment.operator is not None
        return self.environment.operator.read("/metrics")[1]


@contextmanager
def open_proxied(cluster: Cluster, folder: Path, *flags: str, kubeconfig: Path | None = None) -> Iterator[Proxied]:
    """Start an operator behind a proxy, in a namespace of its own."""
    with (
        CuttableProxy.to(cluster.plane.url) as proxy,
        open_environment(cluster, folder, flags=flags, starts=False, kubeconfig=kubeconfig) as environment,
    ):
        proxy.write_kubeconfig(environment.launch.kubeconfig, folder / "kubeconfig")
        environment.launch = replace(environment.launch, kubeconfig=folder / "kubeconfig")
        environment.start_operator()
        yield Proxied(environment, proxy)
        proxy.recover()
