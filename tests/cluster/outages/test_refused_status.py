"""The operator may not write statuses: it says so, asks ever more rarely, and goes on when it may."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from entrasync.api.names import CONNECTION_PLURAL, GROUP, PLURAL, PROVISIONING_PLURAL
from tests.support.cluster import Cluster, Object
from tests.support.operator_environment import FAST, OperatorEnvironment, open_environment
from tests.support.polling import until

pytestmark = pytest.mark.chaos("Statuses that the API server refuses by its rights")

RBAC, ACCOUNT, RIGHT = "rbac.authorization.k8s.io/v1", "without-status", "the-right-to-statuses"
USER = f"system:serviceaccount:default:{ACCOUNT}"
KINDS = [PLURAL, CONNECTION_PLURAL, PROVISIONING_PLURAL]
STATUSES = {"apiGroups": [GROUP], "resources": [f"{plural}/status" for plural in KINDS], "verbs": ["patch"]}
ALL_ELSE = [
    {"apiGroups": [GROUP], "resources": KINDS, "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["secrets", "namespaces", "events"], "verbs": ["*"]},
    {"apiGroups": ["apiextensions.k8s.io"], "resources": ["customresourcedefinitions"], "verbs": ["get"]},
]
REFUSALS = 8
"""So many refused writes are waited for."""

LEAST_SECONDS = sum(2**number for number in range(REFUSALS - 1)) / FAST
"""What they take when the first pause is one second of the operator's time, and each twice as long as the one before.
"""


@pytest.fixture
def environment(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
    """An operator whose ServiceAccount may write no status."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}
    cluster.apply([account], "default")
    grant(cluster, ACCOUNT, ALL_ELSE)
    kubeconfig = cluster.plane.service_account_kubeconfig("default", ACCOUNT)
    with open_environment(cluster, tmp_path, kubeconfig=kubeconfig) as found:
        yield found
    revoke(cluster, RIGHT)


def grant(cluster: Cluster, name: str, rules: list[Object]) -> None:
    """Give the operator's ServiceAccount rights in the whole cluster."""
    meta = {"apiVersion": RBAC, "metadata": {"name": name}}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name}
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": "default"}]
    role, binding = meta | {"kind": "ClusterRole", "rules": rules}, meta | {"kind": "ClusterRoleBinding"}
    cluster.apply([role, binding | {"roleRef": ref, "subjects": subjects}])


def revoke(cluster: Cluster, name: str) -> None:
    """Take rights away again."""
    for plural in ("clusterrolebindings", "clusterroles"):
        if cluster.find(RBAC, plural, name) is not None:
            cluster.delete(RBAC, plural, name)


def may_write_statuses(cluster: Cluster) -> bool:
    """Ask the API server, whose authorizer sees a change a moment later."""
    right = {"verb": "patch", "group": GROUP, "resource": PLURAL, "subresource": "status"}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview"}
    spec = {"user": USER, "resourceAttributes": right}
    return bool(cluster.create("subjectaccessreviews", review | {"spec": spec})["status"]["allowed"])


def find_refusals(environment: OperatorEnvironment, name: str, since: int) -> list[float]:
    """Find when the API server refused a write to the status of a resource, in seconds of its clock."""
    requests = environment.cluster.plane.audit_log.writes(since, user=USER, resource=PLURAL)
    refused = [each for each in requests if (each.name, each.subresource, each.code) == (name, "status", 403)]
    return [each.received.timestamp() for each in refused]


class TestRefusedStatus:
    def test_a_new_job_is_not_created_until_its_status_may_be_written(self, environment: OperatorEnvironment) -> None:
        operator = environment.operator
        assert operator is not None
        principal, since = (
            environment.simulator.create_service_principal().id,
            environment.cluster.plane.audit_log.position(),
        )
        name = environment.apply_job(principal)
        wait_refusals(environment, name, since)
        assert environment.writes(principal) == []
        assert f'cannot patch resource \\"{PLURAL}/status\\"' in operator.output
        until(lambda: operator.read("/readyz")[0] == 503, what="it is not ready")
        assert "the API server took none of the last" in operator.read("/readyz")[1]
        assert operator.read("/healthz") == (200, "ok\n")
        grant(environment.cluster, RIGHT, [STATUSES])
        environment.wait_ready(name)
        operator.wait_ready()
        assert environment.writes(principal) == ["createJob", "startJob"]

    def test_a_job_that_runs_is_paused_once_although_its_status_may_not_be_written(
        self, environment: OperatorEnvironment
    ) -> None:
        cluster, principal = environment.cluster, environment.simulator.create_service_principal().id
        grant(cluster, RIGHT, [STATUSES])
        name = environment.apply_job(principal)
        environment.wait_ready(name)
        revoke(cluster, RIGHT)
        until(lambda: not may_write_statuses(cluster), what="the right is gone")
        since = cluster.plane.audit_log.position()
        environment.change_job(name, schedule={"state": "Paused"})
        wait_refusals(environment, name, since)
        grant(cluster, RIGHT, [STATUSES])
        environment.wait_ready(name)
        assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]


def wait_refusals(environment: OperatorEnvironment, name: str, since: int) -> None:
    """Wait for several refused writes, and see that the pauses between them have grown."""
    found = until(
        lambda: find_refusals(environment, name, since), lambda seen: len(seen) >= REFUSALS, what="several refusals"
    )
    assert found[REFUSALS - 1] - found[0] >= LEAST_SECONDS, found
