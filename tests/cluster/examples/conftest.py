from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.cluster.examples.example import EXAMPLES, Example
from tests.cluster.examples.preparations import PREPARATIONS
from tests.support.cluster import Cluster
from tests.support.graph_facts import check_requests
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, make_namespace, open_workplace

OFTEN = "--poll-interval=30s"


@dataclass
class Gallery:
    """One operator for all examples, each in a namespace of its own."""

    places: dict[str, OperatorEnvironment]
    _shown: dict[str, Example] = field(default_factory=dict)

    def show(self, name: str) -> Example:
        """Apply an example, unless it was, and wait until all of it is Ready."""
        if name not in self._shown:
            example = Example.read(name, self.places[name])
            example.furnish()
            PREPARATIONS[name](example)
            example.apply()
            self._shown[name] = example
        self._shown[name].wait_ready()
        return self._shown[name]


@contextmanager
def open_gallery(cluster: Cluster, folder: Path) -> Iterator[Gallery]:
    rooms = {name: make_namespace(cluster) for name in EXAMPLES}
    with open_workplace(cluster, folder, flags=(OFTEN,), beside=tuple(rooms.values())) as place:
        yield Gallery({name: replace(place, namespace=room, applied=[]) for name, room in rooms.items()})
        assert check_requests(place.world.journal()) > 0
        assert find_leaks(place) == []


@pytest.fixture(scope="package")
def gallery(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    with open_gallery(cluster, tmp_path_factory.mktemp("gallery")) as found:
        yield found
