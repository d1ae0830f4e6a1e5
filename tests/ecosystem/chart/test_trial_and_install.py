"""Follows the README from the trial over its removal to Install, in the same names and one cluster.

This cluster has the controller that ends a namespace, so that the command that deletes it ends too.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ecosystem.chart.test_readme import NAME, TEMPLATE, commands, open_reader
from tests.ecosystem.chart.test_trial import open_trial
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster
from tests.support.controlled_plane import open_controlled_plane
from tests.support.installation import SimulatedTenant


@pytest.fixture
def controlled_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster in which nothing was ever installed, and in which a namespace that is deleted goes."""
    folder = tmp_path_factory.mktemp("plane-of-both")
    with open_controlled_plane(folder, "namespace-controller") as plane, Cluster(plane) as found:
        yield found


def test_the_trial_is_removed_and_the_install_follows_in_its_names(
    controlled_cluster: Cluster, tenant: SimulatedTenant, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    helm = find_helm("helm4", tmp_path_factory).at(controlled_cluster)
    with open_trial(controlled_cluster, helm, tmp_path / "trial", place=NAME, jobs="default") as trial:
        for command in commands("Try it in your own cluster"):
            if command.startswith("kubectl delete namespace "):
                trial.stop_pods()
            trial.follow(command)
    assert controlled_cluster.find("v1", "namespaces", NAME) is None
    with open_reader(controlled_cluster, tenant, helm, tmp_path / "install") as reader:
        printed = {command: reader.follow(command) for command in commands("Install")}
    assert re.search(rf"^salesforce +{TEMPLATE} +Active .* True ", printed["kubectl get syncjobs"], re.MULTILINE)
