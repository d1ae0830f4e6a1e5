"""Two installs whose namespaces overlap: one of them acts in a namespace, and the other says that it does not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from local_stack import OperatorProcess
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_environment
from tests.support.polling import until
from tests.support.replica_set import writer_of
from tests.support.warm_start import fork_operator

LEASE = "synchronizationjobs.entrasync.io"


@dataclass
class Installs:
    """The first install looks after `shared`, the second after `shared` and `other`."""

    environment: OperatorEnvironment
    first: OperatorProcess
    second: OperatorProcess
    other: OperatorEnvironment

    def holder(self) -> str:
        """Return which install looks after the shared namespace."""
        found = self.environment.cluster.get("coordination.k8s.io/v1", "leases", LEASE, self.environment.namespace)
        return str(found["spec"]["holderIdentity"])

    def writers(self, principal: str) -> set[str]:
        """Return who wrote to Graph on a service principal."""
        journal = self.environment.simulator.journal(service_principal=principal)
        return {writer_of(entry) for entry in journal if entry.method != "GET"}


@pytest.fixture(scope="module")
def installs(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installs]:
    """Start the first install with a resource in the shared namespace, and the second when that is Ready."""
    with open_environment(cluster, tmp_path_factory.mktemp("installs"), starts=False) as environment:
        environment.launch = replace(environment.launch, lease="first")
        environment.start_operator()
        assert environment.operator is not None
        environment.wait_ready(environment.apply_job(environment.simulator.create_service_principal().id))
        other = make_namespace(cluster)
        launch = replace(environment.launch, lease="second", namespaces=(environment.namespace, other))
        log = environment.log.with_name("second.log")
        second = OperatorProcess.start(launch, log, is_awaited=False, begin=fork_operator)
        elsewhere = replace(environment, namespace=other, log=log, operator=None, applied=[], made={})
        try:
            yield Installs(environment, environment.operator, second, elsewhere)
        finally:
            second.kill()


def test_the_second_install_says_who_looks_after_the_shared_namespace(installs: Installs) -> None:
    until(lambda: "looks after namespace" in installs.second.output, what="the second install has noticed the first")
    [line] = [line for line in installs.second.output.splitlines() if "looks after namespace" in line]
    shared = installs.environment.namespace
    assert f"Another install, {shared}/first, looks after namespace {shared}" in line
    assert installs.holder() == f"{shared}/first"
    series = (
        f'entrasync_namespace_held_by_another_install{{install="{shared}/first",resource_namespace="{shared}"}} 1.0'
    )
    until(lambda: series in installs.second.read("/metrics")[1], what="the metric names the namespace and the install")


@pytest.mark.chaos("Two installs whose namespaces overlap")
def test_each_install_acts_in_its_own_namespace_only_and_is_ready_once_it_has_one(installs: Installs) -> None:
    taken = "another install looks after all namespaces"
    until(lambda: taken in installs.second.read("/readyz")[1], what="the second install is not ready, and says why")
    assert installs.second.read("/readyz")[0] == 503
    shared, own = (installs.environment.simulator.create_service_principal().id for _ in range(2))
    installs.environment.wait_ready(installs.environment.apply_job(shared))
    installs.other.wait_ready(installs.other.apply_job(own))
    assert installs.environment.writes(shared) == ["createJob", "startJob"]
    assert installs.other.writes(own) == ["createJob", "startJob"]
    [one], [other] = installs.writers(shared), installs.writers(own)
    assert one != other
    until(lambda: installs.second.read("/readyz")[0] == 200, what="the second install is ready")
