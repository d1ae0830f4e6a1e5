"""One odd value costs no other property, no other job, and no write at the next poll."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster.mirror.garbage import GROUPS, KINDS, spoil
from tests.cluster.mirror.properties import PROPERTIES, replaced, valid_job
from tests.support.cluster import Object, has_condition
from tests.support.operator_environment import OperatorEnvironment, condition

POLLS = 2
"""The second one begins when all that the first one brought is done."""

ALONE = "a string of 1 MB"
"""Too much for one list of jobs altogether."""


@dataclass(frozen=True)
class Seen:
    """One job with garbage in some properties: the mirror that is due, the resource, and again some polls later."""

    due: dict[str, Any]
    at_first: Object
    after_polls: Object


@dataclass
class _Played:
    kind: str
    group: int
    principal: str
    name: str
    due: dict[str, Any]


@pytest.fixture(scope="module")
def seen(workplace: OperatorEnvironment) -> dict[tuple[str, int], Seen]:
    """Spoil all properties in all ways at once, each group of them in a job of its own."""
    world, played = workplace.world, []
    for kind in KINDS:
        shared = world.create_service_principal(kind).id
        for number, properties in enumerate(GROUPS):
            principal = world.create_service_principal(kind).id if kind == ALONE else shared
            job_id = world.create_job(principal).id
            # A job that rests is read once in each poll interval.
            good = replaced(valid_job(job_id), ("schedule", "state"), "Disabled")
            spoiled = spoil(kind, properties, good)
            world.override(job_id, raw=spoiled.raw)
            interval = "90s" if kind == ALONE else "30s"
            name = workplace.apply_job(principal, jobId=job_id, pollInterval=interval)
            played.append(_Played(kind, number, principal, name, spoiled.shown))
    at_first = {it.name: _first_mirror(workplace, it.name) for it in played}
    ends = [entry.sequence for entry in world.journal()]
    for principal in {it.principal for it in played}:
        world.journal(operation="listJobs", service_principal=principal, after=max(ends), at_least=POLLS)
    return {(it.kind, it.group): Seen(it.due, at_first[it.name], workplace.job(it.name)) for it in played}


def _first_mirror(place: OperatorEnvironment, name: str) -> Object:
    try:
        return place.wait(name, lambda found: has_condition(found, "Applied"), "it is mirrored", within_seconds=10)
    except AssertionError:
        return place.job(name)  # so that one job that fails hides no other


def test_every_property_is_spoiled() -> None:
    assert sorted(map(str, [wanted for group in GROUPS for wanted in group])) == sorted(map(str, PROPERTIES))


@pytest.mark.parametrize("group", range(len(GROUPS)))
@pytest.mark.parametrize("kind", KINDS)
class TestGarbage:
    def test_costs_no_other_property(self, seen: dict[tuple[str, int], Seen], kind: str, group: int) -> None:
        found = seen[kind, group]
        status = found.at_first["status"]
        assert condition(found.at_first, "Applied")["status"] == "True"
        assert status["job"] == found.due["job"]
        assert status["synchronizationStatus"] == found.due["synchronizationStatus"]

    def test_brings_no_write_at_the_next_polls(self, seen: dict[tuple[str, int], Seen], kind: str, group: int) -> None:
        found = seen[kind, group]
        assert found.after_polls == found.at_first


def test_what_is_left_out_is_told_once(workplace: OperatorEnvironment, seen: dict[tuple[str, int], Seen]) -> None:
    name = seen["a wrong type", 1].at_first["metadata"]["name"]
    workplace.wait_event(name, "MirrorCut")
    told = [event for event in workplace.events(name) if event["reason"] == "MirrorCut"]
    assert [event.get("count", 1) for event in told] == [1]
