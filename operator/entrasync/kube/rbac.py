"""The rights that the operator uses at the API server, each with its purpose. The chart's role grants these only."""

from dataclasses import dataclass

JOBS, CONNECTIONS = "entrasync.io/synchronizationjobs", "entrasync.io/graphconnections"
REQUESTS = "entrasync.io/provisioningrequests"


@dataclass(frozen=True)
class Right:
    """Verbs on a resource (`group/resource`; the core group is `core`) and their purpose."""

    verbs: tuple[str, ...]
    resource: str
    purpose: str


RIGHTS = (
    Right(("list", "watch"), JOBS, "The SynchronizationJobs that the operator manages."),
    Right(("patch",), JOBS, "The finalizer, and the annotations that record the job's id and origin."),
    Right(("patch",), f"{JOBS}/status", "The status, and the intent before each create of a job."),
    Right(("list", "watch"), CONNECTIONS, "The tenants and credentials of the namespaces."),
    Right(("patch",), f"{CONNECTIONS}/status", "Whether a connection works, and what its token does not allow."),
    Right(("list", "watch"), REQUESTS, "The objects to provision on demand."),
    Right(("patch",), REQUESTS, "The annotation that tells a request from a copy of it."),
    Right(("delete",), REQUESTS, "Only those whose `ttlSecondsAfterFinished` is over."),
    Right(("patch",), f"{REQUESTS}/status", "The intent before each request, and what became of the object."),
    Right(("get",), "core/secrets", "The Secrets that GraphConnections and `spec.application` name."),
    Right(
        ("list", "watch"),
        "core/secrets",
        "To act at once on changed Secrets labelled `entrasync.io/watch`. The operator requests only their metadata."
        " Without this right (`secrets.watch: false` in the chart), it reads them again at the next poll.",
    ),
    Right(
        ("get",), "core/configmaps", "The ConfigMaps that `spec.schema.from` names, and a backup that is there already."
    ),
    Right(
        ("list", "watch"),
        "core/configmaps",
        "To act at once on changed ConfigMaps labelled `entrasync.io/watch`. The operator requests only their metadata."
        " Without this right, it reads them again at the next poll.",
    ),
    Right(
        ("create", "delete"),
        "core/configmaps",
        "The backups of schemas, of which the first and the last three of a SynchronizationJob are kept."
        " Without this right (`configMaps.backups: false` in the chart), `spec.schema.backup` must be `Never`.",
    ),
    Right(
        ("get",),
        "apiextensions.k8s.io/customresourcedefinitions",
        "Only `synchronizationjobs.entrasync.io`: while that CRD is being deleted, no job is deleted in Graph. Without"
        " this right (scope `Namespaces` with `crds.enabled: false`), the operator asks discovery, which tells it"
        " moments later.",
    ),
    Right(
        ("get", "create", "patch"),
        "coordination.k8s.io/leases",
        "The Lease `synchronizationjobs.entrasync.io`, which says which install looks after a namespace. Not with"
        " `leaderElection.enabled: false`.",
    ),
    Right(("create",), "core/events", "The Events of the resources."),
    Right(("get",), "core/namespaces", "The annotations `entrasync.io/default-...`."),
)

LEADER_ELECTION = Right(
    ("get", "create", "patch"),
    "coordination.k8s.io/leases",
    "The Lease that elects the pod that acts. Not with `leaderElection.enabled: false`.",
)
"""The right that the chart grants in the release's own namespace, to the operator's own Lease."""

GRANTED_BY_OWNERS = Right(
    ("create",),
    "core/serviceaccounts/token",
    "A token of the ServiceAccount that `workloadIdentity` of a GraphConnection names. It is not in the chart's role.",
)
"""The right that the owner of a namespace grants in it, for the ServiceAccount that a connection names."""
