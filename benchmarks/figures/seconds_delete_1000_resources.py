"""Measures the seconds from the start of one `kubectl delete` of 1,000 resources until the last of them is gone.

Each resource has created a job of its own, whose deletionPolicy is Delete, so each takes one DELETE in Graph. All
processes share this machine: kubectl, API server, etcd, simulator and operator. kubectl does not wait
(`--wait=false`): its own wait asks for one resource after another, five in a second, long after the last is gone.
"""

import time

from benchmarks.environment import NAMESPACE, start_environment
from benchmarks.errors import NotMeasuredError

COUNT = 1000


def measure() -> float:
    """Delete 1,000 resources at once."""
    with start_environment() as environment:
        environment.apply(environment.make_manifests(COUNT))
        began = time.monotonic()
        environment.cluster.delete_jobs(NAMESPACE)
        environment.wait("all resources are gone", lambda: not environment.cluster.has_jobs(NAMESPACE))
        seconds = time.monotonic() - began
        if left := len(environment.simulator.jobs()):
            raise NotMeasuredError(f"{left} jobs are still in Graph")
        return seconds
