"""Who a GraphConnection logs in as, read from its spec and its Secret."""

from typing import Any

import pytest

from entrasync.api.graph_connection import GraphConnectionSpec
from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource, read_connection
from entrasync.core.connection.identity import CertificateProof, SecretProof, ServiceAccountProof, identify
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.kubernetes_secret import KubernetesSecret
from tests.support.connection_harness import CLIENT, connection
from tests.support.facts import TENANT
from tests.support.halts import stalls

BY_SECRET = {"clientSecret": {"clientId": CLIENT, "secretRef": {"name": "entra", "key": "secret"}}}
BY_CERTIFICATE = {"clientCertificate": {"clientId": CLIENT, "secretRef": {"name": "entra-tls"}}}
BY_WORKLOAD = {"workloadIdentity": {"clientId": CLIENT, "serviceAccountRef": {"name": "sync"}}}


def spec(proof: dict[str, Any], **overlay: Any) -> GraphConnectionSpec:
    return GraphConnectionSpec.model_validate({"tenantId": TENANT} | proof | overlay)


def resource(proof: dict[str, Any]) -> ConnectionResource:
    return connection(spec(proof))


def secret(name: str = "entra", **data: bytes) -> KubernetesSecret:
    content = {key.replace("__", "."): value for key, value in data.items()}
    return KubernetesSecret(ObjectKey("identity", name), "uid", "1", content)


class TestIdentity:
    def test_an_identity_is_the_same_however_its_ids_are_written(self) -> None:
        shouted = {"workloadIdentity": BY_WORKLOAD["workloadIdentity"] | {"clientId": CLIENT.upper()}}
        loud = identify(resource(shouted), spec(shouted, tenantId=TENANT.upper()), None)
        assert loud == identify(resource(BY_WORKLOAD), spec(BY_WORKLOAD), None)

    def test_an_identity_by_client_secret_strips_white_space(self) -> None:
        found = identify(resource(BY_SECRET), spec(BY_SECRET), secret(secret=b"s3cret\n"))
        assert found.proof == SecretProof("s3cret", "key secret of Secret identity/entra")

    def test_an_identity_by_certificate_reads_the_keys_of_a_tls_secret(self) -> None:
        found = identify(
            resource(BY_CERTIFICATE), spec(BY_CERTIFICATE), secret("entra-tls", tls__crt=b"CERT", tls__key=b"KEY")
        )
        assert found.proof == CertificateProof(
            "CERT", "KEY", "key tls.crt of Secret identity/entra-tls", "key tls.key of Secret identity/entra-tls"
        )

    def test_an_identity_by_workload_identity_names_a_service_account_of_its_own_namespace(self) -> None:
        found = identify(resource(BY_WORKLOAD), spec(BY_WORKLOAD), None)
        assert found.proof == ServiceAccountProof(ObjectKey("identity", "sync"))

    def test_an_identity_is_in_microsofts_public_cloud_by_default(self) -> None:
        place = identify(resource(BY_WORKLOAD), spec(BY_WORKLOAD), None).client_settings
        assert (place.tenant_id, place.client_id, place.cloud) == (TENANT, CLIENT, "Global")
        assert (place.api_version, place.concurrency) == (None, None)
        said = {"cloud": "China", "apiVersion": "beta", "limits": {"concurrency": 4}}
        place = identify(resource(BY_WORKLOAD), spec(BY_WORKLOAD, **said), None).client_settings
        assert (place.cloud, place.api_version, place.concurrency) == ("China", "beta", 4)

    def test_an_identity_prints_no_secret(self) -> None:
        by_secret = identify(resource(BY_SECRET), spec(BY_SECRET), secret(secret=b"canary"))
        parts = secret("entra-tls", tls__crt=b"canary", tls__key=b"canary")
        by_certificate = identify(resource(BY_CERTIFICATE), spec(BY_CERTIFICATE), parts)
        assert "canary" not in repr((by_secret, by_certificate, parts))


class TestCertificateSecret:
    @pytest.mark.parametrize("missing", ["tls.crt", "tls.key"])
    def test_a_certificate_secret_needs_both_parts(self, missing: str) -> None:
        data = {name: b"PEM" for name in ("tls__crt", "tls__key") if name.replace("__", ".") != missing}
        with stalls(match=f"has no key {missing}") as refusal:
            identify(resource(BY_CERTIFICATE), spec(BY_CERTIFICATE), secret("entra-tls", **data))
        assert refusal.value.reason is Reason.SECRET_UNREADABLE

    def test_a_missing_certificate_secret_is_named(self) -> None:
        with stalls(match="There is no Secret identity/entra-tls"):
            identify(resource(BY_CERTIFICATE), spec(BY_CERTIFICATE), None)


def test_a_secret_that_is_not_text_is_not_quoted() -> None:
    with stalls(match="is not text") as refusal:
        identify(resource(BY_SECRET), spec(BY_SECRET), secret(secret=b"\xff\xfecanary"))
    assert refusal.value.__suppress_context__
    assert "canary" not in str(refusal.value)


class TestStoredGraphConnection:
    def test_a_stored_connection_is_read_as_the_api_server_sends_it(self) -> None:
        metadata = {"name": "contoso", "namespace": "identity", "uid": "u", "resourceVersion": "7", "generation": 3}
        found = read_connection({"metadata": metadata, "spec": {"tenantId": TENANT} | BY_SECRET})
        assert (found.key, found.generation, found.secret_name) == (ObjectKey("identity", "contoso"), 3, "entra")
        assert found.status == {}

    def test_a_stored_connection_that_cannot_be_read_names_the_field_and_quotes_nothing(self) -> None:
        metadata = {"name": "contoso", "namespace": "identity", "uid": "u", "resourceVersion": "7"}
        found = read_connection({"metadata": metadata, "spec": {"tenantId": "canary"} | BY_SECRET})
        assert found.spec is None
        assert found.invalid_spec is not None
        assert "spec.tenantId" in found.invalid_spec
        assert "canary" not in found.invalid_spec
