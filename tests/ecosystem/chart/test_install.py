"""Install, upgrade and uninstall on a real API server, by every Helm."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from entrasync.api.names import (
    API_VERSION,
    CONNECTION_KIND,
    CONNECTION_PLURAL,
    GROUP,
    KIND,
    PLURAL,
    PROVISIONING_PLURAL,
)
from tests.support.cluster import Cluster
from tests.support.helm import Helm, HelmError
from tests.support.installation import NOBODY, SECRET, SimulatedTenant, clear
from tests.support.polling import until

CRD = "synchronizationjobs.entrasync.io"
FIRST_CRD = "graphconnections.entrasync.io"
"""The CRD that a refusal names, as it is checked first."""
PROOF = {"clientId": NOBODY, "secretRef": {"name": "team", "key": "client-secret"}}
WITHOUT_CRDS: dict[str, Any] = {"crds": {"enabled": False}}
RBAC = "rbac.authorization.k8s.io/v1"
KINDS = (
    ("apps/v1", "deployments"),
    ("v1", "serviceaccounts"),
    ("v1", "services"),
    ("policy/v1", "poddisruptionbudgets"),
    ("networking.k8s.io/v1", "networkpolicies"),
    (RBAC, "clusterroles"),
    (RBAC, "clusterrolebindings"),
    (RBAC, "roles"),
    (RBAC, "rolebindings"),
)


def release_objects(cluster: Cluster, release: str) -> dict[str, list[dict[str, Any]]]:
    """All objects of a release in the cluster, by kind, without the CRDs."""
    selector = f"app.kubernetes.io/instance={release}"
    found = {plural: cluster.list(version, plural, labelSelector=selector) for version, plural in KINDS}
    return {plural: objects for plural, objects in found.items() if objects}


def find_crd(cluster: Cluster) -> dict[str, Any] | None:
    return cluster.find("apiextensions.k8s.io/v1", "customresourcedefinitions", CRD)


def list_our_crds(cluster: Cluster) -> list[str]:
    """List the names of our CRDs in the cluster."""
    found = cluster.list("apiextensions.k8s.io/v1", "customresourcedefinitions")
    return [each["metadata"]["name"] for each in found if each["spec"]["group"] == GROUP]


@contextmanager
def prepared(cluster: Cluster, tenant: SimulatedTenant) -> Iterator[str]:
    """Name a release, and prepare a namespace of this name for it; clear the cluster afterwards."""
    name = f"release-{secrets.token_hex(4)}"
    try:
        tenant.prepare(cluster, name)
        yield name
    finally:
        clear(cluster)


@pytest.fixture
def release(bare_cluster: Cluster, tenant: SimulatedTenant) -> Iterator[str]:
    with prepared(bare_cluster, tenant) as name:
        yield name


@dataclass(frozen=True)
class Installed:
    """The state of a release right after its install. Some tests change it, which the others must not see."""

    name: str
    notes: str
    release_objects: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="class")
def installed_without_crds(bare_cluster: Cluster, helm: Helm, tenant: SimulatedTenant) -> Iterator[Installed]:
    with prepared(bare_cluster, tenant) as name:
        notes = helm.at(bare_cluster).install(name, name, values=WITHOUT_CRDS)
        yield Installed(name, notes, release_objects(bare_cluster, name))


@pytest.fixture(scope="class")
def installed(bare_cluster: Cluster, helm: Helm, tenant: SimulatedTenant) -> Iterator[Installed]:
    with prepared(bare_cluster, tenant) as name:
        notes = helm.at(bare_cluster).install(name, name)
        bare_cluster.wait_served(CRD)
        yield Installed(name, notes, release_objects(bare_cluster, name))


@dataclass(frozen=True)
class Leftover:
    """What is left after an uninstall."""

    release: str
    release_objects: dict[str, list[dict[str, Any]]]
    crd: dict[str, Any] | None


@pytest.fixture(scope="class")
def leftover(bare_cluster: Cluster, helm: Helm, installed: Installed) -> Leftover:
    helm.at(bare_cluster)("uninstall", installed.name, f"--namespace={installed.name}")
    return Leftover(installed.name, release_objects(bare_cluster, installed.name), find_crd(bare_cluster))


class TestInstall:
    """One release for each Helm."""

    def test_the_api_server_accepts_all_of_the_chart(self, installed: Installed) -> None:
        assert {plural: len(objects) for plural, objects in installed.release_objects.items()} == {
            "deployments": 1,
            "serviceaccounts": 1,
            "services": 1,
            "poddisruptionbudgets": 1,
            "clusterroles": 4,
            "clusterrolebindings": 1,
            "roles": 1,
            "rolebindings": 1,
        }

    def test_people_may_do_what_their_role_says(self, bare_cluster: Cluster, helm: Helm, installed: Installed) -> None:
        """Whoever may only view sees no ProvisioningRequest, and only the admin of a namespace changes connections."""
        jobs, requests, connections = PLURAL, PROVISIONING_PLURAL, CONNECTION_PLURAL
        for role, seen, changed in (
            ("view", {jobs, connections}, set[str]()),
            ("edit", {jobs, connections, requests}, {jobs, requests}),
            ("admin", {jobs, connections, requests}, {jobs, connections, requests}),
        ):
            bound = (f"--clusterrole={installed.name}-entra-sync-operator-{role}", f"--user={role}")
            bare_cluster.plane.kubectl("create", "rolebinding", role, f"--namespace={installed.name}", *bound)
            for verb, kinds in (("list", seen), ("patch", changed)):
                asked = partial(find_allowed, bare_cluster, installed.name, role, verb)
                until(asked, kinds.__eq__, what=f"{role} may {verb} {kinds}")

    def test_a_rollback_undoes_an_upgrade(self, bare_cluster: Cluster, helm: Helm, installed: Installed) -> None:
        before, name = installed.release_objects["deployments"][0]["spec"], installed.name
        values = {"logLevel": "warning", "networkPolicy": {"enabled": True}, "startupProbe": {"failureThreshold": 9}}
        helm.at(bare_cluster).install(name, name, values=values)
        assert release_objects(bare_cluster, name)["networkpolicies"]
        helm.at(bare_cluster)("rollback", name, f"--namespace={name}")
        found = release_objects(bare_cluster, name)
        assert found["deployments"][0]["spec"] == before
        assert "networkpolicies" not in found

    def test_an_uninstall_leaves_nothing_but_the_crds(self, leftover: Leftover) -> None:
        assert leftover.release_objects == {}
        assert leftover.crd

    def test_a_new_release_takes_over_the_crds_that_were_kept(
        self, bare_cluster: Cluster, helm: Helm, leftover: Leftover
    ) -> None:
        helm.at(bare_cluster).install(leftover.release, leftover.release)
        assert find_crd(bare_cluster)


class TestInstallWithoutCrds:
    """One release for each Helm."""

    def test_the_pod_passes_the_restricted_profile(
        self, bare_cluster: Cluster, installed_without_crds: Installed
    ) -> None:
        """The namespace enforces the profile, and the API server's admission decides."""
        release, [deployment] = installed_without_crds.name, installed_without_crds.release_objects["deployments"]
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}}
        bare_cluster.create("pods", pod | {"spec": deployment["spec"]["template"]["spec"]}, release, dry_run=True)

    def test_the_notes_show_the_next_two_commands(self, installed_without_crds: Installed) -> None:
        release, notes = installed_without_crds.name, installed_without_crds.notes.split("NOTES:")[1]
        commands = [line.strip() for line in notes.splitlines() if line.startswith("  kubectl")]
        assert commands == [
            f"kubectl --namespace {release} rollout status deployment/{release}-entra-sync-operator",
            "kubectl get synchronizationjobs --watch --all-namespaces",
        ]

    def test_the_notes_warn_of_a_crd_that_nobody_installed(self, installed_without_crds: Installed) -> None:
        assert "This cluster has no SynchronizationJobs yet" in installed_without_crds.notes

    def test_an_upgrade_changes_what_was_asked_for_and_leaves_nothing_behind(
        self, bare_cluster: Cluster, helm: Helm, installed_without_crds: Installed
    ) -> None:
        release = installed_without_crds.name
        changed = {"watch": {"scope": "Namespaces", "namespaces": [release]}, "logLevel": "debug"}
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS | changed)
        found = release_objects(bare_cluster, release)
        [container] = found["deployments"][0]["spec"]["template"]["spec"]["containers"]
        assert {f"--namespaces={release}", "--log-level=debug"} <= set(container["args"])
        in_namespace = {"deployments", "serviceaccounts", "services", "poddisruptionbudgets"}
        assert set(found) == {*in_namespace, "roles", "rolebindings"}


