"""The names we publish: group, kinds, finalizer, annotations. Changing one is a breaking change."""

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

DEFAULT_CONNECTION = "default"
"""The GraphConnection of a namespace that its resources use when they name none."""

FINALIZER = f"{GROUP}/job"
"""Held while a Graph job may have to be settled before the resource may go."""

JOB_ID_ANNOTATION = f"{GROUP}/job-id"
"""The id of the job this resource holds. Kept beside status because backups leave status out."""

JOB_ORIGIN_ANNOTATION = f"{GROUP}/job-origin"
"""`Created` or `Adopted`: decides the default deletion policy."""

ABANDON_ANNOTATION = f"{GROUP}/abandon"
"""`"true"` lets a blocked deletion go without touching Graph."""

HOLD_UNTIL_ANNOTATION = f"{GROUP}/hold-until"
"""A time: the job is paused at once, and until then."""

REQUEST_ANNOTATIONS = (f"{GROUP}/requested-at", "reconcile.fluxcd.io/requestedAt")
"""A new value asks for a look at once; Flux's tools write theirs."""

DELETION_POLICY_ANNOTATION = f"{GROUP}/default-deletion-policy"
MANAGEMENT_POLICY_ANNOTATION = f"{GROUP}/default-management-policy"
POLL_INTERVAL_ANNOTATION = f"{GROUP}/default-poll-interval"
"""On a Namespace: what holds for its resources whose spec says nothing."""

FOREIGN_SECRET_ANNOTATION = f"{GROUP}/foreign-secret-acknowledged"
"""`"true"` on the resource that says ForeignSecretLost: a person has looked, and secrets may be written again."""

WATCH_LABEL = f"{GROUP}/watch"
"""`"true"` on a Secret: its changes are acted on at once."""

EVENT_SOURCE = "entra-sync-operator"
