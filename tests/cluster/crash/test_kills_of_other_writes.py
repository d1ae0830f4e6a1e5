"""The operator is killed in the middle of each write that is no create, and the next operator finishes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import pytest

from tests.cluster.crash.cases import LONG, Case, apply, new_case
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until

RATE = 60.0
"""A start that was recorded and never sent is sent again after the replication bound, which takes 15 s here."""

Point = Literal["before", "after"]
POINTS: tuple[Point, ...] = ("before", "after")


@dataclass(frozen=True)
class Write:
    """A change of a spec, the write that it brings, and how often that may reach Graph at most."""

    operation: str
    before: dict[str, Any]
    change: dict[str, Any] | None
    """None deletes the resource."""
    most: int = 1


WRITES = {
    "start": Write("startJob", {"schedule": {"state": "Paused"}}, {"schedule": {"state": "Active"}}),
    "pause": Write("pauseJob", {"schedule": {"state": "Active"}}, {"schedule": {"state": "Paused"}}),
    "settings": Write("updateJob", {}, {"settings": [{"name": "LookaheadQueryEnabled", "value": "True"}]}),
    "save of secrets": Write(
        "putSecrets",
        {"application": {"notifications": {"recipients": ["old@example.com"]}}},
        {"application": {"notifications": {"recipients": ["new@example.com"]}}},
        most=2,
    ),
    "restart": Write(
        "restartJob",
        {"application": {"provisioningScope": "AssignedOnly"}},
        {"application": {"provisioningScope": "All"}},
        most=2,
    ),
    "deletion": Write("deleteJob", {}, None),
}


@dataclass(frozen=True)
class Kill:
    """One write, and the kill of the operator in the middle of it."""

    write: Write
    case: Case
    began_after: int
    """The journal's last entry before the change."""

    def count_effects(self) -> int:
        """Count how often the write had an effect since the change."""
        journal = self.case.environment.simulator.journal(
            operation=self.write.operation, service_principal=self.case.principal, after=self.began_after
        )
        return sum(entry.had_effect for entry in journal)


Kills = dict[tuple[str, Point], Kill]


@pytest.fixture(scope="module")
def kills(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kills]:
    """Bring each write to each point, kill the operator once for all of them, and start another."""
    with open_environment(cluster, tmp_path_factory.mktemp("killed"), rate=RATE) as environment:
        kills = _hold_all(environment)
        environment.kill_operator()
        environment.simulator.journal(idle=True)
        environment.simulator.clear_faults()
        environment.start_operator()
        yield kills


def _hold_all(environment: OperatorEnvironment) -> Kills:
    cases = {key: apply(new_case(environment), **WRITES[key[0]].before) for key in product(WRITES, POINTS)}
    for case in cases.values():
        case.settle()
    began_after = environment.simulator.journal(idle=True)[-1].sequence
    holds = []
    for (name, point), case in cases.items():
        write = WRITES[name]
        holds.append(environment.simulator.hold(write.operation, point, service_principal=case.principal))
        if write.change is None:
            environment.delete_job(case.name)
        else:
            environment.change_job(case.name, **write.change)
    for hold in holds:
        hold.wait_held()
    return {key: Kill(WRITES[key[0]], case, began_after) for key, case in cases.items()}


@pytest.mark.chaos("SIGKILL of a real process in the middle of a write that is no create")
@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("name", WRITES)
def test_a_killed_operator_leaves_a_write_done_and_not_doubled(kills: Kills, name: str, point: Point) -> None:
    kill = kills[name, point]
    environment, case = kill.case.environment, kill.case
    until(kill.count_effects, bool, what=f"{name} reaches Graph", within_seconds=LONG)
    if kill.write.change is None:
        environment.wait_gone(case.name, within_seconds=LONG)
        assert case.jobs() == []
    else:
        environment.wait_ready(case.name, within_seconds=LONG)
        assert len(case.jobs()) == 1
    assert kill.count_effects() <= kill.write.most