def test_an_uninstall_removes_crds_that_are_not_to_be_kept(bare_cluster: Cluster, helm: Helm, release: str) -> None:
    helm.at(bare_cluster).install(release, release, values={"crds": {"keep": False}})
    bare_cluster.wait_served(CRD)
    helm.at(bare_cluster)("uninstall", release, f"--namespace={release}")
    assert release_objects(bare_cluster, release) == {}
    bare_cluster.wait_gone("apiextensions.k8s.io/v1", "customresourcedefinitions", CRD)


class TestRefusals:
    """Each refusal is one sentence that says what to do. The test does this, and it works."""

    def test_a_missing_secret_is_refused(self, bare_cluster: Cluster, helm: Helm, release: str) -> None:
        bare_cluster.delete("v1", "secrets", SECRET, release)
        reported = refusal(bare_cluster, helm, release)
        assert (
            f"the Secret {SECRET} (connection.existingSecret) is not in namespace {release}: make it with" in reported
        )
        assert "connection.checkSecret=false" in reported
        run_commands_in(bare_cluster, reported, FILE="/dev/null")
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)

    def test_a_missing_namespace_is_refused_as_a_missing_secret(self, bare_cluster: Cluster, helm3: Helm) -> None:
        with pytest.raises(HelmError, match="is not in namespace nowhere: make it with"):
            helm3.at(bare_cluster).install("nowhere", "nowhere", "--create-namespace")

    def test_a_missing_key_of_the_secret_is_refused(self, bare_cluster: Cluster, helm3: Helm, release: str) -> None:
        reported = refusal(bare_cluster, helm3, release, {"connection": {"keys": {"clientId": "app-id"}}})
        assert reported.endswith(
            f"the Secret {SECRET} in namespace {release} has no key app-id but client-id, client-secret, tenant-id: "
            "add the key, or name the right one in connection.keys.clientId."
        )

    def test_a_secret_that_is_made_later_is_accepted_where_the_values_say_so(
        self, bare_cluster: Cluster, helm3: Helm, release: str
    ) -> None:
        bare_cluster.delete("v1", "secrets", SECRET, release)
        values = WITHOUT_CRDS | {"connection": {"checkSecret": False}}
        reported = helm3.at(bare_cluster).install(release, release, values=values)
        assert f"Its pod starts as soon as there is a Secret {SECRET} in namespace {release}" in reported

    def test_a_trial_in_place_of_a_real_tenant_is_refused(
        self, bare_cluster: Cluster, helm: Helm, release: str
    ) -> None:
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)
        reported = refusal(bare_cluster, helm, release, WITHOUT_CRDS | {"simulator": {"enabled": True}})
        assert f"simulator.enabled is true, but namespace {release} has the Secret {SECRET}" in reported
        assert "install the trial in another namespace, or set simulator.enabled=false" in reported

    def test_crds_that_something_else_installed_are_refused(
        self, bare_cluster: Cluster, helm: Helm, release: str
    ) -> None:
        bare_cluster.plane.kubectl("create", "--filename=crds")
        reported = refusal(bare_cluster, helm, release)
        assert f"the CRD {FIRST_CRD} was installed by something other than Helm" in reported
        assert ": set crds.enabled=false" in reported
        helm.at(bare_cluster).install(release, release, values=WITHOUT_CRDS)
        run_commands_in(bare_cluster, reported)
        helm.at(bare_cluster).install(release, release)

    @pytest.mark.parametrize(
        ("kind", "plural", "crd", "spec"),
        [
            (KIND, PLURAL, CRD, {"servicePrincipal": {"objectId": NOBODY}, "template": {"id": "scim"}}),
            (CONNECTION_KIND, CONNECTION_PLURAL, FIRST_CRD, {"tenantId": NOBODY, "clientSecret": PROOF}),
        ],
        ids=[KIND, CONNECTION_KIND],
    )
    def test_crds_that_are_being_deleted_are_refused_until_they_are_gone(
        self, bare_cluster: Cluster, helm3: Helm, release: str, kind: str, plural: str, crd: str, spec: dict[str, Any]
    ) -> None:
        helm3.at(bare_cluster).install(release, release, values={"crds": {"keep": False}})
        bare_cluster.wait_served(crd)
        metadata = {"name": "held", "finalizers": ["example.com/another"]}
        held = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
        bare_cluster.create(plural, held, release)
        helm3.at(bare_cluster)("uninstall", release, f"--namespace={release}")
        until(partial(list_our_crds, bare_cluster), [crd].__eq__, what="the CRDs without objects are gone")
        reported = refusal(bare_cluster, helm3, release)
        assert f"the CRD {crd} is being deleted, with all its objects: wait until it is gone (`kubectl wait" in reported
        assert f"the objects that `kubectl get {plural} --all-namespaces` still shows" in reported
        bare_cluster.patch(API_VERSION, plural, "held", release, merge={"metadata": {"finalizers": None}})
        run_commands_in(bare_cluster, reported)
        helm3.at(bare_cluster).install(release, release)

    def test_crds_of_another_release_are_refused(self, bare_cluster: Cluster, helm3: Helm, release: str) -> None:
        helm3.at(bare_cluster).install("other", release)
        reported = refusal(bare_cluster, helm3, release)
        assert f"the CRD {FIRST_CRD} was installed by Helm's release {release}/other" in reported
        run_commands_in(bare_cluster, reported)
        helm3.at(bare_cluster).install(release, release)

    def test_connections_of_the_values_are_made_once_the_cluster_knows_their_kind(
        self, bare_cluster: Cluster, helm: Helm, release: str
    ) -> None:
        values = {"graphConnections": [{"name": "contoso", "spec": {"tenantId": NOBODY, "clientSecret": PROOF}}]}
        reported = refusal(bare_cluster, helm, release, values)
        assert "this cluster does not know the kind GraphConnection yet: install without graphConnections" in reported
        helm.at(bare_cluster).install(release, release)
        bare_cluster.wait_served(FIRST_CRD)
        helm.at(bare_cluster).install(release, release, values=values)
        assert bare_cluster.get(API_VERSION, CONNECTION_PLURAL, "contoso", release)["spec"]["tenantId"] == NOBODY

    def test_nothing_is_refused_as_missing_without_a_cluster(self, helm3: Helm) -> None:
        assert "kind: Deployment" in helm3.render("entra")


