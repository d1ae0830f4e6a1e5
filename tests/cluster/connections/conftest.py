from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.support.cluster import Cluster
from tests.support.leaks import find_leaks
from tests.support.teams import Team
from tests.support.workplace import Workplace, make_namespace, open_workplace

ROOMS = 24
"""Namespaces of the one operator that all tests here share; each test takes one or two."""

RARELY = "--poll-interval=6h"
"""At the pace of the world, once in six minutes: what is seen sooner was not seen by a poll."""


@dataclass
class House:
    """One operator for many teams."""

    place: Workplace
    rooms: list[str]

    def move_in(self, *, tenant: str = "") -> Team:
        """Settle a team in a namespace that nobody used before."""
        return Team.settle(replace(self.place, namespace=self.rooms.pop(), applied=[]), tenant=tenant)


@pytest.fixture(scope="package")
def house(cluster: Cluster, crd_installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    rooms = [make_namespace(cluster) for _ in range(ROOMS)]
    folder = tmp_path_factory.mktemp("house")
    with open_workplace(cluster, folder, flags=(RARELY,), beside=tuple(rooms)) as place:
        yield House(place, rooms)
        assert find_leaks(place) == []


@pytest.fixture
def team(house: House) -> Team:
    return house.move_in()
