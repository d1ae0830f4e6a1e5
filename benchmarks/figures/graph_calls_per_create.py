"""Counts the calls to Graph from applying one resource until two seconds after it is Ready and mirrored.

The simulator's journal counts every request to Graph, whatever the answer, except those for tokens and discovery. The
simulated clock runs at real speed, so that no due poll is counted.
"""

from benchmarks.environment import start_environment


def measure() -> float:
    """Create, start and mirror one job."""
    with start_environment() as environment:
        environment.simulator.clear_journal()
        environment.apply(environment.make_manifests(1))
        environment.wait_for_late_requests()
        return environment.simulator.calls().graph_total
