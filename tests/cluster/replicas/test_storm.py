"""Hundreds of resources, Graph refuses every other call, and both replicas are killed at once: nothing is doubled."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import cycle

import pytest

from graph_simulator.control_client.client import JournalEntry
from tests.support.cluster import Cluster
from tests.support.operator_environment import open_environment
from tests.support.polling import HANG_SECONDS, until
from tests.support.replica_set import ReplicaSet, is_graph_write, open_replicas

RESOURCES = int(os.environ.get("REPLICA_STORM_RESOURCES", "60"))
"""`make chaos` asks for more."""

REFUSED = 429
KILLS_AFTER = (10, 10)
"""Both replicas are killed each time that Graph has carried out so many creates more."""

REFUSALS = 60
"""The storm ends when Graph has refused so many calls, and both kills are over."""

LONGEST_RETRY_AFTER = 10
"""In simulated seconds."""

STATES = ({"state": "Active"}, {"state": "Paused"}, {"state": "Paused"})
"""A job that runs costs this machine more, so there are fewer of them."""

RARELY = "--poll-interval=6h"

pytestmark = pytest.mark.chaos("Both replicas are killed while Graph refuses every other call")


@dataclass(frozen=True)
class Aftermath:
    """The resources, each with its service principal, and what Graph got."""

    replicas: ReplicaSet
    paused: dict[str, bool]
    """Whether the job of a service principal is to be paused."""
    entries: list[JournalEntry]

    def count(self, operation: str) -> Counter[str]:
        """Count how often a write had an effect, by service principal."""
        return Counter(
            each.service_principal for each in self.entries if each.operation == operation and each.had_effect
        )


@pytest.fixture(scope="module")
def aftermath(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    """Live through the storm, and wait until all are Ready."""
    folder = tmp_path_factory.mktemp("storm")
    with (
        open_environment(cluster, folder, flags=(RARELY,), starts=False) as environment,
        open_replicas(environment) as replicas,
    ):
        replicas.wait_leader()
        simulator = environment.simulator
        made = simulator.create_service_principals(RESOURCES)
        paused = {each.id: state["state"] == "Paused" for each, state in zip(made, cycle(STATES), strict=False)}
        simulator.congest(0.5, longest_seconds=LONGEST_RETRY_AFTER)
        for principal, state in zip(paused, cycle(STATES), strict=False):
            environment.apply_job(principal, schedule=state)
        journal = Journal(replicas)
        for number in KILLS_AFTER:
            journal.wait(is_create, journal.count(is_create) + number, "creates")
            kill_both(replicas)
        journal.wait(is_refusal, REFUSALS, "refusals")
        simulator.congest(0, longest_seconds=LONGEST_RETRY_AFTER)
        journal.wait(is_create, RESOURCES, "creates")
        for name in environment.applied:
            environment.wait_ready(name)
        yield Aftermath(replicas, paused, simulator.journal())


@dataclass
class Journal:
    """Reads on in what Graph got, and starts replicas for those that have ended, as the kubelet does."""

    replicas: ReplicaSet
    entries: dict[int, JournalEntry] = field(default_factory=dict)
    _read_to: int = 0

    def read_on(self) -> None:
        """Read what is new, and again what was under way."""
        self.replicas.replace_ended()
        found = self.replicas.environment.simulator.journal(after=self._read_to)
        self.entries.update({entry.sequence: entry for entry in found})
        if found:
            open_ones = [entry.sequence for entry in found if entry.end == "under way"]
            self._read_to = min(open_ones) - 1 if open_ones else found[-1].sequence

    def count(self, holds: Callable[[JournalEntry], bool]) -> int:
        """Count the entries of a kind until now."""
        self.read_on()
        return sum(map(holds, self.entries.values()))

    def wait(self, holds: Callable[[JournalEntry], bool], number: int, what: str) -> None:
        """Wait until there are so many entries of a kind."""

        until(
            lambda: self.count(holds),
            lambda found: found >= number,
            what=f"{number} {what}",
            within_seconds=2 * HANG_SECONDS,
        )


def is_create(entry: JournalEntry) -> bool:
    """Whether Graph has created a job."""
    return entry.operation == "createJob" and entry.had_effect


def is_refusal(entry: JournalEntry) -> bool:
    """Whether Graph has refused a call for the storm's sake."""
    return entry.status == REFUSED


def kill_both(replicas: ReplicaSet) -> None:
    """Kill both replicas at once, and start two others."""
    for each in replicas.replicas:
        each.operator.kill()
    replicas.replace_ended()


@pytest.fixture(autouse=True)
def count_resources_once(record_property: Callable[[str, object], None]) -> None:
    """All tests look at the same storm."""
    record_property("tried", 0)


def test_each_job_is_created_once(aftermath: Aftermath, record_property: Callable[[str, object], None]) -> None:
    record_property("tried", RESOURCES)
    assert aftermath.count("createJob") == dict.fromkeys(aftermath.paused, 1)


def test_each_job_that_is_to_run_is_started_once(aftermath: Aftermath) -> None:
    assert aftermath.count("startJob") == {
        principal: 1 for principal, is_paused in aftermath.paused.items() if not is_paused
    }


def test_nothing_else_is_written(aftermath: Aftermath) -> None:
    written = {each.operation for each in aftermath.entries if is_graph_write(each) and each.had_effect}
    assert written == {"createJob", "startJob"}


def test_each_leader_wrote_in_one_piece(aftermath: Aftermath) -> None:
    writers = aftermath.replicas.find_writers()
    assert len(writers) == len(set(writers))
    assert len(writers) > len(KILLS_AFTER)
