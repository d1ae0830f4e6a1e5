"""Installs that log in without a client secret: one without an identity, and one with a certificate."""

import secrets
from collections.abc import Iterator

import pytest

from entrasync.api.names import API_VERSION, CONNECTION_KIND, CONNECTION_PLURAL, KIND, PLURAL
from tests.support.certificates import certificate_pem, key_pem, make_certificate
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object, has_condition
from tests.support.helm import ROOT, Helm
from tests.support.installation import CA_FOLDER, SECRET, SimulatedTenant, clear, make_namespace
from tests.support.pod import Pod
from tests.support.warm_start import fork_operator


@pytest.fixture(scope="module")
def cluster_with_crds(bare_cluster: Cluster) -> Iterator[Cluster]:
    bare_cluster.apply_crds(ROOT / "crds")
    yield bare_cluster
    clear(bare_cluster)


@pytest.fixture(scope="module")
def any_helm(tmp_path_factory: pytest.TempPathFactory) -> Helm:
    return find_helm("helm3", tmp_path_factory)


def values_for(tenant: SimulatedTenant, home: str) -> Object:
    """Return the values of an install for its own namespace, with the simulator's clock and not yet its address."""
    time = [flag for flag in tenant.flags if flag.startswith("--clock")]
    common = tenant.values() | {"extraArgs": [*time, "--http-host=127.0.0.1"]}
    watch = {"scope": "Namespaces", "namespaces": [home]}
    return common | {"fullnameOverride": home, "watch": watch, "crds": {"enabled": False}}


def wait_ready(pod: Pod, cluster: Cluster, plural: str, name: str) -> Object:
    try:
        return cluster.wait_for(
            API_VERSION, plural, name, pod.namespace, holds=lambda seen: has_condition(seen, "Ready"), what="Ready"
        )
    except AssertionError as error:
        raise AssertionError(f"{error}\nThe operator's log ends:\n{pod.output[-3000:]}") from error


def apply_job(cluster: Cluster, tenant: SimulatedTenant, namespace: str) -> str:
    spec = {
        "servicePrincipal": {"objectId": tenant.simulator.create_service_principal().id},
        "template": {"id": "scim"},
    }
    job = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "job", "namespace": namespace}, "spec": spec}
    cluster.create(PLURAL, job, namespace)
    return "job"


def test_an_install_without_a_connection_of_its_own_serves_namespaces_that_have_one(
    cluster_with_crds: Cluster, any_helm: Helm, tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cluster, home, facts = cluster_with_crds, f"teams-{secrets.token_hex(4)}", tenant.facts
    make_namespace(cluster, home)
    cloud = {"graphUrl": facts["url"], "authority": facts["url"], "ca": (tenant.folder / "ca.pem").read_text()}
    own = {
        "connection": {"identity": "None"},
        "clouds": {"Private": cloud},
        "extraVolumes": [],
        "extraVolumeMounts": [],
    }
    any_helm.at(cluster).install("entra", home, values=values_for(tenant, home) | own)
    labelled = {"name": "entra", "namespace": home, "labels": {"entrasync.io/watch": "true"}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": labelled}
    cluster.create("secrets", secret | {"stringData": {"secret": facts["client_secret"]}}, home)
    proof = {"clientId": facts["client_id"], "secretRef": {"name": "entra", "key": "secret"}}
    spec = {"tenantId": facts["tenant_id"], "cloud": "Private", "clientSecret": proof}
    metadata = {"name": "default", "namespace": home}
    connection = {"apiVersion": API_VERSION, "kind": CONNECTION_KIND, "metadata": metadata, "spec": spec}
    cluster.create(CONNECTION_PLURAL, connection, home)
    with Pod.of(cluster, home, home, tmp_path_factory.mktemp("pod"), begin=fork_operator) as pod:
        pod.wait_ready()
        wait_ready(pod, cluster, CONNECTION_PLURAL, "default")
        wait_ready(pod, cluster, PLURAL, apply_job(cluster, tenant, home))
        assert facts["client_secret"] not in pod.output


def test_an_install_logs_in_by_a_certificate(
    cluster_with_crds: Cluster, any_helm: Helm, tenant: SimulatedTenant, tmp_path_factory: pytest.TempPathFactory
) -> None:
    cluster, home, facts = cluster_with_crds, f"certificate-{secrets.token_hex(4)}", tenant.facts
    make_namespace(cluster, home)
    certificate = certificate_pem(make_certificate())
    tenant.simulator.add_certificate(certificate)
    ca = {"ca.pem": (tenant.folder / "ca.pem").read_text()}
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "graph-ca"}, "data": ca}
    cluster.create("configmaps", config_map, home)
    tls = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET}, "type": "kubernetes.io/tls"}
    cluster.create("secrets", tls | {"stringData": {"tls.crt": certificate, "tls.key": key_pem()}}, home)
    ids = {"tenantId": facts["tenant_id"], "clientId": facts["client_id"]}
    values = values_for(tenant, home) | {"connection": {"identity": "ClientCertificate"} | ids}
    values["extraArgs"] = [*tenant.flags, f"--ca-file={CA_FOLDER}/ca.pem", "--http-host=127.0.0.1"]
    any_helm.at(cluster).install("entra", home, values=values)
    with Pod.of(cluster, home, home, tmp_path_factory.mktemp("pod"), begin=fork_operator) as pod:
        pod.wait_ready()
        wait_ready(pod, cluster, PLURAL, apply_job(cluster, tenant, home))
