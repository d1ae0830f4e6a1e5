"""The operator runs as its Deployment says, as its own ServiceAccount, with the roles of the chart.

Once for the cluster, installed by Helm 3, and once for a namespace, installed by Helm 4.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from entrasync.api.names import API_VERSION, KIND, PLURAL, PROVISIONING_KIND, PROVISIONING_PLURAL
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object, has_condition
from tests.support.helm import ROOT
from tests.support.installation import CRD, SECRET, SimulatedTenant, clear, make_namespace, write_connection
from tests.support.pod import Pod, has_user_namespaces
from tests.support.polling import until
from tests.support.resource_documents import has_schema_as_wanted, map_user_name_to
from tests.support.rights import granted, used

ASKED_IN_VAIN = ("refused get", "apiextensions.k8s.io/customresourcedefinitions")
"""What an install for namespaces asks for once, though only one that installs the CRDs is granted it."""

EXAMPLE = ROOT / "examples" / "minimal.yaml"


@dataclass(frozen=True)
class Release:
    """A release whose operator runs, and a namespace of a user."""

    cluster: Cluster
    tenant: SimulatedTenant
    pod: Pod
    team: str
    is_for_cluster: bool

    def apply_job(self, namespace: str, template: str = "scim") -> tuple[str, str]:
        """Make a service principal and a SynchronizationJob for it; return the resource's name and the principal."""
        principal = self.tenant.simulator.create_service_principal().id
        metadata = {"name": f"job-{secrets.token_hex(4)}", "namespace": namespace}
        spec = {"servicePrincipal": {"objectId": principal}, "template": {"id": template}}
        job = {"apiVersion": API_VERSION, "kind": KIND, "metadata": metadata, "spec": spec}
        self.cluster.create(PLURAL, job, namespace)
        return metadata["name"], principal

    def wait_ready(self, name: str) -> Object:
        """Wait until a resource of the team is Ready."""
        try:
            return self.cluster.wait_for(
                API_VERSION, PLURAL, name, self.team, holds=lambda job: has_condition(job, "Ready"), what="Ready"
            )
        except AssertionError as error:
            raise AssertionError(f"{error}\nThe operator's log ends:\n{self.pod.output[-3000:]}") from error

    def map_user_name_to(self, name: str, text: str) -> None:
        """Have a constant flow into the user name, and wait until it does."""
        merge = {"spec": {"schema": map_user_name_to(text)}}
        self.cluster.patch(API_VERSION, PLURAL, name, self.team, merge=merge)
        self.cluster.wait_for(API_VERSION, PLURAL, name, self.team, holds=has_schema_as_wanted, what=f"it maps {text}")

    def restore_schema(self, name: str) -> None:
        """Restore the schema from the last backup, and wait until it is as it was."""
        [backup, *_] = self.cluster.get(API_VERSION, PLURAL, name, self.team)["status"]["schema"]["backups"]
        source = {"configMapKeyRef": {"name": backup["name"], "key": "schema.json.gz"}}
        merge = {"spec": {"schema": {"rules": None, "policy": "Replace", "from": source}}}
        self.cluster.patch(API_VERSION, PLURAL, name, self.team, merge=merge)
        self.cluster.wait_for(API_VERSION, PLURAL, name, self.team, holds=has_schema_as_wanted, what="it is restored")

    def list_roles(self) -> list[Object]:
        """List the roles that the release bound to its operator."""
        rbac, labels = "rbac.authorization.k8s.io/v1", "app.kubernetes.io/name=entra-sync-operator"
        own = self.cluster.list(rbac, "roles", self.pod.namespace, labelSelector=labels)
        if self.is_for_cluster:
            bound = {each["roleRef"]["name"] for each in self.cluster.list(rbac, "clusterrolebindings")}
            made = self.cluster.list(rbac, "clusterroles", None, labelSelector=labels)
            return [*own, *(role for role in made if role["metadata"]["name"] in bound)]
        return [*own, *self.cluster.list(rbac, "roles", self.team, labelSelector=labels)]

    def reasons(self, name: str) -> set[str]:
        """The reasons of the Events of a resource."""
        return {
            event["reason"]
            for event in self.cluster.list("v1", "events", self.team)
            if event["involvedObject"]["name"] == name
        }


