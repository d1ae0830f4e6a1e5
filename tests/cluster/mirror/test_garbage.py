"""A malformed value affects no other property and no other job, and causes no write at the next poll."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.cluster.mirror.garbage import GROUPS, KINDS, spoil
from tests.cluster.mirror.properties import PROPERTIES, replaced, valid_job
from tests.support.cluster import Object
from tests.support.operator_environment import OperatorEnvironment, condition

POLLS = 2
"""The second poll begins when the work that followed the first is done."""

PATIENT = "5m"
"""Three such intervals last 15 s of real time here. A call that fails on a busy machine is then no news."""

ROUNDS = 5
"""How many times polls are watched. A machine that is busy for 15 s makes a resource blind for once, which is news."""

ALONE = "a string of 1 MB"
"""The kind whose jobs together exceed one answer to a list: each gets a service principal of its own."""


@dataclass(frozen=True)
class Result:
    """One job with malformed properties: the expected mirror, the resource, and the resource around some polls."""

    expected: dict[str, Any]
    at_first: Object
    before_polls: Object
    after_polls: Object


@dataclass
class _MalformedJob:
    kind: str
    group: int
    principal: str
    name: str
    expected: dict[str, Any]


@pytest.fixture(scope="module")
def results(environment: OperatorEnvironment) -> dict[tuple[str, int], Result]:
    """Run all kinds of malformed values for all properties at once, each group of properties in a job of its own."""
    simulator, jobs = environment.simulator, []
    for kind in KINDS:
        shared = simulator.create_service_principal(kind).id
        for number, properties in enumerate(GROUPS):
            principal = simulator.create_service_principal(kind).id if kind == ALONE else shared
            job_id = simulator.create_job(principal).id
            # A paused job is read once in each poll interval.
            good = replaced(valid_job(job_id), ("schedule", "state"), "Disabled")
            spoiled = spoil(kind, properties, good)
            simulator.override(job_id, raw=spoiled.raw)
            name = environment.apply_job(principal, jobId=job_id, pollInterval=PATIENT)
            jobs.append(_MalformedJob(kind, number, principal, name, spoiled.shown))
    at_first = {it.name: _first_mirror(environment, it.name) for it in jobs}
    before, after = at_first, _after_polls(environment, jobs)
    for _ in range(ROUNDS):
        if before == after:
            break
        before, after = after, _after_polls(environment, jobs)
    return {(it.kind, it.group): Result(it.expected, at_first[it.name], before[it.name], after[it.name]) for it in jobs}


def _after_polls(environment: OperatorEnvironment, jobs: list[_MalformedJob]) -> dict[str, Object]:
    last = max(entry.sequence for entry in environment.simulator.journal())
    for principal in {it.principal for it in jobs}:
        environment.simulator.journal(operation="listJobs", service_principal=principal, after=last, at_least=POLLS)
    return {it.name: environment.job(it.name) for it in jobs}


def _first_mirror(environment: OperatorEnvironment, name: str) -> Object:
    try:
        return environment.wait(
            name,
            lambda found: _is_read(found) and "job" in found["status"],
            "it is mirrored",
        )
    except AssertionError:
        return environment.job(name)  # so that one failing job does not hide the others


def _is_read(found: Object) -> bool:
    """Tell whether Graph was read. A slow machine may show before that Graph did not answer in time."""
    return (condition(found, "Applied") or {}).get("reason") in {"Applied", "StateUnknown"}


def test_every_property_is_in_a_group() -> None:
    assert sorted(map(str, [wanted for group in GROUPS for wanted in group])) == sorted(map(str, PROPERTIES))


@pytest.mark.parametrize("group", range(len(GROUPS)))
@pytest.mark.parametrize("kind", KINDS)
class TestAMalformedValue:
    def test_affects_no_other_property(self, results: dict[tuple[str, int], Result], kind: str, group: int) -> None:
        found = results[kind, group]
        status = found.at_first["status"]
        assert _is_read(found.at_first)
        assert status["job"] == found.expected["job"]
        assert status["synchronizationStatus"] == found.expected["synchronizationStatus"]

    def test_causes_no_write_at_the_next_polls(
        self, results: dict[tuple[str, int], Result], kind: str, group: int
    ) -> None:
        found = results[kind, group]
        assert found.after_polls == found.before_polls


def test_an_event_reports_what_is_left_out_only_once(
    environment: OperatorEnvironment, results: dict[tuple[str, int], Result]
) -> None:
    name = results["a wrong type", 1].at_first["metadata"]["name"]
    environment.wait_event(name, "MirrorCut")
    reported = [event for event in environment.events(name) if event["reason"] == "MirrorCut"]
    assert [event.get("count", 1) for event in reported] == [1]