def find_allowed(cluster: Cluster, namespace: str, user: str, verb: str) -> set[str]:
    """Find the kinds of ours on which somebody may do something, by what the API server itself says."""
    found = set()
    for plural in (PLURAL, PROVISIONING_PLURAL, CONNECTION_PLURAL):
        asked = {"namespace": namespace, "verb": verb, "group": GROUP, "resource": plural}
        review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "metadata": {}}
        spec = {"user": user, "resourceAttributes": asked}
        if cluster.create("subjectaccessreviews", review | {"spec": spec})["status"]["allowed"]:
            found.add(plural)
    return found


def refusal(cluster: Cluster, helm: Helm, release: str, values: dict[str, Any] | None = None) -> str:
    """Try to install; return the sentence that says why it is refused."""
    with pytest.raises(HelmError) as refused:
        helm.at(cluster).install(release, release, values=values)
    [sentence] = [line for line in str(refused.value).splitlines() if "execution error" in line]
    assert sentence.endswith(".")
    return sentence


def run_commands_in(cluster: Cluster, reported: str, **blanks: str) -> None:
    """Run the commands that a sentence has in backticks."""
    commands = reported.split("`")[1]
    for blank, filling in blanks.items():
        commands = commands.replace(blank, filling)
    for command in commands.split(" && "):
        program, *arguments = command.split()
        assert program == "kubectl"
        cluster.plane.kubectl(*arguments)
