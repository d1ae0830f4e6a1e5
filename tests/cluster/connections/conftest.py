"""What the tests of GraphConnections share: one operator for many teams."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import local_stack.cluster
from entrasync.api.names import CONNECTION_PLURAL, GROUP
from local_stack.cluster import ACCOUNT, ACCOUNT_USER
from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_environment
from tests.support.polling import until
from tests.support.teams import Team

NAMESPACES = 40
"""How many namespaces the shared operator has. Each test takes one or two."""

RARELY = "--poll-interval=6h"
"""In real time once in six minutes: what is seen sooner was not seen by a poll."""

RIGHTS = Path(local_stack.cluster.__file__).with_name("rbac.yaml")


@dataclass
class SharedOperator:
    """One operator for many teams. Its install's own connection serves `served` and nobody else."""

    environment: OperatorEnvironment
    served: str
    namespaces: list[str]

    def add_team(self, *, tenant: str = "") -> Team:
        """Add a team in an unused namespace."""
        return self.add_team_in(self.namespaces.pop(), tenant=tenant)

    def add_team_in(self, namespace: str, *, tenant: str = "", roles: tuple[str, ...] = ()) -> Team:
        """Add a team in a namespace."""
        team = Team.register(replace(self.environment, namespace=namespace, applied=[]), tenant=tenant)
        if roles:
            self.environment.simulator.set_application(team.client, team.tenant, roles=list(roles))
        return team


def create_operator_account(cluster: Cluster) -> Path:
    """Make the operator's ServiceAccount with no more rights than it needs; returns its kubeconfig."""
    cluster.apply(RIGHTS)
    kubeconfig = cluster.plane.service_account_kubeconfig(ACCOUNT, ACCOUNT)
    right = {"verb": "list", "group": GROUP, "resource": CONNECTION_PLURAL}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {"user": ACCOUNT_USER, "resourceAttributes": right},
    }
    until(
        lambda: cluster.create("subjectaccessreviews", review)["status"]["allowed"],
        what="the operator's rights have come into effect",
    )
    return kubeconfig


@pytest.fixture(scope="package")
def shared_operator(
    cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedOperator]:
    """An operator with its own ServiceAccount and no more rights than it needs."""
    served, *namespaces = (make_namespace(cluster) for _ in range(NAMESPACES + 1))
    flags = (RARELY, f"--own-connection-namespaces={served}")
    folder, kubeconfig = tmp_path_factory.mktemp("shared-operator"), create_operator_account(cluster)
    with open_environment(
        cluster, folder, flags=flags, beside=(served, *namespaces), kubeconfig=kubeconfig
    ) as environment:
        yield SharedOperator(environment, served, namespaces)
        assert check_requests(environment.simulator.journal()) > 0
        assert find_leaks(environment) == []


@pytest.fixture
def team(shared_operator: SharedOperator) -> Team:
    """A team in a namespace of its own, in the install's tenant, with no connection yet."""
    return shared_operator.add_team()
