"""An operator for some namespaces, with the chart's roles: a missing or terminating one does not harm the others."""

import secrets
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from control_plane import ControlPlane
from entrasync.api.names import API_VERSION, FINALIZER, KIND, PLURAL
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object, RefusedError, has_condition
from tests.support.cuttable_proxy import CuttableProxy
from tests.support.helm import ROOT, documents
from tests.support.installation import SimulatedTenant, make_namespace
from tests.support.pod import Pod
from tests.support.polling import until
from tests.support.warm_start import fork_operator

HOME, STEADY, TERMINATING, LATE, MISTYPED = "entra", "steady", "terminating", "late", "mistyped"
RBAC = "rbac.authorization.k8s.io/v1"


@dataclass(frozen=True)
class NamespacedOperator:
    """A running operator with the chart's roles in each of its namespaces."""

    cluster: Cluster
    tenant: SimulatedTenant
    pod: Pod
    proxy: CuttableProxy
    roles: dict[str, list[Object]]

    def apply_job(self, namespace: str) -> tuple[str, str]:
        """Make a resource and the service principal of its job; return both names."""
        principal, name = self.tenant.simulator.create_service_principal().id, f"job-{secrets.token_hex(4)}"
        metadata = {"name": name, "namespace": namespace}
        spec = {"servicePrincipal": {"objectId": principal}, "template": {"id": "scim"}}
        job = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}
        self.cluster.create(PLURAL, job, namespace)
        return name, principal

    def wait_ready(self, namespace: str, name: str, within_seconds: float = 20.0) -> None:
        """Wait until a resource is Ready."""
        self.cluster.wait_for(
            API_VERSION,
            PLURAL,
            name,
            namespace,
            holds=lambda job: has_condition(job, "Ready"),
            what=f"Ready; the operator's log ends:\n{self.pod.output[-2000:]}",
            within_seconds=within_seconds,
        )

    def makes_ready(self, namespace: str) -> bool:
        """Create a resource in a namespace and wait until it is Ready."""
        name, _ = self.apply_job(namespace)
        self.wait_ready(namespace, name)
        return True

    def lines(self, *words: str) -> list[str]:
        """Find the lines of the operator's log with all of these words."""
        return [line for line in self.pod.output.splitlines() if all(word in line for word in words)]

    def wait_logged(self, *words: str, within_seconds: float = 40.0) -> None:
        """Wait until its log has a line with all of these words."""
        until(lambda: self.lines(*words), what=f"the log has {words}", within_seconds=within_seconds)

    def refused(self) -> set[str]:
        """Read from its metrics which namespaces are refused."""
        metrics = self.pod.get("/metrics", "http")[1].splitlines()
        reported = [
            line for line in metrics if line.startswith("entrasync_namespace_refused{") and line.endswith(" 1.0")
        ]
        return {line.split('"')[1] for line in reported}


@pytest.fixture(scope="module")
def scoped_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane of its own, as that of the other tests has an operator for all namespaces."""
    folder = tmp_path_factory.mktemp("scoped-plane")
    with (
        ControlPlane.start(folder, controllers=("namespace-controller",)) as plane,
        Cluster(plane) as cluster,
    ):
        cluster.apply_crds(ROOT / "crds")
        yield cluster


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedTenant]:
    with SimulatedTenant.open(tmp_path_factory.mktemp("graph") / "world") as tenant:
        yield tenant


@pytest.fixture(scope="module")
def operator(
    scoped_cluster: Cluster, tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NamespacedOperator]:
    """An operator for four namespaces, two of which do not exist."""
    tenant.prepare(scoped_cluster, HOME)
    for namespace in (STEADY, TERMINATING):
        make_namespace(scoped_cluster, namespace)
    watch = {"scope": "Namespaces", "namespaces": [STEADY, TERMINATING, LATE, MISTYPED]}
    values = tenant.values() | {"fullnameOverride": HOME, "watch": watch, "crds": {"enabled": False}}
    rendered = documents(find_helm("helm3", tmp_path_factory).render("entra", f"--namespace={HOME}", values=values))
    roles = {
        name: [each for each in rendered if each["metadata"].get("namespace") == name] for name in watch["namespaces"]
    }
    absent = [*roles[LATE], *roles[MISTYPED]]
    scoped_cluster.apply([each for each in rendered if each not in absent])
    with CuttableProxy.to(scoped_cluster.plane.url) as proxy:
        pod = Pod.of(scoped_cluster, HOME, HOME, tmp_path_factory.mktemp("pod"), begin=fork_operator)
        kubeconfig = Path(pod.environment["KUBECONFIG"])
        proxied = kubeconfig.with_name(f"{kubeconfig.name}-by-proxy")
        proxy.write_kubeconfig(kubeconfig, proxied)
        pod.variables = {"KUBECONFIG": str(proxied)}
        operator = NamespacedOperator(scoped_cluster, tenant, pod, proxy, roles)
        with pod:
            wait_ready(pod)
            yield operator


def wait_ready(pod: Pod) -> None:
    """Wait until it has started without the refused namespaces, which it waits for at first."""
    try:
        until(lambda: pod.probe("readinessProbe"), lambda code: code == 200, what="ready", within_seconds=60)
    except AssertionError as error:
        raise AssertionError(f"{error}\nIts log ends:\n{pod.output[-3000:]}") from error


class TestMissingNamespace:
    def test_a_missing_namespace_is_reported_once_with_what_to_do(self, operator: NamespacedOperator) -> None:
        [reported] = operator.lines("refuses what the operator must list and watch in namespace", MISTYPED)
        assert "take it out of watch.namespaces" in reported
        assert MISTYPED in operator.refused()

    def test_a_missing_namespace_does_not_delay_the_others(self, operator: NamespacedOperator) -> None:
        assert operator.makes_ready(STEADY)

    def test_a_missing_namespace_is_watched_once_it_is_created(self, operator: NamespacedOperator) -> None:
        make_namespace(operator.cluster, LATE)
        name, _ = operator.apply_job(LATE)
        operator.cluster.apply(operator.roles[LATE])
        operator.wait_ready(LATE, name)
        until(operator.refused, lambda refused: LATE not in refused, what="it is no longer refused")


@dataclass(frozen=True)
class TerminatingNamespace:
    """What was observed of a terminating namespace whose RoleBinding was deleted before its resource."""

    job: Object
    refusal: str
    """The API server's answer to a new RoleBinding."""
    writes: int
    """How often the operator logged a refused write, long after the last one."""
    is_ready: bool
    others_become_ready: bool
    refused: set[str]


