"""A namespace is deleted with its connection: its job goes by the last working credential, in whatever order."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.support.operator_environment import OperatorEnvironment, another_namespace
from tests.support.teams import Team

TEAM = "team"
"""The connection is not called default, so that the install's own connection would be used otherwise."""


@dataclass(frozen=True)
class Case:
    """A team with a connection of its own and a job that we created."""

    team: Team
    principal: str
    name: str


def delete_nothing_first(case: Case) -> None:
    """Leave the order to the controllers."""


def delete_secret_first(case: Case) -> None:
    """Delete the Secret first, and wait until the connection reports it."""
    case.team.delete_secret()
    case.team.wait_broken("SecretUnreadable", TEAM)


def delete_connection_first(case: Case) -> None:
    """Delete the connection first, and wait until the job reports it."""
    case.team.delete_connection(TEAM)
    case.team.environment.wait_condition(case.name, "Ready", "Unknown", reason="ConnectionNotReady")


def delete_both_first(case: Case) -> None:
    """Delete both first."""
    delete_secret_first(case)
    delete_connection_first(case)


ORDERS: dict[str, Callable[[Case], None]] = {
    "in the controllers' order": delete_nothing_first,
    "the Secret first": delete_secret_first,
    "the connection first": delete_connection_first,
    "both first": delete_both_first,
}


@pytest.fixture(scope="module")
def cases(cluster_wide: OperatorEnvironment) -> dict[str, Case]:
    """Namespaces that are all deleted at once: controllers wait 5 s before they touch one."""
    cases = {}
    for order, delete_first in ORDERS.items():
        team = Team.register(another_namespace(cluster_wide))
        team.apply_secret()
        team.wait_connected(team.apply_connection(TEAM))
        principal = team.make_principal()
        name = team.environment.apply_job(principal, connectionRef={"name": TEAM})
        team.environment.wait_ready(name)
        cases[order] = Case(team, principal, name)
        delete_first(cases[order])
    for case in cases.values():
        case.team.environment.delete_namespace()
    return cases


@pytest.mark.parametrize("order", ORDERS)
def test_the_job_of_a_deleted_namespace_is_deleted_in_graph_and_the_namespace_goes(
    cases: dict[str, Case], order: str
) -> None:
    case = cases[order]
    case.team.environment.wait_namespace_gone()
    assert case.team.environment.simulator.jobs(case.principal) == []
    assert case.team.environment.writes(case.principal) == ["createJob", "startJob", "deleteJob"]
