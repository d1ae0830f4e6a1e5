"""A leader is killed while restarts and provisioning requests are under way: its successor doubles none of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Literal

import pytest

from graph_simulator.control_client.client import FaultHandle
from tests.support.cluster import Cluster, Object
from tests.support.operator_environment import OperatorEnvironment, condition, open_environment
from tests.support.polling import until
from tests.support.provisioning_requests import apply_request, wait_end
from tests.support.replica_set import ReplicaSet, open_replicas

pytestmark = pytest.mark.chaos("A leader that is killed while restarts and provisioning requests are under way")

Point = Literal["before", "after"]
POINTS: tuple[Point, ...] = ("before", "after")
"""The leader is killed before Graph acts, or when it has acted and the answer is on its way."""

RUN_DELAY = timedelta(minutes=8)
"""A timetable whose run is due so long after: eight real seconds."""

Range = tuple[int, int]
ONCE, ONCE_OR_TWICE, NEVER = (1, 1), (1, 2), (0, 0)


@dataclass(frozen=True)
class Case:
    """A resource, and what is under way on its job when the leader is killed."""

    environment: OperatorEnvironment
    principal: str
    name: str

    @property
    def recorded(self) -> Object:
        """The record of its restarts."""
        found: Object = self.environment.job(self.name)["status"].get("restarts", {})
        return found

    def ask_by_spec(self) -> None:
        """Ask for a restart by a token."""
        self.environment.change_job(self.name, restart={"token": "one"})

    def ask_by_annotation(self) -> None:
        """Ask for a restart by the annotation."""
        self.environment.annotate(self.name, restart_requested_at="one")

    def set_timetable(self) -> None:
        """Set a timetable whose next run is due soon. On a slow machine it may be over when the operator sees it."""
        until(self._has_next_run, what="the operator has seen the timetable in time")

    def _has_next_run(self) -> bool:
        soon = self.environment.simulator.now() + RUN_DELAY
        timetable = f"{soon:%M %H} * * *"
        self.environment.change_job(self.name, periodicRestart={"cron": timetable})
        found = self.environment.wait(
            self.name,
            lambda found: timetable in found["status"].get("restarts", {}).get("periodic", {}).get("timetable", ""),
            "the operator has seen the timetable",
        )
        return str(found["status"]["restarts"]["periodic"]["next"])[:16] == f"{soon:%Y-%m-%dT%H:%M}"

    def approve(self) -> None:
        """Approve the deletions that Graph holds back."""
        [job] = self.environment.simulator.jobs(self.principal)
        began = job.graph["status"]["quarantine"]["seriesBegan"]
        self.environment.change_job(self.name, application={"accidentalDeletions": {"approve": began}})

    def hold_back_deletions(self) -> None:
        """Let Graph hold back deletions, and wait until the operator has seen it."""
        [job] = self.environment.simulator.jobs(self.principal)
        self.environment.simulator.quarantine(job.id, "TooManyDeletes")
        self.environment.wait(self.name, lambda found: condition(found, "DeletionsHeld"), "deletions are held back")

    def count(self, operation: str) -> int:
        """Count how often a write had an effect in Graph."""
        journal = self.environment.simulator.journal(operation=operation, service_principal=self.principal)
        return sum(entry.had_effect for entry in journal)


@dataclass(frozen=True)
class Channel:
    """A way to ask for a restart, and how often it may have an effect if its leader is killed at a point."""

    name: str
    ask: Callable[[Case], None]
    effects: dict[Point, Range]
    outcomes: frozenset[str] = frozenset({"Restarted"})


CHANNELS = {
    "periodic": Channel("periodic", Case.set_timetable, {"before": ONCE, "after": ONCE_OR_TWICE}),
    "token": Channel("spec", Case.ask_by_spec, {"before": ONCE, "after": ONCE_OR_TWICE}),
    "annotation": Channel("request", Case.ask_by_annotation, {"before": ONCE, "after": ONCE_OR_TWICE}),
    "approval": Channel(
        "approval", Case.approve, {"before": NEVER, "after": ONCE}, frozenset({"Unknown", "Restarted"})
    ),
}
"""The run of the timetable is waited for, so it comes first."""


@dataclass(frozen=True)
class Takeover:
    """All that was under way, after the take-over."""

    replicas: ReplicaSet
    restarts: dict[tuple[str, Point], Case]
    provisioned: dict[Point, Case]
    requests: dict[Point, Object]


@pytest.fixture(scope="module")
def takeover(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Takeover]:
    """Bring everything to its point, kill the leader once, and wait until its successor leads."""
    folder = tmp_path_factory.mktemp("restarts")
    with open_environment(cluster, folder, starts=False) as environment, open_replicas(environment) as replicas:
        leader = replicas.wait_leader()
        restarts = {key: make_case(environment) for key in product(CHANNELS, POINTS)}
        provisioned = {point: make_case(environment) for point in POINTS}
        for case in [*restarts.values(), *provisioned.values()]:
            environment.wait_ready(case.name)
        for point in POINTS:
            restarts["approval", point].hold_back_deletions()
        for (
            channel,
            asked,
        ) in CHANNELS.items():  # a request is held for less time than the operator waits for its answer
            holds = [hold("restartJob", point, restarts[channel, point]) for point in POINTS]
            for point in POINTS:
                asked.ask(restarts[channel, point])
            wait_held(holds)
        holds = [hold("provisionOnDemand", point, provisioned[point]) for point in POINTS]
        requests = {point: apply_request(environment, case.name, "anna") for point, case in provisioned.items()}
        wait_held(holds)
        leader.operator.kill()
        environment.simulator.journal(idle=True)
        environment.simulator.clear_faults()
        replicas.wait_leader(besides=leader)
        yield Takeover(replicas, restarts, provisioned, requests)


def hold(operation: str, point: Point, case: Case) -> FaultHandle:
    """Hold the next write of a kind on the job of a case."""
    return case.environment.simulator.hold(operation, point, service_principal=case.principal)


def wait_held(holds: list[FaultHandle]) -> None:
    """Wait until Graph holds a request for each."""
    for held in holds:
        held.wait_held()


def make_case(environment: OperatorEnvironment) -> Case:
    """Apply a resource whose job is looked at often."""
    principal = environment.simulator.create_service_principal().id
    threshold = {"accidentalDeletions": {"threshold": 500}}
    return Case(environment, principal, environment.apply_job(principal, pollInterval="1m", application=threshold))


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_restart_is_done_as_often_as_is_promised(takeover: Takeover, channel: str, point: Point) -> None:
    case, asked = takeover.restarts[channel, point], CHANNELS[channel]

    def outcome() -> object:
        return case.recorded.get(asked.name, {}).get("outcome")

    until(outcome, asked.outcomes.__contains__, what=f"the outcome of the restart by {channel} is recorded")
    case.environment.wait_polls(case.principal, count=2)
    least, most = asked.effects[point]
    assert least <= case.count("restartJob") <= most
    assert case.count("createJob") == 1


@pytest.mark.parametrize("point", POINTS)
def test_a_provisioning_request_is_sent_at_most_once(takeover: Takeover, point: Point) -> None:
    case = takeover.provisioned[point]
    found = wait_end(case.environment, takeover.requests[point])
    assert found["status"]["result"]["outcome"] == "Unknown"
    case.environment.wait_polls(case.principal, count=2)
    sent = case.environment.simulator.journal(operation="provisionOnDemand", service_principal=case.principal)
    assert [entry.had_effect for entry in sent] == [point == "after"]


def test_each_leader_wrote_in_one_piece(takeover: Takeover, record_property: Callable[[str, object], None]) -> None:
    record_property("tried", 0)  # the other tests count what was tried
    assert len(takeover.replicas.find_writers()) == 2
