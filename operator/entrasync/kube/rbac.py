"""The rights that the operator uses at the API server, each with what it is for. The chart's role grants just these."""

from dataclasses import dataclass

JOBS, CONNECTIONS = "entrasync.io/synchronizationjobs", "entrasync.io/graphconnections"


@dataclass(frozen=True)
class Right:
    """Verbs on a resource (`group/resource`, the core group is `core`), and what they are for."""

    verbs: tuple[str, ...]
    resource: str
    purpose: str


RIGHTS = (
    Right(("list", "watch"), JOBS, "All it does begins here."),
    Right(("patch",), JOBS, "The finalizer, and the annotations that remember the job's id and origin."),
    Right(("patch",), f"{JOBS}/status", "Status; before each create of a job, its intent."),
    Right(("list", "watch"), CONNECTIONS, "The tenants and credentials that namespaces bring."),
    Right(("patch",), f"{CONNECTIONS}/status", "Whether a connection works, and what its token does not allow."),
    Right(("get",), "core/secrets", "The Secrets that GraphConnections and `spec.application` name."),
    Right(
        ("list", "watch"),
        "core/secrets",
        "To act at once on changed Secrets labelled `entrasync.io/watch`; it asks for their metadata only. Without"
        " (`secrets.watch: false` in the chart), they are read again at the next poll.",
    ),
    Right(("create",), "core/events", "Events."),
    Right(("get",), "core/namespaces", "The annotations `entrasync.io/default-...`."),
)

GRANTED_BY_OWNERS = Right(
    ("create",),
    "core/serviceaccounts/token",
    "`workloadIdentity` of a GraphConnection: a token of the ServiceAccount it names. No part of the chart's role.",
)
"""What the owner of a namespace grants in it, for the ServiceAccount that a connection names."""
