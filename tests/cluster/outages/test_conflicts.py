"""Somebody is faster than every write of the operator once: each is made anew, and nothing is doubled or lost."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.cluster.outages.conftest import RARELY
from tests.support.cluster import Cluster
from tests.support.contested_proxy import Contest, ContestedProxy
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until
from tests.support.teams import Team

pytestmark = pytest.mark.chaos("A conflict at each write to Kubernetes")

LEASE = "--lease-duration=20s"
"""Long enough for a leader of whose renewals every other one fails, on a busy machine."""

PATCHES = {
    "PATCH leases",
    "PATCH synchronizationjobs",
    "PATCH synchronizationjobs/status",
    "PATCH graphconnections/status",
}
MET = {"refused": {"POST leases", "POST events", *PATCHES}, "overtaken": PATCHES}


@pytest.mark.parametrize("contest", ["refused", "overtaken"])
def test_each_write_meets_a_conflict_once_and_nothing_is_doubled(
    frail_cluster: Cluster, tmp_path: Path, contest: Contest
) -> None:
    with (
        ContestedProxy(frail_cluster.plane, contest) as proxy,
        open_environment(frail_cluster, tmp_path, flags=(RARELY, LEASE), starts=False) as environment,
    ):
        proxy.write_kubeconfig(environment.launch.kubeconfig, tmp_path / "kubeconfig")
        environment.launch = replace(environment.launch, kubeconfig=tmp_path / "kubeconfig", lease="contested")
        operator = environment.start_operator()
        team = Team.register(environment)
        team.connect()
        assert live_a_whole_life(environment, team) == ["createJob", "startJob", "pauseJob", "deleteJob"]
        assert set(proxy.contested) == MET[contest]
        assert operator.process.poll() is None
        assert "entrasync_leader 1.0" in operator.read("/metrics")[1]
        assert "Traceback" not in operator.output


def live_a_whole_life(environment: OperatorEnvironment, team: Team) -> list[str]:
    """Create, pause and delete a job by its resource. Returns the writes to Graph."""
    principal = team.make_principal()
    name = environment.apply_job(principal, deletionPolicy="Delete")
    environment.wait_ready(name)
    environment.change_job(name, schedule={"state": "Paused"})
    until(lambda: environment.writes(principal), lambda found: "pauseJob" in found, what="the job is paused")
    environment.wait_ready(name)
    environment.delete_job(name)
    environment.wait_gone(name)
    reasons = environment.reasons(name)
    assert len(reasons) == len(set(reasons)), reasons
    return environment.writes(principal)
