"""The constraints of a GraphConnection."""

from typing import Any

from tests.cluster.constraints.constraint import (
    GUID,
    Constraint,
    Overlay,
    data_key,
    guid,
    number,
    object_name,
    one_of,
    required,
    spec,
    status,
    text,
)
from tests.cluster.constraints.status import STATUS

OTHER_GUID = "7d9e1f64-0b3a-4c82-9f15-2a6c8e0d4b71"

CLIENT_SECRET: dict[str, Any] = {"clientId": GUID, "secretRef": {"name": "contoso", "key": "client-secret"}}
CLIENT_CERTIFICATE: dict[str, Any] = {"clientId": GUID, "secretRef": {"name": "contoso-tls"}}
WORKLOAD_IDENTITY: dict[str, Any] = {"clientId": GUID, "serviceAccountRef": {"name": "provisioning"}}
CREDENTIALS = {
    "clientSecret": CLIENT_SECRET,
    "clientCertificate": CLIENT_CERTIFICATE,
    "workloadIdentity": WORKLOAD_IDENTITY,
}

SMALLEST_SPEC: dict[str, Any] = {"tenantId": GUID, "clientSecret": CLIENT_SECRET}


def _login(kind: str, **members: Any) -> Overlay:
    """Write a spec with only this kind of credential, with some of its members changed."""
    return spec(**{"clientSecret": None, kind: CREDENTIALS[kind] | members})


def _logins(*kinds: str) -> Overlay:
    return spec(**{"clientSecret": None} | {kind: CREDENTIALS[kind] for kind in kinds})


def _credential(kind: str, reference: str) -> tuple[Constraint, ...]:
    """Constrain the two members that all kinds of credentials have."""
    place = f".spec.{kind}"
    return (
        required(place, "clientId", _login(kind), _login(kind, clientId=None)),
        required(place, reference, _login(kind), _login(kind, **{reference: None})),
        guid(f"{place}.clientId", lambda text: _login(kind, clientId=text), "client ID"),
    )


def _key_of_secret(**members: Any) -> Overlay:
    return _login("clientSecret", secretRef=CLIENT_SECRET["secretRef"] | members)


LOGIN = (
    Constraint(
        ".spec rule",
        accepted=tuple(_logins(kind) for kind in CREDENTIALS),
        refused=(_logins(), _logins("clientSecret", "workloadIdentity"), _logins(*CREDENTIALS)),
        message="spec: Give exactly one of clientSecret (a secret of an app registration) or clientCertificate (a"
        " certificate of an app registration) or workloadIdentity (a ServiceAccount that Entra trusts).",
    ),
    *_credential("clientSecret", "secretRef"),
    required(".spec.clientSecret.secretRef", "name", _key_of_secret(), _key_of_secret(name=None)),
    required(".spec.clientSecret.secretRef", "key", _key_of_secret(), _key_of_secret(key=None)),
    object_name(".spec.clientSecret.secretRef.name", lambda text: _key_of_secret(name=text)),
    data_key(".spec.clientSecret.secretRef.key", lambda text: _key_of_secret(key=text)),
    *_credential("clientCertificate", "secretRef"),
    required(
        ".spec.clientCertificate.secretRef",
        "name",
        _login("clientCertificate"),
        _login("clientCertificate", secretRef={}),
    ),
    object_name(
        ".spec.clientCertificate.secretRef.name", lambda text: _login("clientCertificate", secretRef={"name": text})
    ),
    *_credential("workloadIdentity", "serviceAccountRef"),
    required(
        ".spec.workloadIdentity.serviceAccountRef",
        "name",
        _login("workloadIdentity"),
        _login("workloadIdentity", serviceAccountRef={}),
    ),
    object_name(
        ".spec.workloadIdentity.serviceAccountRef.name",
        lambda text: _login("workloadIdentity", serviceAccountRef={"name": text}),
    ),
)

CONNECTION = (
    Constraint(" required spec", accepted=({},), refused=({"spec": None},), message="spec: Required value"),
    required(".spec", "tenantId", {}, spec(tenantId=None)),
    guid(".spec.tenantId", lambda text: spec(tenantId=text), "tenant ID"),
    Constraint(
        ".spec rule",
        before={},
        accepted=(spec(cloud="China"), _logins("workloadIdentity"), spec(tenantId=GUID.upper())),
        refused=(spec(tenantId=OTHER_GUID),),
        message="spec.tenantId: It cannot be changed, for the jobs belong to their tenant. Create another"
        " GraphConnection.",
    ),
    text(
        ".spec.cloud",
        lambda text: spec(cloud=text),
        "A cloud is Global, USGovL4, USGovL5, China or one that the install defines, and not a URL.",
        accepted=("Global", "USGovL4", "USGovL5", "China", "our-cloud-2"),
        refused=("", "4", "-x", "https://graph.example.com", "two words", "a.b", "x\n"),
        longest=63,
    ),
    one_of(".spec.apiVersion", lambda text: spec(apiVersion=text), "v1.0", "beta"),
    *LOGIN,
    number(
        ".spec.limits.concurrency",
        lambda count: spec(limits={"concurrency": count}),
        1,
        256,
        "There are from 1 to 256 calls at a time.",
    ),
    *STATUS,
    Constraint(
        ".status.credentialExpiresAt format",
        accepted=(status(credentialExpiresAt="2027-01-31T23:59:59Z"),),
        refused=(status(credentialExpiresAt="next year"),),
        message="status.credentialExpiresAt in body must be of type date-time",
    ),
)
