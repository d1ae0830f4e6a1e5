"""The custom resource GraphConnection: its spec, the credential that reaches a tenant, and its status."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from entrasync.api.condition_entry import NEVER_OBSERVED, ConditionEntry
from entrasync.api.constraints import Range, Text
from entrasync.api.ids import ClientId, TenantId
from entrasync.api.model import ApiModel, cel_rules, exactly_one_of, list_map, rule, stored_default
from entrasync.api.references import CertificateReference, SecretKeyReference, ServiceAccountReference

CLOUD_PATTERN = "^[A-Za-z][A-Za-z0-9-]*$"


class ClientSecretCredential(ApiModel):
    """An app registration that proves itself by a client secret."""

    client_id: ClientId
    """Application (client) ID of the app registration."""

    secret_ref: SecretKeyReference
    """The key of a Secret in this namespace that holds the client secret's value."""


class ClientCertificateCredential(ApiModel):
    """An app registration that proves itself by a certificate."""

    client_id: ClientId
    """Application (client) ID of the app registration that the certificate is uploaded to."""

    secret_ref: CertificateReference
    """The Secret that holds certificate and private key, as cert-manager writes it."""


class WorkloadIdentityCredential(ApiModel):
    """An app registration or managed identity that trusts a ServiceAccount of this cluster (federated credential)."""

    client_id: ClientId
    """Application (client) ID of the app registration or managed identity that has the federated credential."""

    service_account_ref: ServiceAccountReference
    """The ServiceAccount whose token is shown to Entra. Who owns this namespace grants the operator the right to ask
    for it: create on serviceaccounts/token, by a Role and a RoleBinding."""


class LimitsSpec(ApiModel):
    """How hard the tenant may be asked."""

    concurrency: (
        Annotated[int, Range(at_least=1, at_most=256, words="There are from 1 to 256 calls at a time.")] | None
    ) = None
    """Calls to Graph at the same time, at most as many as the install allows. Unset: as many."""


class GraphConnectionSpec(ApiModel):
    """A tenant, and how to log in to it."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            exactly_one_of(
                clientSecret="a secret of an app registration",
                clientCertificate="a certificate of an app registration",
                workloadIdentity="a ServiceAccount that Entra trusts",
            ),
            rule(
                "self.tenantId.lowerAscii() == oldSelf.tenantId.lowerAscii()",
                "It cannot be changed, for the jobs belong to their tenant. Create another GraphConnection.",
                field_path=".tenantId",
            ),
        )
    )

    tenant_id: TenantId
    """Directory (tenant) ID, as the Overview of the Entra admin center shows it. It cannot be changed."""

    cloud: (
        Annotated[
            str,
            Text(
                patterns=(CLOUD_PATTERN,),
                at_most=63,
                words="A cloud is Global, USGovL4, USGovL5, China or one that the install defines, and not a URL. Its"
                " name has at most 63 letters, digits and -, the first a letter.",
            ),
        ]
        | None
    ) = None
    """Global, USGovL4, USGovL5, China, or the name of a cloud that the install defines. Unset: Global."""

    api_version: Literal["v1.0", "beta"] | None = None
    """Version of Microsoft Graph: v1.0 or beta. Unset: v1.0."""

    client_secret: ClientSecretCredential | None = None
    """Log in with a client secret."""

    client_certificate: ClientCertificateCredential | None = None
    """Log in with a certificate."""

    workload_identity: WorkloadIdentityCredential | None = None
    """Log in with the token of a ServiceAccount, without any stored secret."""

    limits: LimitsSpec | None = None
    """How hard the tenant may be asked. Unset: as the install says."""

    @model_validator(mode="after")
    def _has_exactly_one(self) -> Self:
        given = [self.client_secret, self.client_certificate, self.workload_identity]
        if sum(credential is not None for credential in given) != 1:
            raise ValueError("Give exactly one of clientSecret, clientCertificate and workloadIdentity.")
        return self


class MissingPermission(ApiModel):
    """What cannot be done for lack of a Graph permission."""

    feature: str | None = None
    """What would need it."""

    any_of: list[str] | None = None
    """Application permissions of Microsoft Graph; one of them is enough, the least first."""


class CredentialSource(ApiModel):
    """The object that the credential in use was read from, never its content."""

    kind: str | None = None
    """Secret or ServiceAccount."""

    name: str | None = None
    """Its name."""

    uid: str | None = None
    """Uid of a Secret; a ServiceAccount is not read, only asked for a token."""

    resource_version: str | None = None
    """Version of a Secret when the credential was last taken from it."""


class GraphConnectionStatus(ApiModel):
    """What the operator last saw and did."""

    observed_generation: int | None = Field(default=None, json_schema_extra=stored_default(NEVER_OBSERVED))
    """The metadata.generation that the operator last acted on. -1: it has not looked at this resource yet."""

    conditions: list[ConditionEntry] | None = Field(default=None, max_length=32, json_schema_extra=list_map("type"))
    """Ready is always there, Reconciling and Stalled only while true (kstatus)."""

    roles: list[str] | None = None
    """Application permissions of Microsoft Graph that the token carries."""

    missing_permissions: list[MissingPermission] | None = None
    """What cannot be done with this token, and which permission it takes."""

    source: CredentialSource | None = None
    """The object that the credential in use was read from."""

    credential_expires_at: AwareDatetime | None = None
    """When the credential in use ends: a certificate by itself, a client secret by what Microsoft Graph tells of the
    app registration. Unset where nothing ends, and where it is not known (docs/metrics.md)."""


class GraphConnection(ApiModel):
    """A Microsoft Entra tenant and the credential by which this namespace's SynchronizationJobs reach it.

    One named default is used by every SynchronizationJob of the namespace that names none.
    """

    api_version: str | None = None
    """Version of this schema, as group/version."""

    kind: str | None = None
    """GraphConnection."""

    spec: GraphConnectionSpec
    """A tenant, and how to log in to it."""

    status: GraphConnectionStatus | None = Field(
        default=None, json_schema_extra=stored_default({"observedGeneration": NEVER_OBSERVED})
    )
    """What the operator last saw and did. Written by the operator only."""
