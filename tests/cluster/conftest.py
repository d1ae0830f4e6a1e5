"""What tests against a real API server with our CRDs share."""

import uuid
from pathlib import Path

import pytest

from tests.cluster.jobs import Jobs
from tests.support.cluster import Cluster

CRDS = Path(__file__).parents[2] / "crds"


@pytest.fixture(scope="session")
def crd_installed(cluster: Cluster) -> None:
    """Install crds/ and wait until the API server serves them."""
    cluster.apply_crds(CRDS)


@pytest.fixture(scope="session")
def jobs(cluster: Cluster, crd_installed: None) -> Jobs:
    """The jobs of one namespace that all tests of the schema share, as hundreds of tests need no namespace each."""
    namespace = f"schema-{uuid.uuid4().hex[:8]}"
    cluster.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    return Jobs(cluster, namespace)
