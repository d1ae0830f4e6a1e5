"""References from a spec to other Kubernetes objects in the namespace of the resource."""

from entrasync.api.ids import DataKey, ObjectName
from entrasync.api.model import ApiModel


class SecretKeyReference(ApiModel):
    """A key of a Secret in the namespace of this resource."""

    name: ObjectName
    """Name of the Secret."""

    key: DataKey
    """Key in the data of the Secret."""


class CertificateReference(ApiModel):
    """A Secret of type kubernetes.io/tls in this namespace."""

    name: ObjectName
    """Name of the Secret; its tls.crt is the certificate (PEM), its tls.key the private key (PEM)."""


class ServiceAccountReference(ApiModel):
    """A ServiceAccount in this namespace."""

    name: ObjectName
    """Name of the ServiceAccount."""


class ConnectionReference(ApiModel):
    """A GraphConnection in the namespace of this resource."""

    name: ObjectName
    """Name of the GraphConnection."""
