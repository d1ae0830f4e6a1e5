"""Seconds from the start of one `kubectl apply` of 200 resources on 200 service principals until all are Ready.

Each asks for a job that does not exist yet, so each takes a list, a create, a start and another list. Every call to
Graph takes 50 ms longer in the simulator. All processes share this machine: kubectl, API server, etcd, simulator,
operator, and the watch that tells when all are Ready.
"""

from benchmarks.environment import open_workshop

COUNT = 200
LATENCY_MS = 50.0


def measure() -> float:
    """Apply 200 resources at once."""
    with open_workshop(latency_ms=LATENCY_MS) as workshop:
        return workshop.apply(workshop.make_manifests(COUNT))
