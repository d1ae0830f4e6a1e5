"""What each example assumes of its tenant. The service principals are made before."""

import base64
import gzip
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from zoneinfo import ZoneInfo

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from tests.cluster.examples.example import Example
from tests.support.certificates import make_pair
from tests.support.teams import ROLES

Preparation = Callable[[Example], object]


def has_a_job_that_was_started_long_ago(example: Example) -> None:
    """After a start of its own, the operator waits for reads that are older than it."""
    example.simulator.create_job(example.principal, started=True)


def has_a_running_job_and_is_read_often(example: Example) -> None:
    example.simulator.create_job(example.principal, started=True)
    example.job["spec"]["pollInterval"] = "30s"  # as the other examples here have by default


def has_a_paused_job(example: Example) -> None:
    example.simulator.create_job(example.principal)


def has_two_jobs_and_names_one(example: Example) -> None:
    example.simulator.create_job(example.principal)
    spec = example.job["spec"]
    assert spec["jobId"].startswith(f"{spec['template']['id']}.")
    spec["jobId"] = example.simulator.create_job(example.principal).id


def is_held_for_some_minutes(example: Example) -> None:
    annotations = example.job["metadata"]["annotations"]
    assert list(annotations) == [HOLD_UNTIL_ANNOTATION]
    annotations[HOLD_UNTIL_ANNOTATION] = f"{example.simulator.now() + timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"


def is_restarted_within_minutes(example: Example) -> None:
    periodic = example.job["spec"]["periodicRestart"]
    soon = (example.simulator.now() + timedelta(minutes=5)).astimezone(ZoneInfo(periodic["timeZone"]))
    assert periodic["cron"] == "0 3 * * 0"
    periodic["cron"] = f"{soon.minute} {soon.hour} * * {soon.isoweekday()}"


def has_a_running_job_with_another_setting(example: Example) -> None:
    job = example.simulator.create_job(example.principal, started=True)
    [setting] = example.job["spec"]["settings"]
    example.simulator.change_job(job.id, settings={setting["name"]: "True"})


def has_an_app_in_each_tenant(example: Example) -> None:
    contoso, fabrikam = example.connections["contoso"], example.connections["fabrikam"]
    [secret] = [document for document in example.documents if document["kind"] == "Secret"]
    app = contoso["clientSecret"]
    password = secret["stringData"][app["secretRef"]["key"]]
    example.simulator.set_application(app["clientId"], contoso["tenantId"], secrets=[password], roles=list(ROLES))
    app, pair = fabrikam["clientCertificate"], make_pair()
    metadata = {"name": app["secretRef"]["name"], "labels": {"entrasync.io/watch": "true"}}
    data = {"tls.crt": pair.certificate, "tls.key": pair.private_key}
    manifest = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": metadata}
    example.environment.cluster.create("secrets", manifest | {"stringData": data}, example.environment.namespace)
    certificates = [pair.certificate]
    example.simulator.set_application(
        app["clientId"], fabrikam["tenantId"], certificates=certificates, roles=list(ROLES)
    )


def has_a_federated_credential(example: Example) -> None:
    connection, cluster = example.connections["northwind"], example.environment.cluster
    issuer = cluster.read("/.well-known/openid-configuration")["issuer"]
    example.simulator.set_issuer(issuer, jwks=cluster.read("/openid/v1/jwks"))
    app, tenant = connection["workloadIdentity"], connection["tenantId"]
    subject = f"system:serviceaccount:{example.environment.namespace}:{app['serviceAccountRef']['name']}"
    example.simulator.set_application(app["clientId"], tenant, roles=list(ROLES))
    example.simulator.add_federated_credential(issuer, subject, client_id=app["clientId"], tenant_id=tenant)


def accepts_the_token(example: Example) -> None:
    [secret] = [document for document in example.documents if document["kind"] == "Secret"]
    example.simulator.set_target_app(example.principal, accepts={"SecretToken": [secret["stringData"]["token"]]})


def has_settings_of_others(example: Example) -> None:
    others = {"Enabled": "true", "HumanResourcesLookaheadQueryEnabled": "true", "Recipients": "hr@example.com"}
    stored = {"UserName": "of-somebody-else", "SyncNotificationSettings": json.dumps(others)}
    example.simulator.set_secrets(example.principal, stored)


def has_a_spoilt_schema_and_its_backup(example: Example) -> None:
    job = example.simulator.create_job(example.principal)
    schema = example.simulator.schema(job.id)
    reference = example.job["spec"]["schema"]["from"]["configMapKeyRef"]
    content = base64.b64encode(gzip.compress(json.dumps(schema).encode())).decode()
    backup = {"metadata": {"name": reference["name"]}, "immutable": True, "binaryData": {reference["key"]: content}}
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", **backup}
    example.environment.cluster.create("configmaps", manifest, example.environment.namespace)
    schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"].clear()
    parts = ("synchronizationRules", "directories")
    example.simulator.change_schema(job.id, {name: schema[name] for name in parts})


def is_new(example: Example) -> None:
    pass


PREPARATIONS: Mapping[str, Preparation] = {
    "minimal": is_new,
    "paused": is_new,
    "retain": has_a_running_job_and_is_read_often,
    "adopt-existing": has_two_jobs_and_names_one,
    "observe-only": has_a_paused_job,
    "hr-inbound": has_a_running_job_with_another_setting,
    "several-tenants": has_an_app_in_each_tenant,
    "install-connection": is_new,
    "workload-identity": has_a_federated_credential,
    "attribute-mappings": is_new,
    "custom-attribute": is_new,
    "mapping-tests": is_new,
    "restored-schema": has_a_spoilt_schema_and_its_backup,
    "scoping-filter": is_new,
    "scim-app": accepts_the_token,
    "cross-tenant-sync": is_new,
    "provision-user": is_new,
    "provision-group-members": is_new,
    "notifications-and-threshold": has_settings_of_others,
    "approve-deletions": is_new,
    "recover-after-outage": has_a_job_that_was_started_long_ago,
    "weekly-restart": is_restarted_within_minutes,
    "emergency-hold": is_held_for_some_minutes,
}
