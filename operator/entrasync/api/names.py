"""The names we publish: group, kinds, finalizer, annotations. Changing one is a breaking change."""

GROUP = "entrasync.io"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"

KIND = "SynchronizationJob"
PLURAL = "synchronizationjobs"
SINGULAR = "synchronizationjob"
SHORT_NAMES = ("syncjob", "syncjobs")
CATEGORY = "entrasync"

FINALIZER = f"{GROUP}/job"
"""Held while a Graph job may have to be settled before the resource may go."""

JOB_ID_ANNOTATION = f"{GROUP}/job-id"
"""The id of the job this resource holds. Kept beside status because backups leave status out."""

JOB_ORIGIN_ANNOTATION = f"{GROUP}/job-origin"
"""`Created` or `Adopted`: decides the default deletion policy."""

ABANDON_ANNOTATION = f"{GROUP}/abandon"
"""`"true"` lets a blocked deletion go without touching Graph."""

EVENT_SOURCE = "entra-sync-operator"
