"""kube-apiserver or etcd is killed and comes back: the operator goes on by itself, and nothing is doubled or lost."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from entrasync.api.names import CONNECTION_PLURAL, GROUP, PLURAL
from tests.cluster.outages.conftest import RARELY
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until
from tests.support.replica_set import ReplicaSet, open_replicas

pytestmark = pytest.mark.chaos("The end and return of kube-apiserver or etcd")

SILENCE_SECONDS = 5
"""The shortest silence after which nothing is written to Graph."""

OUTAGE_SECONDS = float(os.environ.get("OUTAGE_SECONDS", "6"))
"""How long an outage is for one process. `make chaos` lets it be a minute."""

PROGRAMS = ["kube-apiserver", "etcd"]
PAUSED = {"state": "Paused"}


@contextmanager
def outage(cluster: Cluster, program: str) -> Iterator[None]:
    """Kill a program of the control plane, and wait at the end until our kinds are served again."""
    with cluster.plane.outage(program):
        yield
    for plural in (PLURAL, CONNECTION_PLURAL):
        cluster.wait_served(f"{plural}.{GROUP}")


@pytest.fixture
def environment(frail_cluster: Cluster, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator without election that polls so rarely that only its watches show anything in time."""
    flags = (RARELY, f"--api-server-silence={SILENCE_SECONDS}s")
    with open_environment(frail_cluster, tmp_path, flags=flags) as found:
        yield found


def read_silence(environment: OperatorEnvironment) -> float:
    """Read for how long the operator has heard nothing of the API server that counts, in seconds."""
    assert environment.operator is not None
    lines = environment.operator.read("/metrics")[1].splitlines()
    [line] = [line for line in lines if line.startswith("entrasync_api_server_silence_seconds ")]
    return float(line.split()[1])


class TestOneProcess:
    @pytest.mark.parametrize("program", PROGRAMS)
    def test_goes_on_after_an_outage_in_the_middle_of_a_create(
        self, environment: OperatorEnvironment, program: str
    ) -> None:
        operator, simulator = environment.operator, environment.simulator
        assert operator is not None
        principals = [simulator.create_service_principal().id for _ in range(3)]
        edited, deleted = (environment.apply_job(principal) for principal in principals[:2])
        for name in (edited, deleted):
            environment.wait_ready(name)
        held = simulator.hold("createJob", "after", service_principal=principals[2])
        made = environment.apply_job(principals[2])
        held.wait_held()
        with outage(environment.cluster, program):
            held.remove()  # Graph's answer cannot be recorded
            until(lambda: read_silence(environment), lambda seconds: seconds > OUTAGE_SECONDS, what="an outage")
            assert operator.read("/healthz") == (200, "ok\n")
        environment.change_job(edited, schedule=PAUSED)
        environment.delete_job(deleted)
        environment.wait_gone(deleted)
        environment.wait_ready(made)
        until(lambda: environment.writes(principals[0]), lambda found: "pauseJob" in found, what="the job is paused")
        assert [environment.writes(principal) for principal in principals] == [
            ["createJob", "startJob", "pauseJob"],
            ["createJob", "startJob", "deleteJob"],
            ["createJob", "startJob"],
        ]
        operator.wait_ready()
        assert operator.process.poll() is None
        assert "Traceback" not in operator.output

    def test_goes_on_after_restarts_in_a_row(self, environment: OperatorEnvironment) -> None:
        operator = environment.operator
        assert operator is not None
        principals = [environment.simulator.create_service_principal().id for _ in range(2)]
        names = []
        for principal in principals:
            names.append(environment.apply_job(principal))
            with outage(environment.cluster, "kube-apiserver"):
                pass
        for name, principal in zip(names, principals, strict=True):
            environment.wait_ready(name)
            assert environment.writes(principal) == ["createJob", "startJob"]
        assert operator.process.poll() is None
        assert "Traceback" not in operator.output


class TestTwoReplicas:
    @pytest.fixture
    def replicas(self, frail_cluster: Cluster, tmp_path: Path) -> Iterator[ReplicaSet]:
        """Two replicas that poll so rarely that only their watches show anything in time."""
        with (
            open_environment(frail_cluster, tmp_path, flags=(RARELY,), starts=False) as environment,
            open_replicas(environment) as found,
        ):
            yield found

    @pytest.mark.parametrize("program", PROGRAMS)
    def test_one_of_them_leads_after_an_outage_in_the_middle_of_a_create(
        self, replicas: ReplicaSet, program: str
    ) -> None:
        environment, leader = replicas.environment, replicas.wait_leader()
        standby = replicas.standby(leader)
        principals = [environment.simulator.create_service_principal().id for _ in range(2)]
        edited = environment.apply_job(principals[0])
        environment.wait_ready(edited)
        held = environment.simulator.hold("createJob", "after", service_principal=principals[1])
        made = environment.apply_job(principals[1])
        held.wait_held()
        with outage(environment.cluster, program):
            held.remove()
            assert leader.operator.process.wait(60) == 1  # it could not renew its Lease
            until(lambda: standby.operator.read("/readyz")[0] == 503, what="the standby says that it cannot take over")
        replicas.replace_ended()
        assert standby in replicas.replicas
        environment.change_job(edited, schedule=PAUSED)
        environment.wait_ready(made)
        until(lambda: environment.writes(principals[0]), lambda found: "pauseJob" in found, what="the job is paused")
        assert environment.writes(principals[0]) == ["createJob", "startJob", "pauseJob"]
        assert environment.writes(principals[1]) == ["createJob", "startJob"]
        assert len(replicas.find_writers()) == 2
