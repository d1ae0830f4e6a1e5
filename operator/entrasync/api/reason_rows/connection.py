"""Reasons about connections, permissions, and what stands between the operator and Graph."""

from entrasync.api.reason_groups import AS_WANTED, EVENT_ONLY, IN_PROGRESS, NEEDS_A_PERSON, Row

CONNECTED = Row(
    "Connected",
    AS_WANTED,
    "The tenant gave a token. status.missingPermissions lists what the token does not allow.",
)
WAITING_FOR_REPLICATION = Row(
    "WaitingForReplication",
    IN_PROGRESS,
    "Something new is not known everywhere in Entra yet. The operator tries again soon.",
)
THROTTLED = Row("Throttled", IN_PROGRESS, "Graph asked the operator to wait (429). The operator waits.")
GRAPH_UNREACHABLE = Row(
    "GraphUnreachable", IN_PROGRESS, "Graph could not be read or written. The operator tries again."
)
CONNECTION_NOT_READY = Row(
    "ConnectionNotReady",
    IN_PROGRESS,
    "A connection is missing or does not work. After a minute it is Stalled, if only a person can help.",
)
INTERNAL_ERROR = Row(
    "InternalError", IN_PROGRESS, "The operator has a fault. Its log has the traceback. The operator tries again."
)
API_SERVER_REFUSED = Row(
    "ApiServerRefused",
    IN_PROGRESS,
    "The API server refuses a write of the operator, mostly by an admission webhook. The operator tries again.",
)
SERVICE_PRINCIPAL_CHANGED = Row(
    "ServicePrincipalChanged",
    NEEDS_A_PERSON,
    "spec.servicePrincipal resolves to another service principal than before.",
)
SERVICE_PRINCIPAL_NOT_FOUND = Row(
    "ServicePrincipalNotFound", NEEDS_A_PERSON, "The tenant has no such service principal."
)
TENANT_CHANGED = Row(
    "TenantChanged",
    NEEDS_A_PERSON,
    "The connection leads to another tenant than before, or to another than it names.",
)
PERMISSION_MISSING = Row("PermissionMissing", NEEDS_A_PERSON, "The operator's app lacks a Graph permission.")
CREDENTIAL_REFUSED = Row(
    "CredentialRefused",
    NEEDS_A_PERSON,
    "Entra refused the credential of the connection, or the credential cannot be used as it is.",
)
SECRET_UNREADABLE = Row(
    "SecretUnreadable",
    NEEDS_A_PERSON,
    "A Secret that the spec refers to is missing, lacks the key, or may not be read.",
)
TENANT_NOT_FOUND = Row("TenantNotFound", NEEDS_A_PERSON, "Entra knows no such tenant.")
CLOUD_UNKNOWN = Row("CloudUnknown", NEEDS_A_PERSON, "The install defines no cloud with the name in spec.cloud.")
TOKEN_REQUEST_DENIED = Row(
    "TokenRequestDenied",
    NEEDS_A_PERSON,
    "The API server gives the operator no token for the ServiceAccount. The message says why.",
)
REQUEST_REFUSED = Row("RequestRefused", NEEDS_A_PERSON, "Graph refused a request. The message quotes Graph's reason.")
INVALID_SPEC = Row(
    "InvalidSpec", NEEDS_A_PERSON, "The stored spec cannot be read. Normally the API server refuses such a spec."
)
NAMESPACE_UNREADABLE = Row(
    "NamespaceUnreadable",
    NEEDS_A_PERSON,
    "The operator may not read the Namespace, which may set defaults for the resource.",
)
GRAPH_REACHABLE = Row("GraphReachable", EVENT_ONLY, "Graph can be read again after `GraphUnreachable`.")
