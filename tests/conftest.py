"""What tests against a real API server share. Nothing starts unless a test asks for it."""

import gc
import os
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from control_plane import ControlPlane
from control_plane.programs.binaries import Binaries, installed
from tests.support.chaos_report import VARIABLE, ChaosReport, name_try
from tests.support.cluster import Cluster
from tests.support.worker_groups import GroupScheduling, rank_of

if "PYTEST_XDIST_WORKER" in os.environ:  # an API server or Helm that uses all cores slows down the other workers
    os.environ.setdefault("GOMAXPROCS", "1")
    os.environ.setdefault("GOGC", "400")  # an API server then spends a tenth less of its time on its garbage

gc.set_threshold(50_000, 20, 100)  # thousands of collected tests live to the end anyway

_LONGEST_NAME = 63  # of a namespace, in Kubernetes


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    """The API server's programs. They are not built here: that takes minutes and would look like a test that hangs."""
    found = installed()
    if found is None:
        pytest.fail("The API server's programs are not here yet. Run: python -m control_plane get", pytrace=False)
    return found


@pytest.fixture(scope="session")
def control_plane(binaries: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One control plane for the whole session, with an audit log. Each test works in a namespace of its own."""
    folder = tmp_path_factory.mktemp("control-plane")
    with ControlPlane.start(folder, audit="Metadata", binaries=binaries) as plane:
        yield plane


@pytest.fixture(scope="session")
def cluster(control_plane: ControlPlane) -> Iterator[Cluster]:
    """The session's control plane as its administrator sees it."""
    with Cluster(control_plane) as found:
        yield found


@pytest.fixture
def namespace(cluster: Cluster, request: pytest.FixtureRequest) -> str:
    """A new namespace, named after the test. It is not deleted, as only a controller manager could empty it."""
    name = _namespace_name(request.node.name)
    cluster.create("namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return name


def _namespace_name(test: str) -> str:
    unique = uuid.uuid4().hex[:8]
    words = re.sub(r"[^a-z0-9]+", "-", test.lower().removeprefix("test_")).strip("-")
    return f"{words[: _LONGEST_NAME - len(unique) - 1].rstrip('-')}-{unique}".lstrip("-")


@pytest.hookimpl(optionalhook=True)  # the hook does not exist where all tests run in one process
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> GroupScheduling:
    """Run tests that share a slow fixture on one worker."""
    return GroupScheduling(config, log)


def pytest_configure(config: pytest.Config) -> None:
    """Count tries in the process that knows the results of all workers."""
    if VARIABLE in os.environ and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ChaosReport(Path(os.environ[VARIABLE])))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the longest groups where several workers share the tests, and with the quick tests elsewhere."""
    for item in items:
        name_try(item)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank_of(item.nodeid))


def pytest_collection_finish() -> None:
    """Exclude the collected tests from garbage collection: there are thousands of them, and they live to the end."""
    gc.freeze()