@pytest.fixture(scope="module", params=[("helm3", "Cluster"), ("helm4", "Namespaces")], ids=lambda each: "-".join(each))
def release(
    bare_cluster: Cluster,
    tenant: SimulatedTenant,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[Release]:
    """An installed release with its operator running."""
    (name, scope), home = request.param, f"entra-{secrets.token_hex(4)}"
    team = f"team-{home}"
    make_namespace(bare_cluster, team)
    tenant.prepare(bare_cluster, home)
    values = tenant.values() | {"fullnameOverride": home}
    if scope == "Namespaces":
        bare_cluster.apply_crds(ROOT / "crds")
        values |= {"watch": {"scope": scope, "namespaces": [team]}, "crds": {"enabled": False}}
    find_helm(name, tmp_path_factory).at(bare_cluster).install("entra", home, values=values)
    bare_cluster.wait_served(CRD)
    with Pod.of(bare_cluster, home, home, tmp_path_factory.mktemp("pod")) as pod:
        yield Release(bare_cluster, tenant, pod.wait_ready(), team, scope == "Cluster")
    clear(bare_cluster)


@pytest.fixture(scope="module")
def example(release: Release) -> Iterator[Object]:
    """The smallest example, applied and Ready; its service principal is in the tenant."""
    [manifest] = yaml.safe_load_all(EXAMPLE.read_text(encoding="utf-8"))
    spec = manifest["spec"]
    template = {"id": spec["template"]["id"], "factory_tag": spec["template"]["id"]}
    principal = release.tenant.simulator.create_service_principal(
        id=spec["servicePrincipal"]["objectId"], templates=[template]
    )
    release.cluster.apply(EXAMPLE, release.team)
    yield release.wait_ready(manifest["metadata"]["name"])
    release.tenant.simulator.remove_service_principal(principal.id)


def test_the_installed_operator_brings_the_example_to_ready(release: Release, example: Object) -> None:
    [job] = release.tenant.simulator.jobs(example["spec"]["servicePrincipal"]["objectId"])
    assert example["status"]["job"]["id"] == job.id
    assert job.starts == 1


def test_the_installed_operator_reports_what_it_did_by_events(release: Release, example: Object) -> None:
    until(lambda: release.reasons(example["metadata"]["name"]), {"JobCreated", "JobStarted"}.issubset, what="Events")


def provision_and_forget(release: Release, job: str) -> None:
    """Have a request sent and deleted, as its time to live is over at once."""
    subjects = [{"objectId": "anna", "objectTypeName": "User"}]
    spec = {"jobRef": {"name": job}, "subjects": subjects, "ttlSecondsAfterFinished": 0}
    metadata = {"name": "anna", "namespace": release.team}
    manifest = {"apiVersion": API_VERSION, "kind": PROVISIONING_KIND, "metadata": metadata, "spec": spec}
    release.cluster.create(PROVISIONING_PLURAL, manifest, release.team)
    release.cluster.wait_gone(API_VERSION, PROVISIONING_PLURAL, "anna", release.team)


def test_the_installed_operator_has_no_right_missing_and_none_unused(release: Release, example: Object) -> None:
    """By the API server's audit log, from creation to deletion: nothing needed was refused, every right was used."""
    write_connection(release.cluster, release.team)
    name, principal = release.apply_job(release.team)
    release.wait_ready(name)
    for text in "abcd":  # one more than backups are kept, so that one is deleted
        release.map_user_name_to(name, text)
    release.restore_schema(name)
    provision_and_forget(release, name)
    release.cluster.delete(API_VERSION, PLURAL, name, release.team)
    release.cluster.wait_gone(API_VERSION, PLURAL, name, release.team)
    assert [job for job in release.tenant.simulator.jobs(principal) if not job.is_deleted] == []
    roles = release.list_roles()
    expected = {right for role in roles for right in granted(role)} | (
        set() if release.is_for_cluster else {ASKED_IN_VAIN}
    )
    until(lambda: used(release.cluster, release.pod.user), expected.__eq__, what="what it did is its role")


def test_a_job_of_another_namespace_is_reconciled_only_by_a_release_for_the_cluster(release: Release) -> None:
    stranger = f"other-{secrets.token_hex(4)}"
    make_namespace(release.cluster, stranger)
    there, _ = release.apply_job(stranger)
    here, _ = release.apply_job(release.team)
    release.wait_ready(here)
    if release.is_for_cluster:
        release.cluster.wait_for(
            API_VERSION, PLURAL, there, stranger, holds=lambda job: has_condition(job, "Ready"), what="Ready"
        )
    else:
        job = release.cluster.get(API_VERSION, PLURAL, there, stranger)
        assert job["status"] == {"observedGeneration": -1}


def test_the_probes_of_the_installed_operator_succeed(release: Release) -> None:
    probes = [name for name in release.pod.container if name.endswith("Probe")]
    assert {name: release.pod.probe(name) for name in probes} == dict.fromkeys(
        ("startupProbe", "livenessProbe", "readinessProbe"), httpx.codes.OK
    )


def test_the_service_leads_to_the_metrics(release: Release) -> None:
    [service] = release.cluster.list("v1", "services", release.pod.namespace)
    labels = release.pod.deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    code, text = release.pod.get("/metrics", service["spec"]["ports"][0]["targetPort"])
    assert code == httpx.codes.OK
    assert "entrasync_reconcile_seconds" in text


def test_a_rotated_secret_is_picked_up_by_the_running_pod(release: Release) -> None:
    """The old secret is refused from now on. The test writes the mounted file again, as the kubelet would."""
    fresh = secrets.token_urlsafe(24)
    old = release.tenant.facts["client_secret"]
    release.tenant.simulator.set_application(secrets=[fresh])
    release.tenant.simulator.revoke_tokens()
    change_secret(release, fresh)
    try:
        name, _ = release.apply_job(release.team)
        release.wait_ready(name)
    finally:
        release.tenant.simulator.set_application(secrets=[old])
        release.tenant.simulator.revoke_tokens()
        change_secret(release, old)


def test_the_installed_operator_runs_as_a_user_without_a_name(release: Release) -> None:
    """As in a cluster, where a program that looks up its user's name would end at its start."""
    if not has_user_namespaces():  # CI requires them
        pytest.skip("This system lets nobody take another user's number.")
    assert release.pod.process is not None
    inside, *_ = Path(f"/proc/{release.pod.process.pid}/uid_map").read_text(encoding="utf-8").split()
    assert inside == "65532"


def test_the_installed_operator_ends_within_its_grace_period_and_starts_again(release: Release) -> None:
    assert release.pod.stop() == 0
    release.pod.start().wait_ready()


def test_no_secret_is_in_the_logs_and_events_of_the_installed_operator(release: Release, example: Object) -> None:
    assert release.tenant.facts["client_secret"] not in release.pod.output


def change_secret(release: Release, value: str) -> None:
    merge: dict[str, Any] = {"stringData": {"client-secret": value}}
    release.cluster.patch("v1", "secrets", SECRET, release.pod.namespace, merge=merge)
    release.pod.sync_volumes()


def test_the_folder_of_the_pod_holds_only_what_was_mounted(release: Release) -> None:
    mounted = {str(path.relative_to(release.pod.folder / "volumes")) for path in files_below(release.pod)}
    assert mounted == {"connection/client-secret", "graph/ca.pem"}


def files_below(pod: Pod) -> list[Path]:
    return [path for path in (pod.folder / "volumes").rglob("*") if path.is_file()]