@pytest.fixture(scope="module")
def terminating(operator: NamespacedOperator) -> TerminatingNamespace:
    """Graph does not answer until the RoleBinding is deleted, so that the operator is never faster."""
    name, principal = operator.apply_job(TERMINATING)
    operator.wait_ready(TERMINATING, name)
    silence = operator.tenant.simulator.fault("close", service_principal=principal, times=None)
    operator.cluster.delete("v1", "namespaces", TERMINATING)
    operator.cluster.wait_gone(RBAC, "rolebindings", HOME, TERMINATING)
    silence.remove()
    operator.wait_logged("refuses what the operator must list and watch in namespace", TERMINATING)
    operator.proxy.cut()
    operator.wait_logged("cannot watch resource", f'in the namespace "{TERMINATING}"')
    reported = len(operator.lines("did not take a write", TERMINATING))
    others = operator.makes_ready(STEADY)
    [binding] = [each for each in operator.roles[TERMINATING] if each["kind"] == "RoleBinding"]
    with pytest.raises(RefusedError) as refused:
        operator.cluster.create("rolebindings", binding, TERMINATING)
    return TerminatingNamespace(
        job=operator.cluster.get(API_VERSION, PLURAL, name, TERMINATING),
        refusal=str(refused.value),
        writes=len(operator.lines("did not take a write", TERMINATING)) - reported,
        is_ready=operator.pod.probe("readinessProbe") == 200 and operator.pod.probe("livenessProbe") == 200,
        others_become_ready=others,
        refused=operator.refused(),
    )


@pytest.fixture(scope="module")
def finished(operator: NamespacedOperator, terminating: TerminatingNamespace) -> Iterator[None]:
    """A person does what docs/promises.md says."""
    for command in commands():
        operator.cluster.plane.kubectl(*shlex.split(command.replace("NAMESPACE:SERVICEACCOUNT", f"{HOME}:{HOME}"))[1:])
    yield
    for kind in ("clusterrolebinding", "clusterrole"):
        operator.cluster.plane.kubectl("delete", kind, "finish-deletion")


def commands() -> list[str]:
    """Read the commands that grant the right from docs/promises.md."""
    text = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ kubectl create clusterrole")]


class TestNamespaceWithoutRoleBinding:
    def test_a_namespace_without_its_role_binding_waits_for_our_finalizer(
        self, terminating: TerminatingNamespace
    ) -> None:
        assert terminating.job["metadata"]["deletionTimestamp"]
        assert FINALIZER in terminating.job["metadata"]["finalizers"]

    def test_a_namespace_without_its_role_binding_is_reported_only_once(
        self, terminating: TerminatingNamespace
    ) -> None:
        assert terminating.writes == 0
        assert TERMINATING in terminating.refused

    def test_a_namespace_without_its_role_binding_harms_no_other(self, terminating: TerminatingNamespace) -> None:
        assert terminating.is_ready
        assert terminating.others_become_ready

    def test_a_terminating_namespace_accepts_no_new_role_binding(self, terminating: TerminatingNamespace) -> None:
        assert "being terminated" in terminating.refusal

    def test_a_terminating_namespace_ends_when_the_right_is_granted_from_outside(
        self, operator: NamespacedOperator, finished: None, terminating: TerminatingNamespace
    ) -> None:
        name, principal = terminating.job["metadata"]["name"], terminating.job["spec"]["servicePrincipal"]["objectId"]
        operator.cluster.wait_gone(API_VERSION, PLURAL, name, TERMINATING)
        operator.cluster.wait_gone("v1", "namespaces", TERMINATING, within_seconds=90)
        assert [job for job in operator.tenant.simulator.jobs(principal) if not job.is_deleted] == []

    def test_a_job_is_deleted_once_although_its_resource_could_not_be_released_for_long(
        self, operator: NamespacedOperator, finished: None, terminating: TerminatingNamespace
    ) -> None:
        principal = terminating.job["spec"]["servicePrincipal"]["objectId"]
        deletions = operator.tenant.simulator.journal(operation="deleteJob", service_principal=principal)
        assert [entry.status for entry in deletions if entry.status is not None] == [204]
