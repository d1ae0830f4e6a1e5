"""Measures the resident memory of the simulated Graph's process after 200 resources have become Ready."""

from benchmarks.environment import start_environment
from benchmarks.processes import read_resident_mib

COUNT = 200


def measure() -> float:
    """Apply 200 resources and read the simulator's resident memory in MiB."""
    with start_environment() as environment:
        environment.apply(environment.make_manifests(COUNT))
        environment.wait_for_late_requests()
        return read_resident_mib(environment.simulator_pid)
