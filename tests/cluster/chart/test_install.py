"""Install, upgrade and uninstall on a real API server, by every Helm."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cluster import Cluster
from tests.support.helm import Helm, HelmError
from tests.support.installation import SECRET, SimulatedTenant, clear

CRD = "synchronizationjobs.entrasync.io"
FIRST_CRD = "graphconnections.entrasync.io"
"""The one that a refusal names: it is looked at first."""
WITHOUT_CRDS: dict[str, Any] = {"crds": {"enabled": False}}
RBAC = "rbac.authorization.k8s.io/v1"
KINDS = (
    ("apps/v1", "deployments"),
    ("v1", "serviceaccounts"),
    ("v1", "services"),
    (RBAC, "clusterroles"),
    (RBAC, "clusterrolebindings"),
    (RBAC, "roles"),
    (RBAC, "rolebindings"),
)


def belongings(cluster: Cluster, release: str) -> dict[str, list[dict[str, Any]]]:
    """All objects of a release in the cluster, by kind; CRDs apart."""
    selector = f"app.kubernetes.io/instance={release}"
    found = {plural: cluster.list(version, plural, labelSelector=selector) for version, plural in KINDS}
    return {plural: objects for plural, objects in found.items() if objects}


def find_crd(cluster: Cluster) -> dict[str, Any] | None:
    return cluster.find("apiextensions.k8s.io/v1", "customresourcedefinitions", CRD)


@pytest.fixture
def release(bare_cluster: Cluster, tenant: SimulatedTenant) -> Iterator[str]:
    """The name of a release, and of its namespace, in which all is prepared for it."""
    name = f"release-{secrets.token_hex(4)}"
    tenant.prepare(bare_cluster, name)
    yield name
    clear(bare_cluster)


class TestInstall:
    def test_the_api_server_takes_all_of_it(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        helm.at(bare_cluster).install(release, release)
        assert {plural: len(objects) for plural, objects in belongings(bare_cluster, release).items()} == {
            "deployments": 1,
            "serviceaccounts": 1,
            "services": 1,
            "clusterroles": 1,
            "clusterrolebindings": 1,
        }
        bare_cluster.wait_served(CRD)

    def test_the_pod_passes_the_restricted_profile(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        """The namespace enforces it, and the API server's own admission judges."""
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)
        [deployment] = belongings(bare_cluster, release)["deployments"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}}
        bare_cluster.create("pods", pod | {"spec": deployment["spec"]["template"]["spec"]}, release, dry_run=True)

    def test_the_notes_tell_the_next_two_commands(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        notes = helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS).split("NOTES:")[1]
        commands = [line.strip() for line in notes.splitlines() if line.startswith("  kubectl")]
        assert commands == [
            f"kubectl --namespace {release} rollout status deployment/{release}-entra-sync-operator",
            "kubectl get synchronizationjobs --watch --all-namespaces",
        ]

    def test_the_notes_warn_of_a_crd_that_nobody_installed(
        self, bare_cluster: Cluster, helm: Helm, release: str
    ) -> None:
        told = helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)
        assert "This cluster has no SynchronizationJobs yet" in told

    def test_an_upgrade_changes_what_was_asked_for_and_leaves_nothing_behind(
        self, bare_cluster: Cluster, helm: Helm, release: str
    ) -> None:
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)
        changed = {"watch": {"scope": "Namespaces", "namespaces": [release]}, "logLevel": "debug"}
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS | changed)
        found = belongings(bare_cluster, release)
        [container] = found["deployments"][0]["spec"]["template"]["spec"]["containers"]
        assert {f"--namespaces={release}", "--log-level=debug"} <= set(container["args"])
        assert set(found) == {"deployments", "serviceaccounts", "services", "roles", "rolebindings"}

    @pytest.mark.parametrize("keep", [True, False])
    def test_an_uninstall_leaves_nothing_but_the_crds_that_are_to_be_kept(
        self, bare_cluster: Cluster, helm: Helm, release: str, keep: bool
    ) -> None:
        helm.at(bare_cluster).install(release, release, values={"crds": {"keep": keep}})
        bare_cluster.wait_served(CRD)
        helm.at(bare_cluster)("uninstall", release, f"--namespace={release}")
        assert belongings(bare_cluster, release) == {}
        if keep:
            assert find_crd(bare_cluster)
        else:
            bare_cluster.wait_gone("apiextensions.k8s.io/v1", "customresourcedefinitions", CRD)

    def test_a_release_takes_its_kept_crds_again(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        helm.at(bare_cluster).install(release, release)
        helm.at(bare_cluster)("uninstall", release, f"--namespace={release}")
        helm.at(bare_cluster).install(release, release)
        assert find_crd(bare_cluster)


class TestRefusals:
    """Each in one sentence that says what to do; what it says is done here, and works."""

    def test_a_missing_secret(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        bare_cluster.delete("v1", "secrets", SECRET, release)
        told = refusal(bare_cluster, helm, release)
        assert f"the Secret {SECRET} (connection.existingSecret) is not in namespace {release}: make it with" in told
        assert "connection.checkSecret=false" in told
        do_as_told(bare_cluster, told, FILE="/dev/null")
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)

    def test_a_missing_namespace_is_a_missing_secret(self, bare_cluster: Cluster, helm3: Helm) -> None:
        with pytest.raises(HelmError, match="is not in namespace nowhere: make it with"):
            helm3.at(bare_cluster).install("nowhere", "nowhere", "--create-namespace")

    def test_a_missing_key(self, bare_cluster: Cluster, helm3: Helm, release: str) -> None:
        told = refusal(bare_cluster, helm3, release, {"connection": {"keys": {"clientId": "app-id"}}})
        assert told.endswith(
            f"the Secret {SECRET} in namespace {release} has no key app-id but client-id, client-secret, tenant-id: "
            "add the key, or name the right one in connection.keys.clientId."
        )

    def test_a_secret_that_is_made_later(self, bare_cluster: Cluster, helm3: Helm, release: str) -> None:
        bare_cluster.delete("v1", "secrets", SECRET, release)
        values = WITHOUT_CRDS | {"connection": {"checkSecret": False}}
        told = helm3.at(bare_cluster).install(release, release, values=values)
        assert f"Its pod starts as soon as there is a Secret {SECRET} in namespace {release}" in told

    def test_crds_that_something_else_installed(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        bare_cluster.plane.kubectl("create", "--filename=crds")
        told = refusal(bare_cluster, helm, release)
        assert f"the CRD {FIRST_CRD} was installed by something other than Helm" in told
        assert ": set crds.enabled=false" in told
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)
        do_as_told(bare_cluster, told)
        helm.at(bare_cluster).install(release, release)

    def test_crds_of_another_release(self, bare_cluster: Cluster, helm3: Helm, release: str) -> None:
        helm3.at(bare_cluster).install("other", release)
        told = refusal(bare_cluster, helm3, release)
        assert f"the CRD {FIRST_CRD} was installed by Helm's release {release}/other" in told
        do_as_told(bare_cluster, told)
        helm3.at(bare_cluster).install(release, release)

    def test_without_a_cluster_nothing_is_known_to_be_missing(self, helm3: Helm) -> None:
        assert "kind: Deployment" in helm3.render("entra")


def refusal(cluster: Cluster, helm: Helm, release: str, values: dict[str, Any] | None = None) -> str:
    """Try to install; returns the one sentence that says why not."""
    with pytest.raises(HelmError) as refused:
        helm.at(cluster).install(release, release, values=values)
    [sentence] = [line for line in str(refused.value).splitlines() if "execution error" in line]
    assert sentence.endswith(".")
    return sentence


def do_as_told(cluster: Cluster, told: str, **blanks: str) -> None:
    """Run the commands that a sentence has between backticks."""
    commands = told.split("`")[1]
    for blank, filling in blanks.items():
        commands = commands.replace(blank, filling)
    for command in commands.split(" && "):
        program, *arguments = command.split()
        assert program == "kubectl"
        cluster.plane.kubectl(*arguments)
