"""The CRD is removed under a running leader and put back: no job is lost, and each is adopted as it is."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from control_plane import ControlPlane
from control_plane.programs.binaries import Binaries
from tests.cluster.conftest import CRDS
from tests.cluster.outages.conftest import RARELY
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until

pytestmark = pytest.mark.chaos("The CRD of jobs that is removed and put back")

CRD, CRDS_OF_CLUSTER = "synchronizationjobs.entrasync.io", ("apiextensions.k8s.io/v1", "customresourcedefinitions")
CREATED = ["createJob", "startJob"]
PAUSED = {"schedule": {"state": "Paused"}}


@pytest.fixture
def environment(binaries: Binaries, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """A leader in a cluster of its own, because other tests need the CRDs of theirs. Its polls come too late here."""
    with (
        ControlPlane.start(tmp_path / "plane", binaries=binaries) as plane,
        Cluster(plane) as cluster,
    ):
        cluster.apply_crds(CRDS)
        with open_environment(cluster, tmp_path, flags=(RARELY,), starts=False) as found:
            found.launch = replace(found.launch, lease="leader")
            found.start_operator()
            yield found


def remove_crd(environment: OperatorEnvironment) -> None:
    """Remove the CRD with all its objects, and wait until the operator says that it is not ready."""
    operator = environment.operator
    assert operator is not None
    environment.cluster.delete(*CRDS_OF_CLUSTER, CRD)
    environment.cluster.wait_gone(*CRDS_OF_CLUSTER, CRD)
    until(lambda: CRD in operator.read("/readyz")[1], what="it is not ready without the CRD")


def test_jobs_live_on_and_are_adopted_as_they_are_when_their_resources_are_applied_again(
    environment: OperatorEnvironment,
) -> None:
    operator = environment.operator
    assert operator is not None
    principals = {
        f"job-{policy.lower()}": (environment.simulator.create_service_principal().id, policy)
        for policy in ("Delete", "Pause", "Retain")
    }
    for name, (principal, policy) in principals.items():
        environment.apply_job(principal, name=name, deletionPolicy=policy)
    before = {name: environment.wait_ready(name)["status"]["job"]["id"] for name in principals}
    remove_crd(environment)
    for principal, _ in principals.values():
        assert environment.writes(principal) == CREATED
    message = environment.wait_event("job-delete", "JobReleased")["message"]
    assert "the CRD of SynchronizationJobs is being deleted" in message
    assert "lives on in Graph" in message
    assert operator.output.count(f"The CRD {CRD} is being deleted") == 1
    environment.cluster.apply_crds(CRDS)
    operator.wait_ready()
    for name, (principal, policy) in principals.items():
        edit = PAUSED if name == "job-pause" else {}
        environment.apply_job(principal, name=name, deletionPolicy=policy, **edit)
    after = {name: environment.wait_ready(name)["status"]["job"]["id"] for name in principals}
    assert after == before
    writes = {name: environment.writes(principal) for name, (principal, _) in principals.items()}
    assert writes == {"job-delete": CREATED, "job-pause": [*CREATED, "pauseJob"], "job-retain": CREATED}
    assert operator.process.poll() is None
    assert "entrasync_leader 1.0" in operator.read("/metrics")[1]
    assert "Traceback" not in operator.output
