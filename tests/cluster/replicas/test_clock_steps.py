"""The clocks of two replicas are set by hours: one writes, and no job or restart is doubled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, Object
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until
from tests.support.replica_set import Replica, ReplicaSet, open_replicas
from tests.support.stepped_clock import fork_with_clock, set_clock

pytestmark = pytest.mark.chaos("A clock that is set by hours, of the leader or of its standby")

REAL_TIME = 1.0
"""A clock that is set by an hour is wrong by an hour, and not by days of a faster world."""

STEPS_OF_LEADER = (5.0, -5.0, 0.0)
"""Hours by which the leader's clock is wrong: it is set ahead by five, back by ten, and right again."""

OTHER_STEPS = 4
"""How often the clock of the standby is set, and that of a leader around the take-over."""

HIDDEN_READS = 2

SET = "The machine's clock was set by"


@dataclass
class Work:
    """What people ask for meanwhile: a job at each step, and one more restart of those that there are."""

    environment: OperatorEnvironment
    principals: dict[str, str] = field(default_factory=dict)
    """The resources, each with its service principal."""
    restarts: int = 0

    def add(self) -> str:
        """Apply one more resource."""
        principal = self.environment.simulator.create_service_principal().id
        name = self.environment.apply_job(principal)
        self.principals[name] = principal
        return name

    def restart_all(self) -> None:
        """Ask for a restart of each job, and wait until it is done."""
        self.restarts += 1
        for name in self.principals:
            self.environment.change_job(name, restart={"token": f"restart-{self.restarts}"})
        for name in self.principals:
            self.environment.wait(name, self._is_restarted, f"{name} is restarted")

    def wait_looked_at(self) -> None:
        """Ask for a look at each resource, and wait until it is Ready after it."""
        for name in self.principals:
            self.environment.annotate(name, requested_at="last")
        for name in self.principals:
            self.environment.wait(name, _is_looked_at, f"{name} was looked at")
            self.environment.wait_ready(name)

    def _is_restarted(self, found: Object) -> bool:
        recorded = found["status"].get("restarts", {}).get("spec", {})
        return bool(recorded.get("token") == f"restart-{self.restarts}" and recorded.get("outcome") == "Restarted")


def _is_looked_at(found: Object) -> bool:
    return bool(found["status"].get("lastHandledReconcileAt") == "last")


@pytest.fixture
def replicas(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[ReplicaSet]:
    """Two replicas, each on a machine with a clock of its own."""
    with (
        open_environment(cluster, tmp_path, rate=REAL_TIME, starts=False) as environment,
        open_replicas(environment, fork_with_clock) as found,
    ):
        yield found


def set_clock_of(replica: Replica, hours: float) -> None:
    """Set the clock of a replica that leads, and wait until it has noticed that."""
    noticed = replica.operator.output.count(SET)
    set_clock(replica.clock_file, hours)
    until(lambda: replica.operator.output.count(SET) > noticed, what="the leader has noticed it")


def test_clocks_that_are_set_make_no_second_writer_no_second_job_and_no_second_restart(
    replicas: ReplicaSet, record_property: Callable[[str, object], None]
) -> None:
    record_property("tried", len(STEPS_OF_LEADER) + OTHER_STEPS)
    environment, leader = replicas.environment, replicas.wait_leader()
    standby, work = replicas.standby(leader), Work(replicas.environment)
    environment.wait_ready(work.add())
    set_clock(standby.clock_file, -7)
    for hours in STEPS_OF_LEADER:
        set_clock_of(leader, hours)
        environment.wait_ready(work.add())
        work.restart_all()
    assert leader.is_leading
    assert len(replicas.find_writers()) == 1

    set_clock(standby.clock_file, 7)
    principal = environment.simulator.create_service_principal(creation={"looks": HIDDEN_READS}).id
    held = environment.simulator.hold("createJob", "after", service_principal=principal)
    unanswered = environment.apply_job(principal)
    held.wait_held()
    set_clock_of(leader, -3)
    leader.operator.kill()
    held.remove()
    work.principals[unanswered] = principal
    assert replicas.wait_leader(besides=leader) is standby
    environment.wait_ready(unanswered)
    environment.wait_ready(work.add())
    set_clock_of(standby, -7)
    work.wait_looked_at()
    assert len(replicas.find_writers()) == 2
    jobs = {name: environment.simulator.jobs(principal) for name, principal in work.principals.items()}
    assert {name: len(found) for name, found in jobs.items()} == dict.fromkeys(jobs, 1)
    assert {name: found[0].starts for name, found in jobs.items()} == dict.fromkeys(jobs, 1)
    restarts = [environment.writes(principal).count("restartJob") for principal in work.principals.values()]
    assert restarts == [3, 3, 2, 1, 0, 0]
