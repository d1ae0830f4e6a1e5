"""Calls to Graph from applying one resource to its first mirrored status and Ready, and those two seconds after it.

Counted by the simulator's journal: every request to Graph, whatever the answer. Token and discovery stand apart. The
world's clock runs at its natural speed, so that no due poll falls into the count.
"""

from benchmarks.environment import open_workshop


def measure() -> float:
    """Create, start and mirror one job."""
    with open_workshop() as workshop:
        workshop.world.clear_journal()
        workshop.apply(workshop.make_manifests(1))
        workshop.wait_for_stragglers()
        return workshop.world.calls().graph_total
