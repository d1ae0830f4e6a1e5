"""Graph throttles, fails, is cut off or talks nonsense: the operator keeps going, and is never blind and green."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition, open_branch

OUTAGES: dict[str, dict[str, Any]] = {
    "500": {"action": "answer", "status": 500},
    "503 with Retry-After": {"action": "answer", "status": 503, "retry_after": "seconds", "retry_after_seconds": 20},
    "504": {"action": "answer", "status": 504},
    "the connection is closed": {"action": "close"},
    "the answer is cut": {"action": "truncate", "point": "after"},
}


@pytest.fixture(scope="module")
def throttled_workplace(shared_swift_workplace: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """A pause that Graph asks for stops all calls of an operator, so this one serves nobody else."""
    with open_branch(shared_swift_workplace) as branch:
        yield branch


PATIENT = "5m"
"""Three such intervals last 1.5 s of real time here: what is meant to be short stays short on a busy machine."""


def settle(
    place: OperatorEnvironment, templates: tuple[str, ...] = ("scim",), *, poll_interval: str = "30s"
) -> tuple[str, str, str]:
    """Have a job adopted that rests, so that nothing changes by itself; returns service principal, resource, job."""
    principal = place.world.create_service_principal(templates=templates).id
    job = place.world.create_job(principal, "scim").id
    name = place.apply_job(principal, pollInterval=poll_interval)
    place.wait_ready(name)
    return principal, name, job


class TestThrottling:
    @pytest.mark.parametrize("form", ["seconds", "date", "none"])
    def test_a_pause_is_kept_in_each_form_and_ready_stays(
        self, throttled_workplace: OperatorEnvironment, form: str
    ) -> None:
        place, asked = throttled_workplace, 60 if form != "none" else 0
        principal, name, _ = settle(place, poll_interval=PATIENT)
        before = place.job(name)
        fault = place.world.fault(
            "answer",
            operation="listJobs",
            service_principal=principal,
            status=429,
            code="TooManyRequests",
            retry_after=form,
            retry_after_seconds=asked,
        )
        fault.wait_hits()
        place.wait_polls(principal, count=1)
        entries = place.world.journal(operation="listJobs", service_principal=principal)
        refused = next(place for place, entry in enumerate(entries) if entry.status == 429)
        waited = entries[refused + 1].world_time - entries[refused].world_time
        # A date has whole seconds only
        assert waited >= timedelta(seconds=asked - 1 if asked else 0.5)
        assert place.job(name)["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
        place.rest()

    def test_a_write_that_was_throttled_is_told_and_sent_again(self, throttled_workplace: OperatorEnvironment) -> None:
        place = throttled_workplace
        principal = place.world.create_service_principal().id
        fault = place.world.fault(
            "answer",
            operation="createJob",
            service_principal=principal,
            status=429,
            retry_after="seconds",
            retry_after_seconds=60,
        )
        name = place.apply_job(principal)
        fault.wait_hits()
        waiting = place.wait_condition(name, "Reconciling", reason="Throttled")
        assert "operation" not in waiting["status"]
        place.wait_ready(name)
        assert place.writes(principal) == ["createJob", "createJob", "startJob"]
        assert len(place.world.jobs(principal)) == 1
        place.rest()


class TestAnOutage:
    @pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
    def test_that_is_short_is_no_news(self, swift_workplace: OperatorEnvironment, outage: dict[str, Any]) -> None:
        principal, name, _ = settle(swift_workplace, poll_interval=PATIENT)
        before = swift_workplace.job(name)
        fault = swift_workplace.world.fault(operation="listJobs", service_principal=principal, times=2, **outage)
        fault.wait_hits(2)
        swift_workplace.wait_polls(principal, count=1)
        assert swift_workplace.job(name)["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]

    def test_of_three_poll_intervals_makes_ready_unknown_until_graph_is_back(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, job = settle(swift_workplace)
        before = swift_workplace.job(name)
        began = swift_workplace.world.now()
        outage = swift_workplace.world.fault("close", operation="*", service_principal=principal, times=None)
        blind = swift_workplace.wait_condition(name, "Ready", "Unknown", reason="GraphUnreachable")
        assert swift_workplace.world.now() - began >= timedelta(seconds=60)
        message = condition(blind, "Ready")["message"]
        assert "Graph could not be read for three poll intervals" in message
        assert "may be out of date" in message
        assert blind["status"]["synchronizationStatus"] == before["status"]["synchronizationStatus"]
        assert blind["status"]["job"]["id"] == job
        outage.remove()
        found = swift_workplace.wait_condition(name, "Ready")
        assert not condition(found, "Reconciling")
        swift_workplace.wait_polls(principal, count=1)
        swift_workplace.wait_told(name, "GraphUnreachable", times=1)

    def test_of_the_whole_of_graph_is_told_on_every_resource(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        names = [settle(place)[1] for _ in range(2)]
        outage = place.world.fault("close", times=None)
        for name in names:
            place.wait_condition(name, "Ready", "Unknown", reason="GraphUnreachable")
        assert place.operator is not None
        assert place.operator.read("/healthz")[0] == 200
        assert place.operator.read("/readyz")[0] == 200
        outage.remove()
        for name in names:
            place.wait_condition(name, "Ready")

    def test_before_the_first_look_is_told_and_waited_for(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        outage = workplace.world.fault("answer", service_principal=principal, status=503, times=None)
        name = workplace.apply_job(principal)
        waiting = workplace.wait_condition(name, "Reconciling", reason="GraphUnreachable")
        assert condition(waiting, "Ready")["status"] == "False"
        assert "503" in condition(waiting, "Ready")["message"]
        outage.remove()
        workplace.wait_ready(name)

    def test_of_a_create_is_never_followed_by_a_second_one_while_the_first_may_arrive(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal().id
        swift_workplace.world.fault(
            "answer", operation="createJob", service_principal=principal, point="after", status=504
        )
        found = swift_workplace.wait_ready(swift_workplace.apply_job(principal))
        [job] = swift_workplace.world.jobs(principal)
        assert found["status"]["job"]["id"] == job.id
        assert found["status"]["origin"] == "Created"
        assert swift_workplace.writes(principal) == ["createJob", "startJob"]


class TestAMalformedJob:
    @pytest.mark.parametrize(
        "raw",
        [
            b'{"id": 5, "status": []}',
            b'"no object at all"',
            b'{"id": "%s", "templateId": "scim", "status": "no object", "schedule": [1, 2]}',
            b'{"id": "%s", "templateId": "scim", "status": {"code": {"a": 1}, "quarantine": "yes", "progress": {}}}',
        ],
        ids=["no id", "no object", "no status", "odd types"],
    )
    def test_harms_no_other_on_the_same_service_principal(
        self, swift_workplace: OperatorEnvironment, raw: bytes
    ) -> None:
        place = swift_workplace
        principal, _, odd = settle(place, templates=("scim", "zendesk"))
        good = place.world.create_job(principal, "zendesk", started=True).id
        name = place.apply_job(principal, template="zendesk", pollInterval="30s")
        place.wait_ready(name)
        place.world.override(odd, raw=raw.replace(b"%s", odd.encode()))
        place.wait_polls(principal, count=1)
        place.world.override(good, set={"status.countSuccessiveCompleteFailures": 9})
        seen = place.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 9,
            "the good job is mirrored",
        )
        assert condition(seen, "Ready")["status"] == "True"
        assert place.writes(principal) == []
