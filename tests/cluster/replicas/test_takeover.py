"""Two replicas share a Lease: one acts, the other stands by, and takes over when the first has stopped."""

from datetime import datetime

import pytest

from entrasync.core.leadership.term import TERM_SHARE
from tests.support.polling import until
from tests.support.replica_set import DURATION_SECONDS, ReplicaSet


def make_job(replicas: ReplicaSet) -> tuple[str, str]:
    """Apply a resource. Returns its service principal and its name."""
    principal = replicas.environment.simulator.create_service_principal().id
    return principal, replicas.environment.apply_job(principal)


def read_time(replicas: ReplicaSet, name: str) -> datetime:
    """Read a time that the Lease has. All replicas here have the clock of this machine."""
    return datetime.fromisoformat(replicas.lease()[name])


class TestStandby:
    def test_the_standby_is_ready_takes_no_token_and_shows_no_job(self, replicas: ReplicaSet) -> None:
        leader = replicas.wait_leader()
        standby = replicas.standby(leader)
        _, name = make_job(replicas)
        replicas.environment.wait_ready(name)
        assert standby.operator.read("/readyz") == (200, "ok\n")
        assert standby.operator.read("/healthz") == (200, "ok\n")
        assert standby.metric("entrasync_leader") == 0
        assert "entrasync_job_status_code{" in leader.operator.read("/metrics")[1]
        assert "entrasync_job_status_code{" not in standby.operator.read("/metrics")[1]
        agents = {entry.headers["user-agent"] for entry in replicas.environment.simulator.journal(operation="listJobs")}
        assert len(agents) == 1
        assert replicas.environment.simulator.calls().identity["token"] == 1

    def test_the_lease_names_the_leader_as_the_requests_to_graph_do(self, replicas: ReplicaSet) -> None:
        replicas.wait_leader()
        _, name = make_job(replicas)
        replicas.environment.wait_ready(name)
        assert replicas.find_writers() == [replicas.lease()["holderIdentity"]]


@pytest.mark.chaos("A leader that is killed, frozen, stopped or cut off")
class TestTakeover:
    def test_the_standby_takes_over_after_a_kill_once_the_term_of_the_leader_is_over(
        self, replicas: ReplicaSet
    ) -> None:
        leader = replicas.wait_leader()
        _, name = make_job(replicas)
        replicas.environment.wait_ready(name)
        renewed_at = read_time(replicas, "renewTime")
        leader.operator.kill()
        principal, later = make_job(replicas)
        replicas.environment.wait_ready(later)
        assert replicas.environment.writes(principal) == ["createJob", "startJob"]
        assert replicas.lease()["leaseTransitions"] == 1
        assert len(replicas.find_writers()) == 2
        assert (read_time(replicas, "acquireTime") - renewed_at).total_seconds() >= DURATION_SECONDS * TERM_SHARE

    def test_the_standby_takes_over_at_once_when_the_leader_is_told_to_stop(self, replicas: ReplicaSet) -> None:
        leader, holder = replicas.wait_leader(), replicas.find_holder()
        assert leader.operator.stop() == 0
        assert replicas.find_holder() != holder, "it has given the Lease up"
        assert replicas.wait_leader(besides=leader).is_leading
        assert "another replica may act" not in leader.operator.output

    def test_a_leader_that_was_frozen_writes_nothing_when_it_thaws_and_ends(self, replicas: ReplicaSet) -> None:
        leader = replicas.wait_leader()
        held = replicas.environment.simulator.hold("listJobs", "after")
        first, name = make_job(replicas)
        held.wait_held()
        leader.stop_for_a_while()
        held.remove()  # the answer that its create waits for is there when it thaws
        successor = replicas.wait_leader(besides=leader)
        replicas.environment.wait_ready(name)
        leader.thaw()
        assert leader.operator.process.wait(60) == 1
        assert "This replica has lost the Lease." in leader.operator.output
        assert replicas.environment.writes(first) == ["createJob", "startJob"]
        assert replicas.find_writers() == [replicas.lease()["holderIdentity"]]
        assert successor.is_leading

    def test_a_leader_that_hears_nothing_of_the_api_server_ends_before_the_other_acts(
        self, replicas: ReplicaSet
    ) -> None:
        leader = replicas.wait_leader()
        leader.proxy.fall_silent()
        assert leader.operator.process.wait(60) == 1
        replicas.wait_leader(besides=leader)
        _, name = make_job(replicas)
        replicas.environment.wait_ready(name)
        assert replicas.find_writers() == [replicas.lease()["holderIdentity"]]

    def test_an_outage_of_the_api_server_costs_the_leader_its_term_and_no_standby_its_process(
        self, replicas: ReplicaSet
    ) -> None:
        leader = replicas.wait_leader()
        standby = replicas.standby(leader)
        for each in replicas.replicas:
            each.proxy.fall_silent()
        assert leader.operator.process.wait(60) == 1
        until(lambda: standby.operator.read("/readyz")[0] == 503, what="the standby says that it cannot take over")
        standby.proxy.recover()
        until(lambda: standby.is_leading, what="the standby leads after the outage")
        _, name = make_job(replicas)
        replicas.environment.wait_ready(name)

    def test_a_deleted_lease_is_made_anew_by_its_holder(self, replicas: ReplicaSet) -> None:
        leader = replicas.wait_leader()
        holder = replicas.lease()["holderIdentity"]
        replicas.delete_lease()
        until(replicas.find_holder, lambda found: found == holder, what="there is a Lease of the leader again")
        assert leader.is_leading
