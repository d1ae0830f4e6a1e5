"""The published names: group, kinds, finalizer, annotations and label. To change one is a breaking change."""

GROUP = "entrasync.io"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

KIND = "SynchronizationJob"
PLURAL = "synchronizationjobs"
SINGULAR = "synchronizationjob"
SHORT_NAMES = ("syncjob", "syncjobs")
CATEGORY = "entrasync"

CONNECTION_KIND = "GraphConnection"
CONNECTION_PLURAL = "graphconnections"
CONNECTION_SINGULAR = "graphconnection"
CONNECTION_SHORT_NAMES = ("graphconn", "graphconns")

PROVISIONING_KIND = "ProvisioningRequest"
PROVISIONING_PLURAL = "provisioningrequests"
PROVISIONING_SINGULAR = "provisioningrequest"
PROVISIONING_SHORT_NAMES = ("provreq", "provreqs")

DEFAULT_CONNECTION = "default"
"""The GraphConnection of a namespace that its resources use when they name none, and the name of the install's own
connection."""

INSTALL_CONNECTION_KIND = "InstallConnection"
"""The kind of the connection that the install itself has. It is no object of the API server."""

FINALIZER = f"{GROUP}/job"
"""Keeps a resource until the operator has handled its job in Graph."""

JOB_ID_ANNOTATION = f"{GROUP}/job-id"
"""The id of the job that this resource holds. It is kept beside status because backups leave status out."""

JOB_ORIGIN_ANNOTATION = f"{GROUP}/job-origin"
"""`Created` or `Adopted`. It decides the default deletion policy."""

ABANDON_ANNOTATION = f"{GROUP}/abandon"
"""`"true"` ends a blocked deletion without a call to Graph."""

DELETION_APPROVED_ANNOTATION = f"{GROUP}/deletion-approved"
"""`"true"` lets the job be deleted although the install's limit of deletions is reached."""

HELD_DELETIONS_APPROVED_ANNOTATION = f"{GROUP}/held-deletions-approved"
"""The time at which a quarantine began. The deletions that Graph holds back in it are performed once."""

HOLD_UNTIL_ANNOTATION = f"{GROUP}/hold-until"
"""A time, or `further-notice`. The job is paused at once and until then."""

FURTHER_NOTICE = "further-notice"
"""The value of a hold that ends when it is taken away."""

RESTART_ANNOTATION = f"{GROUP}/restart-requested-at"
"""A token. A new value restarts the job once, with the default scopes."""

REQUEST_ANNOTATIONS = (f"{GROUP}/requested-at", "reconcile.fluxcd.io/requestedAt")
"""A new value requests a reconcile at once. Flux's tools write the second annotation."""

DELETION_POLICY_ANNOTATION = f"{GROUP}/default-deletion-policy"
MANAGEMENT_POLICY_ANNOTATION = f"{GROUP}/default-management-policy"
POLL_INTERVAL_ANNOTATION = f"{GROUP}/default-poll-interval"
"""These three, on a Namespace, are the defaults for its resources whose spec leaves the field unset."""

FOREIGN_SECRET_ANNOTATION = f"{GROUP}/foreign-secret-acknowledged"
"""`"true"` on the resource that reports ForeignSecretLost: a person has looked, and secrets may be written again."""

ACCEPTED_UID_ANNOTATION = f"{GROUP}/accepted-uid"
"""The uid that a ProvisioningRequest had when it was accepted. One that was copied or restored has another uid."""

WATCH_LABEL = f"{GROUP}/watch"
"""`"true"` on a Secret: the operator may use it, and acts on its changes at once. On a ConfigMap: it acts on its
changes at once."""

SCHEMA_BACKUP_LABEL = f"{GROUP}/schema-backup"
"""`"true"` on the ConfigMaps that have a schema from before a change."""

SCHEMA_OF_ANNOTATION = f"{GROUP}/schema-of"
"""On such a ConfigMap, the name of the SynchronizationJob."""

SERVICE_PRINCIPAL_ANNOTATION = f"{GROUP}/service-principal-id"
"""On such a ConfigMap, the service principal of the job."""

EVENT_SOURCE = "entra-sync-operator"
