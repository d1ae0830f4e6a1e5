"""The API server is silent, refuses writes, or others write all the time: nothing is doubled, and nothing is lost."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from entrasync.api.names import API_VERSION, GROUP, PLURAL
from tests.support.cluster import Cluster, Object, RefusedError
from tests.support.cuttable_proxy import CuttableProxy
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.polling import until

pytestmark = pytest.mark.chaos("An API server that is silent, that refuses, or that somebody writes to without a rest")

MIN_EDITS = 20
TRIES = 5
"""So many refused writes are waited for before the test looks whether a job was created."""

REFUSAL = "The platform team says no."
ADMISSION = "admissionregistration.k8s.io/v1"
SILENCE_SECONDS = 5
"""The shortest silence after which nothing is written to Graph."""


@dataclass
class Proxied:
    """An operator that reaches the API server by a proxy, while the test reaches it directly."""

    environment: OperatorEnvironment
    proxy: CuttableProxy

    def silence(self) -> float:
        """Read for how long the operator has heard nothing of the API server, in seconds."""
        assert self.environment.operator is not None
        metrics = self.environment.operator.read("/metrics")[1].splitlines()
        [line] = [line for line in metrics if line.startswith("entrasync_api_server_silence_seconds ")]
        return float(line.split()[1])


@pytest.fixture
def proxied(cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[Proxied]:
    """An operator of the test's own behind a proxy."""
    flags = (f"--api-server-silence={SILENCE_SECONDS}s", "--log-level=info")
    with (
        CuttableProxy.to(cluster.plane.url) as proxy,
        open_environment(cluster, tmp_path, flags=flags, starts=False) as environment,
    ):
        proxy.write_kubeconfig(environment.launch.kubeconfig, tmp_path / "kubeconfig")
        environment.launch = replace(environment.launch, kubeconfig=tmp_path / "kubeconfig")
        environment.start_operator()
        yield Proxied(environment, proxy)
        proxy.recover()


class TestSilentApiServer:
    def test_what_people_did_meanwhile_is_done_once_when_it_answers_again(self, proxied: Proxied) -> None:
        environment = proxied.environment
        principals = [environment.simulator.create_service_principal().id for _ in range(3)]
        edited, deleted = (environment.apply_job(principal) for principal in principals[:2])
        for name in (edited, deleted):
            environment.wait_ready(name)
        proxied.proxy.fall_silent()
        environment.change_job(edited, schedule={"state": "Paused"})
        environment.delete_job(deleted)
        made = environment.apply_job(principals[2])
        until(proxied.silence, lambda seconds: seconds > 2 * SILENCE_SECONDS, what="the operator has noticed it")
        assert [environment.writes(principal) for principal in principals] == [["createJob", "startJob"]] * 2 + [[]]
        proxied.proxy.recover()
        environment.wait_gone(deleted)
        environment.wait_ready(made)
        environment.wait(edited, lambda found: found["status"]["job"], "the edit is seen")
        until(lambda: environment.writes(principals[0]), lambda found: "pauseJob" in found, what="the job is paused")
        assert [environment.writes(principal) for principal in principals] == [
            ["createJob", "startJob", "pauseJob"],
            ["createJob", "startJob", "deleteJob"],
            ["createJob", "startJob"],
        ]

    def test_the_operator_stays_alive_and_reads_graph_meanwhile_without_a_line_for_each_call(
        self, proxied: Proxied
    ) -> None:
        environment = proxied.environment
        principal = environment.simulator.create_service_principal().id
        environment.wait_ready(environment.apply_job(principal))
        proxied.proxy.fall_silent()
        until(proxied.silence, lambda seconds: seconds > SILENCE_SECONDS, what="the operator has noticed it")
        environment.wait_polls(principal, count=1)
        assert environment.operator is not None
        assert environment.operator.read("/healthz")[0] == 200
        assert "Graph was called" not in environment.operator.output
        assert environment.writes(principal) == ["createJob", "startJob"]


@contextmanager
def refusing(cluster: Cluster, namespace: str, resource: str) -> Iterator[None]:
    """Let an admission policy refuse each update of a resource in a namespace, as the policy of a platform team may."""
    name = f"refuse-{namespace}"
    rule = {"apiGroups": [GROUP], "apiVersions": ["*"], "operations": ["UPDATE"], "resources": [resource]}
    selector = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    constraints = {"resourceRules": [rule], "namespaceSelector": selector}
    validation = {"expression": "false", "message": REFUSAL}
    spec: Object = {"matchConstraints": constraints, "validations": [validation], "failurePolicy": "Fail"}
    binding: Object = {"policyName": name, "validationActions": ["Deny"]}
    kinds = {"ValidatingAdmissionPolicy": spec, "ValidatingAdmissionPolicyBinding": binding}
    for kind, content in kinds.items():
        manifest = {"apiVersion": ADMISSION, "kind": kind, "metadata": {"name": name}, "spec": content}
        cluster.create(plural_of(kind), manifest)
    try:
        yield
    finally:
        for kind in kinds:
            cluster.delete(ADMISSION, plural_of(kind), name)


def plural_of(kind: str) -> str:
    return "validatingadmissionpolicies" if kind.endswith("Policy") else "validatingadmissionpolicybindings"


@pytest.mark.parametrize("resource", [PLURAL, f"{PLURAL}/status"], ids=["the finalizer", "the status"])
def test_no_job_is_created_while_an_admission_policy_refuses(
    own_environment: OperatorEnvironment, resource: str
) -> None:
    environment = own_environment
    principal = environment.simulator.create_service_principal().id
    with refusing(environment.cluster, environment.namespace, resource):
        until(lambda: refuses(environment, resource), what="the policy is in force")
        name = environment.apply_job(principal)
        until(lambda: environment.log.read_text().count(REFUSAL) >= TRIES, what="the log has its words again and again")
        assert environment.writes(principal) == []
    environment.wait_ready(name)
    assert environment.writes(principal) == ["createJob", "startJob"]


def refuses(environment: OperatorEnvironment, resource: str) -> bool:
    """Whether the API server refuses an update now. A policy takes a moment to be in force."""
    principal = environment.simulator.create_service_principal().id
    probe = environment.apply_job(principal, suspend=True)
    try:
        if "/" in resource:
            environment.cluster.replace_status(PLURAL, environment.job(probe) | {"status": {}})
        else:
            environment.annotate(probe, requested_at="now")
    except RefusedError as refusal:  # the operator may have been faster with a write of its own
        return REFUSAL in str(refusal)
    return False


def test_somebody_who_edits_four_times_a_second_neither_doubles_nor_stops_a_create(
    environment: OperatorEnvironment,
) -> None:
    principal = environment.simulator.create_service_principal().id
    name, is_over, edits = environment.apply_job(principal), threading.Event(), 0

    def edit() -> None:
        nonlocal edits
        while not is_over.wait(0.25):
            edits += 1
            label = {"metadata": {"labels": {"edit": str(edits)}}}
            environment.cluster.patch(API_VERSION, PLURAL, name, environment.namespace, merge=label)

    editor = threading.Thread(target=edit)
    editor.start()
    try:
        environment.wait_ready(name)
        environment.change_job(name, schedule={"state": "Paused"})
        until(lambda: environment.writes(principal), lambda found: "pauseJob" in found, what="the job is paused")
        until(lambda: edits, lambda made: made > MIN_EDITS, what="there were many edits")
    finally:
        is_over.set()
        editor.join()
    assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]
