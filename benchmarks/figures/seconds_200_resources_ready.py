"""Measures the seconds from the start of one `kubectl apply` of 200 resources until all of them are Ready.

Each resource has a service principal of its own and asks for a job that does not exist yet, so each takes a list, a
create, a start and another list. The simulator adds 50 ms to every call to Graph. All processes share this machine:
kubectl, API server, etcd, simulator, operator, and the watch that finds when all are Ready.
"""

from benchmarks.environment import start_environment

COUNT = 200
LATENCY_MS = 50.0


def measure() -> float:
    """Apply 200 resources at once."""
    with start_environment(latency_ms=LATENCY_MS) as environment:
        return environment.apply(environment.make_manifests(COUNT))
