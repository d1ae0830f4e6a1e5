"""References from a spec to other Kubernetes objects in the namespace of the resource."""

from enum import StrEnum
from typing import Self

from pydantic import ConfigDict, model_validator

from entrasync.api.ids import ConfigMapKey, DataKey, ObjectName
from entrasync.api.model import ApiModel, cel_rules, rule
from entrasync.api.names import CONNECTION_KIND, DEFAULT_CONNECTION, INSTALL_CONNECTION_KIND


class SecretKeyReference(ApiModel):
    """A key of a Secret in the namespace of this resource."""

    name: ObjectName
    """Name of the Secret."""

    key: DataKey
    """Key in the data of the Secret."""


class ConfigMapKeyReference(ApiModel):
    """A key of a ConfigMap in the namespace of this resource."""

    name: ObjectName
    """Name of the ConfigMap."""

    key: ConfigMapKey
    """Key in the data or binaryData of the ConfigMap."""


class CertificateReference(ApiModel):
    """A Secret of type kubernetes.io/tls in this namespace."""

    name: ObjectName
    """Name of the Secret; its tls.crt is the certificate (PEM), its tls.key the private key (PEM)."""


class ServiceAccountReference(ApiModel):
    """A ServiceAccount in this namespace."""

    name: ObjectName
    """Name of the ServiceAccount."""


class ConnectionKind(StrEnum):
    """What a reference to a connection names."""

    GRAPH_CONNECTION = CONNECTION_KIND
    INSTALL_CONNECTION = INSTALL_CONNECTION_KIND


class ConnectionReference(ApiModel):
    """A GraphConnection in the namespace of this resource, or the install's own connection."""

    model_config = ConfigDict(
        json_schema_extra=cel_rules(
            rule(
                "!has(self.kind) || self.kind != 'InstallConnection' || self.name == 'default'",
                "The install has one connection of its own: write {name: default, kind: InstallConnection}. To name a "
                "GraphConnection, leave kind out.",
            )
        )
    )

    name: ObjectName
    """Name of the GraphConnection. With kind InstallConnection it is default."""

    kind: ConnectionKind | None = None
    """GraphConnection: the GraphConnection of this name in this namespace. InstallConnection: the install's own
    connection, also where this namespace has a GraphConnection named default; the install must let this namespace use
    it. Unset: GraphConnection."""

    @model_validator(mode="after")
    def _names_the_one_of_the_install(self) -> Self:
        if self.kind is ConnectionKind.INSTALL_CONNECTION and self.name != DEFAULT_CONNECTION:
            raise ValueError("With kind InstallConnection, set the name to default.")
        return self
