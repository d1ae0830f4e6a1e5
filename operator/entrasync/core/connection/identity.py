"""Who a GraphConnection logs in as and by which proof, taken from its spec and the Secret that spec refers to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from entrasync.api.graph_connection import GraphConnectionSpec
from entrasync.api.reasons import Reason
from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.core.decision.errors import EntraSyncError, Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.kubernetes_secret import KubernetesSecret, missing, read_text

CERTIFICATE, PRIVATE_KEY = "tls.crt", "tls.key"
"""The keys of a Secret of type kubernetes.io/tls."""

DEFAULT_CLOUD = "Global"

OnRefusal = Callable[[Halted], EntraSyncError]
"""Called when the credential is refused during a job's pass. Returns the error that the pass ends with."""


@dataclass(frozen=True)
class SecretProof:
    """A client secret, read from `where`."""

    value: str = field(repr=False)
    where: str


@dataclass(frozen=True)
class CertificateProof:
    """A certificate and its private key (PEM), and where each was read."""

    certificate: str = field(repr=False)
    private_key: str = field(repr=False)
    where: str
    private_key_where: str


@dataclass(frozen=True)
class ServiceAccountProof:
    """The token of a ServiceAccount, requested at each login."""

    service_account: ObjectKey


Proof = SecretProof | CertificateProof | ServiceAccountProof


@dataclass(frozen=True)
class ClientSettings:
    """What a Graph client is built for: all of an identity but its proof, which may be replaced."""

    tenant_id: str
    client_id: str
    cloud: str
    api_version: str | None
    concurrency: int | None


@dataclass(frozen=True)
class Identity:
    """Who logs in, where, and by which proof."""

    client_settings: ClientSettings
    proof: Proof


def identify(resource: ConnectionResource, spec: GraphConnectionSpec, secret: KubernetesSecret | None) -> Identity:
    """Build the identity of a connection.

    Raises `Halted` (SECRET_UNREADABLE) if its Secret, or the key in it, is missing.
    """
    app = spec.client_secret or spec.client_certificate or spec.workload_identity
    if app is None:  # cannot happen: the API server and the model refuse it
        raise Halted(Stall(Reason.INVALID_SPEC, "The spec names no credential. Correct the manifest."))
    client_settings = ClientSettings(
        tenant_id=spec.tenant_id.lower(),
        client_id=app.client_id.lower(),
        cloud=spec.cloud or DEFAULT_CLOUD,
        api_version=spec.api_version,
        concurrency=spec.limits.concurrency if spec.limits else None,
    )
    return Identity(client_settings, _find_proof(resource, spec, secret))


def _find_proof(resource: ConnectionResource, spec: GraphConnectionSpec, secret: KubernetesSecret | None) -> Proof:
    if spec.workload_identity:
        name = spec.workload_identity.service_account_ref.name
        return ServiceAccountProof(ObjectKey(resource.key.namespace, name))
    if secret is None:
        where = ObjectKey(resource.key.namespace, resource.secret_name or "")
        raise missing(where, "spec.clientSecret" if spec.client_secret else "spec.clientCertificate")
    if spec.client_secret:
        key = spec.client_secret.secret_ref.key
        return SecretProof(_read(secret, key, "spec.clientSecret"), _describe_source(secret, key))
    certificate, private_key = (_read(secret, key, "spec.clientCertificate") for key in (CERTIFICATE, PRIVATE_KEY))
    return CertificateProof(
        certificate, private_key, _describe_source(secret, CERTIFICATE), _describe_source(secret, PRIVATE_KEY)
    )


def _read(secret: KubernetesSecret, key: str, reader: str) -> str:
    """Read a value without the white space around it, which no credential of Entra has."""
    return read_text(secret, key, reader=reader).strip()


def _describe_source(secret: KubernetesSecret, key: str) -> str:
    return f"key {key} of Secret {secret.key}"
