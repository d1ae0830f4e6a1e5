"""Admission refuses what the operator writes, or its webhook is down: this is told, and nothing is doubled or lost."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest

from entrasync.api.names import PLURAL
from tests.support.admission_webhook import WORDS, Fault, Scope, WebhookFault, stopping_writes
from tests.support.cluster import Cluster
from tests.support.operator_environment import OperatorEnvironment, condition, open_environment
from tests.support.polling import until

RBAC, ACCOUNT = "rbac.authorization.k8s.io/v1", "under-policy"
USER = f"system:serviceaccount:default:{ACCOUNT}"
TOLD, LOST_LEASE = "ApiServerRefused", "This replica has lost the Lease."
PAUSED = {"schedule": {"state": "Paused"}}
SCHEMA = {
    "rules": [
        {
            "name": "USER_OUTBOUND_USER",
            "objectMappings": [{"name": "Provision Azure Active Directory Users", "enabled": False}],
        }
    ]
}

pytestmark = pytest.mark.chaos("An admission webhook or policy that refuses a write, or is down")

by_webhook = pytest.mark.parametrize("fault", get_args(WebhookFault))
by_webhook_or_policy = pytest.mark.parametrize("fault", [*get_args(WebhookFault), "is a policy"])


@dataclass
class Policed:
    """An operator whose ServiceAccount the admission of somebody else may stop."""

    environment: OperatorEnvironment
    scope: Scope

    def stopping(self, resource: str, fault: Fault) -> AbstractContextManager[None]:
        """Stop what the operator writes to a resource."""
        return stopping_writes(self.environment.cluster, self.scope, resource, fault)

    def make_job(self, **spec: Any) -> tuple[str, str]:
        """Apply a resource. Returns its service principal and its name."""
        principal = self.environment.simulator.create_service_principal().id
        return principal, self.environment.apply_job(principal, **spec)

    def wait_told(self, name: str, fault: Fault) -> None:
        """Wait until the resource says what stops the operator."""
        found = self.environment.wait_condition(name, "Reconciling", reason=TOLD)
        assert WORDS[fault] in condition(found, "Reconciling")["message"]
        assert condition(found, "Ready").get("status") == "False"

    def wait_logged(self, fault: Fault, *, after: str) -> None:
        """Wait until the log has the words of the API server, in what it got since."""
        log = self.environment.log
        until(lambda: WORDS[fault] in log.read_text().removeprefix(after), what="the log has the words")


def open_account(cluster: Cluster) -> Path:
    """Make a ServiceAccount with all rights. Returns its kubeconfig."""
    meta = {"apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": {"name": ACCOUNT}}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    subjects = [{"kind": "ServiceAccount", "name": ACCOUNT, "namespace": "default"}]
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": ACCOUNT}}
    cluster.apply([account, meta | {"roleRef": role, "subjects": subjects}], "default")
    return cluster.plane.service_account_kubeconfig("default", ACCOUNT)


@pytest.fixture(scope="module")
def kubeconfig(frail_cluster: Cluster) -> Path:
    """What an operator needs to act as the ServiceAccount."""
    return open_account(frail_cluster)


@pytest.fixture(scope="module")
def policed(frail_cluster: Cluster, kubeconfig: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Policed]:
    """One operator for all tests that do not end it."""
    folder, token = tmp_path_factory.mktemp("policed"), frail_cluster.plane.service_account_token("default", ACCOUNT)
    with (
        Cluster(frail_cluster.plane, token) as user,
        open_environment(frail_cluster, folder, kubeconfig=kubeconfig) as environment,
    ):
        yield Policed(environment, Scope(user, USER, environment.namespace))


@by_webhook_or_policy
def test_a_new_job_is_created_once_when_its_finalizer_may_be_written(policed: Policed, fault: Fault) -> None:
    with policed.stopping(PLURAL, fault):
        principal, name = policed.make_job()
        policed.wait_told(name, fault)
        assert policed.environment.writes(principal) == []
    policed.environment.wait_ready(name)
    assert policed.environment.writes(principal) == ["createJob", "startJob"]


@by_webhook_or_policy
def test_a_job_whose_annotation_may_not_be_written_is_created_once(policed: Policed, fault: Fault) -> None:
    environment = policed.environment
    principal = environment.simulator.create_service_principal().id
    held = environment.simulator.hold("createJob", "after", service_principal=principal)
    name = environment.apply_job(principal)
    held.wait_held()
    with policed.stopping(PLURAL, fault):
        held.remove()
        policed.wait_told(name, fault)
    found = environment.wait_ready(name)
    assert found["metadata"]["annotations"]["entrasync.io/job-id"] == found["status"]["job"]["id"]
    assert environment.writes(principal) == ["createJob", "startJob"]


@by_webhook_or_policy
def test_a_job_whose_resource_may_not_be_released_is_deleted_once(policed: Policed, fault: Fault) -> None:
    environment = policed.environment
    principal, name = policed.make_job()
    environment.wait_ready(name)
    with policed.stopping(PLURAL, fault):
        environment.delete_job(name)
        policed.wait_told(name, fault)
    environment.wait_gone(name)
    assert environment.writes(principal) == ["createJob", "startJob", "deleteJob"]
    environment.wait_events(name, "JobDeleted", times=1)


@by_webhook
def test_a_pause_that_the_status_may_not_show_is_sent_once(policed: Policed, fault: Fault) -> None:
    environment = policed.environment
    principal, name = policed.make_job()
    environment.wait_ready(name)
    so_far = environment.log.read_text()
    with policed.stopping(f"{PLURAL}/status", fault):
        environment.change_job(name, **PAUSED)
        policed.wait_logged(fault, after=so_far)
    environment.wait_ready(name)
    assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]


@by_webhook
def test_a_schema_is_written_once_when_its_backup_may_be_made(policed: Policed, fault: Fault) -> None:
    environment = policed.environment
    principal, name = policed.make_job(**PAUSED)
    environment.wait_ready(name)
    with policed.stopping("configmaps", fault):
        environment.change_job(name, schema=SCHEMA)
        if fault == "refuses":
            assert WORDS[fault] in environment.wait_stalled(name, "SchemaBackupFailed")
        else:
            policed.wait_told(name, fault)
        assert environment.writes(principal) == ["createJob"]
    environment.wait_ready(name)
    assert environment.writes(principal) == ["createJob", "putSchema"]


@by_webhook
def test_events_that_may_not_be_posted_hold_nothing_up(policed: Policed, fault: Fault) -> None:
    environment = policed.environment
    so_far = environment.log.read_text()
    with policed.stopping("events", fault):
        principal, name = policed.make_job()
        environment.wait_ready(name)
        policed.wait_logged(fault, after=so_far)
    environment.change_job(name, **PAUSED)
    environment.wait_event(name, "JobPaused")
    assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]


@by_webhook
def test_a_leader_that_may_not_renew_its_lease_ends_and_its_successor_leads_when_it_may(
    frail_cluster: Cluster, policed: Policed, kubeconfig: Path, tmp_path: Path, fault: Fault
) -> None:
    flags = ("--leader-election=true", "--lease-name=policed", "--lease-duration=5s")
    with open_environment(frail_cluster, tmp_path, flags=flags, starts=False, kubeconfig=kubeconfig) as environment:
        flag = f"--lease-namespace={environment.namespace}"
        environment.launch = replace(environment.launch, flags=(*environment.launch.flags, flag))
        leader = environment.start_operator()
        own = Policed(environment, replace(policed.scope, namespace=environment.namespace))
        principal, name = own.make_job()
        environment.wait_ready(name)
        with own.stopping("leases", fault):
            assert leader.process.wait(60) == 1
            assert LOST_LEASE in leader.output
            environment.change_job(name, **PAUSED)
            successor = environment.start_operator(is_awaited=False)
            until(lambda: successor.read("/readyz")[0] == 503, what="it is not ready")
            until(lambda: WORDS[fault] in successor.output, what="it says why")
        successor.wait_ready()
        until(lambda: environment.writes(principal), lambda found: "pauseJob" in found, what="the job is paused")
        assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]
