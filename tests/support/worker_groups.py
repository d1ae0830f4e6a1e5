"""Which tests go to the same worker, and in which order, when several workers run at once.

It does not use the groups of xdist: they write into a field that items of pytest 9.2 no longer have, without an error.
"""

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

LONGEST_FIRST = (
    "tests/ecosystem/chart/",
    "tests/ecosystem/test_prometheus.py",
    "tests/ecosystem/",
    "tests/cluster/replicas/",
    "tests/cluster/outages/",
    "tests/cluster/soak/",
    "tests/cluster/test_refused_namespaces.py",
    "tests/cluster/application/",
    "tests/cluster/crash/",
    "tests/cluster/lifecycle/",
    "tests/cluster/schedule/",
    "tests/cluster/process/",
    "tests/cluster/controllers/",
    "tests/cluster/test_demo.py",
    "tests/cluster/test_demo_takeover.py",
    "tests/cluster/connections/",
    "tests/cluster/examples/",
    "tests/cluster/mirror/",
    "tests/cluster/test_control_plane.py",
    "tests/cluster/",
    "tests/component/kills/",
    "tests/unit/reconcile/test_random_worlds.py",
    "tests/component/",
)
"""With this order no worker is left with a long group at the end."""

_LEVELS_OF_A_FOLDER = 3
"""`tests/cluster/crash`: its tests share operators. Elsewhere the tests of a file go together."""


def group_of(test: str) -> str:
    """Return the group of a test, by its id."""
    file = test.partition("::")[0]
    parts = file.split("/")
    is_shared = parts[1] in {"cluster", "ecosystem"} and len(parts) > _LEVELS_OF_A_FOLDER
    return "/".join(parts[:_LEVELS_OF_A_FOLDER]) if is_shared else file


def rank_of(test: str) -> int:
    """Return the position at which a test's group starts."""
    ranks = [rank for rank, start in enumerate(LONGEST_FIRST) if test.startswith(start)]
    return min(ranks, default=len(LONGEST_FIRST))


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives each worker a whole group at a time."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False  # it would start with the groups that have most tests, which are quick
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
