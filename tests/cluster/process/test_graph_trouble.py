"""Graph throttles, fails, is cut off or sends malformed answers: the operator goes on and Ready does not stay True."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition, open_second_operator

OUTAGES: dict[str, dict[str, Any]] = {
    "500": {"action": "answer", "status": 500},
    "503 with Retry-After": {"action": "answer", "status": 503, "retry_after": "seconds", "retry_after_seconds": 20},
    "504": {"action": "answer", "status": 504},
    "the connection is closed": {"action": "close"},
    "the answer is cut": {"action": "truncate", "point": "after"},
}


@pytest.fixture(scope="module")
def throttled_environment(shared_fast_environment: OperatorEnvironment) -> Iterator[OperatorEnvironment]:
    """A pause that Graph asks for stops all calls of an operator, so this operator is used by no other test."""
    with open_second_operator(shared_fast_environment) as second:
        yield second


PATIENT = "30m"
"""Three such intervals last 9 s of real time here, so a short outage stays short on a busy machine."""


def settle(
    environment: OperatorEnvironment, templates: tuple[str, ...] = ("scim",), *, poll_interval: str = "30s"
) -> tuple[str, str, str]:
    """Have a paused job adopted, which does not change by itself; return service principal, resource and job."""
    principal = environment.simulator.create_service_principal(templates=templates).id
    job = environment.simulator.create_job(principal, "scim").id
    name = environment.apply_job(principal, pollInterval=poll_interval)
    environment.wait_ready(name)
    return principal, name, job


class TestThrottling:
    @pytest.mark.parametrize("form", ["seconds", "date", "none"])
    def test_each_form_of_retry_after_is_kept_while_ready_stays(
        self, throttled_environment: OperatorEnvironment, form: str
    ) -> None:
        environment, asked = throttled_environment, 60 if form != "none" else 0
        principal, name, _ = settle(environment, poll_interval=PATIENT)
        before = environment.job(name)
        fault = environment.simulator.fault(
            "answer",
            operation="listJobs",
            service_principal=principal,
            status=429,
            code="TooManyRequests",
            retry_after=form,
            retry_after_seconds=asked,
        )
        fault.wait_hits()
        environment.wait_polls(principal, count=1)
        entries = environment.simulator.journal(operation="listJobs", service_principal=principal)
        refused = next(environment for environment, entry in enumerate(entries) if entry.status == 429)
        waited = entries[refused + 1].world_time - entries[refused].world_time
        # a date has whole seconds only
        assert waited >= timedelta(seconds=asked - 1 if asked else 0.5)
        assert environment.job(name) == before
        environment.suspend_jobs()

    def test_a_throttled_write_is_reported_and_sent_again(self, throttled_environment: OperatorEnvironment) -> None:
        environment = throttled_environment
        principal = environment.simulator.create_service_principal().id
        fault = environment.simulator.fault(
            "answer",
            operation="createJob",
            service_principal=principal,
            status=429,
            retry_after="seconds",
            retry_after_seconds=60,
        )
        name = environment.apply_job(principal)
        fault.wait_hits()
        waiting = environment.wait_shown(name, "Reconciling", reason="Throttled")
        assert "operation" not in waiting["status"]
        environment.wait_ready(name)
        assert environment.writes(principal) == ["createJob", "createJob", "startJob"]
        assert len(environment.simulator.jobs(principal)) == 1
        environment.suspend_jobs()


class TestOutage:
    @pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
    def test_a_short_outage_is_not_reported(
        self, fast_environment: OperatorEnvironment, outage: dict[str, Any]
    ) -> None:
        principal, name, _ = settle(fast_environment, poll_interval=PATIENT)
        before = fast_environment.job(name)
        fault = fast_environment.simulator.fault(operation="listJobs", service_principal=principal, times=2, **outage)
        fault.wait_hits(2)
        fast_environment.wait_polls(principal, count=1)
        assert fast_environment.job(name)["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]

    def test_an_outage_of_three_poll_intervals_makes_ready_unknown_until_graph_is_back(
        self, environment: OperatorEnvironment
    ) -> None:
        principal, name, job = settle(environment, poll_interval="2m")
        before = environment.job(name)
        outage = environment.simulator.fault("close", operation="*", service_principal=principal, times=None)
        blind = environment.wait_condition(name, "Ready", "Unknown", reason="GraphUnreachable")
        message = condition(blind, "Ready")["message"]
        assert "Graph could not be read for three poll intervals" in message
        assert "may be out of date" in message
        assert blind["status"]["synchronizationStatus"] == before["status"]["synchronizationStatus"]
        assert blind["status"]["job"]["id"] == job
        outage.remove()
        found = environment.wait_condition(name, "Ready")
        assert not condition(found, "Reconciling")
        environment.wait_polls(principal, count=1)
        environment.wait_events(name, "GraphUnreachable", times=1)

    def test_an_outage_of_all_of_graph_is_reported_on_every_resource(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        names = [settle(environment)[1] for _ in range(2)]
        outage = environment.simulator.fault("close", times=None)
        for name in names:
            environment.wait_condition(name, "Ready", "Unknown", reason="GraphUnreachable")
        assert environment.operator is not None
        assert environment.operator.read("/healthz")[0] == 200
        assert environment.operator.read("/readyz")[0] == 200
        outage.remove()
        for name in names:
            environment.wait_condition(name, "Ready")

    def test_an_outage_before_the_first_read_is_reported_and_waited_for(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        outage = environment.simulator.fault("answer", service_principal=principal, status=503, times=None)
        name = environment.apply_job(principal)
        waiting = environment.wait_condition(name, "Reconciling", reason="GraphUnreachable")
        assert condition(waiting, "Ready")["status"] == "False"
        assert "503" in condition(waiting, "Ready")["message"]
        outage.remove()
        environment.wait_ready(name)

    def test_a_create_during_an_outage_is_not_sent_again_while_the_first_may_arrive(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        fast_environment.simulator.fault(
            "answer", operation="createJob", service_principal=principal, point="after", status=504
        )
        found = fast_environment.wait_ready(fast_environment.apply_job(principal))
        [job] = fast_environment.simulator.jobs(principal)
        assert found["status"]["job"]["id"] == job.id
        assert found["status"]["origin"] == "Created"
        assert fast_environment.writes(principal) == ["createJob", "startJob"]


class TestMalformedJob:
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
    def test_a_malformed_job_harms_no_other_on_the_same_service_principal(
        self, fast_environment: OperatorEnvironment, raw: bytes
    ) -> None:
        environment = fast_environment
        principal, _, odd = settle(environment, templates=("scim", "zendesk"))
        good = environment.simulator.create_job(principal, "zendesk", started=True).id
        name = environment.apply_job(principal, template="zendesk", pollInterval="30s")
        environment.wait_ready(name)
        environment.simulator.override(odd, raw=raw.replace(b"%s", odd.encode()))
        environment.wait_polls(principal, count=1)
        environment.simulator.override(good, set={"status.countSuccessiveCompleteFailures": 9})
        seen = environment.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 9,
            "the good job is mirrored",
        )
        assert condition(seen, "Ready")["status"] == "True"
        assert environment.writes(principal) == []
