"""Checks what injected faults do to a request, before and after its effect."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error, secrets_of
from tests.support.simulator_client import Principal, SimulatorClient


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """A pool of threads for requests that are held while the test goes on."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        yield pool


def create(caller: GraphCaller, principal: Principal) -> httpx.Response:
    return caller.post(jobs_of(principal.id), {"templateId": "scim"})


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"status": 500, "code": "generalException", "message": "Oh."}, (500, "generalException", "Oh.")),
        ({"status": 503}, (503, "serviceNotAvailable", "")),
        ({"status": 401, "code": "UnknownError"}, (401, "UnknownError", "")),
        ({"status": 403}, (403, "Authorization_RequestDenied", "")),
        ({"status": 404}, (404, "Request_ResourceNotFound", "")),
        ({"status": 409}, (409, "Conflict", "")),
    ],
)
def test_an_injected_error_hits_the_next_call_and_prevents_its_effect(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, fields: dict[str, object], error: object
) -> None:
    simulator.fault("answer", operation="createJob", **fields)
    assert read_error(create(caller, principal)) == error
    assert simulator.jobs() == []
    assert create(caller, principal).status_code == 201


def test_an_error_can_be_injected_after_the_effect(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.fault("answer", operation="createJob", point="after", status=504)
    assert create(caller, principal).status_code == 504
    assert len(simulator.jobs()) == 1
    assert simulator.journal(operation="createJob")[0].had_effect


def test_an_injected_error_can_have_any_body_and_headers(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    caller.checks_answers = False
    simulator.fault("answer", operation="listJobs", status=502, body=b"<html>", headers={"X-Odd": "1"})
    answer = caller.get(jobs_of(principal.id))
    assert (answer.status_code, answer.content, answer.headers["x-odd"]) == (502, b"<html>", "1")


@pytest.mark.parametrize(("point", "deleted"), [("before", 0), ("after", 1)])
def test_a_foreign_page_with_status_200_can_take_the_place_of_an_answer(
    caller: GraphCaller,
    simulator: SimulatorClient,
    principal: Principal,
    point: Literal["before", "after"],
    deleted: int,
) -> None:
    caller.checks_answers = False
    path = f"{jobs_of(principal.id)}/{caller.create(principal.id)}"
    simulator.fault("page", operation="deleteJob", point=point)
    answer = caller.delete(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert not {"request-id", "client-request-id", "odata-version", "x-ms-ags-diagnostic"} & set(answer.headers)
    assert len(simulator.jobs()) == 1 - deleted
    assert simulator.journal(operation="deleteJob")[0].status == 200


@pytest.mark.parametrize("operation", ["*", "token"])
def test_a_foreign_page_can_take_the_place_of_a_token(
    caller: GraphCaller, simulator: SimulatorClient, operation: str
) -> None:
    simulator.fault("page", operation=operation)
    assert caller.ask_token().headers["content-type"] == "text/html; charset=utf-8"


def test_a_nested_error_is_json_in_the_message(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.fault("answer", operation="listJobs", status=400, code="InvalidNotificationSettings", nested=True)
    status, code, message = read_error(caller.get(jobs_of(principal.id)))
    assert (status, code) == (400, "UnknownError")
    assert '"code": "InvalidNotificationSettings"' in message


def test_retry_after_has_three_forms(caller: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    def read(form: str) -> httpx.Response:
        simulator.fault("answer", status=429, retry_after=form, retry_after_seconds=30)
        return caller.get(jobs_of(principal.id))

    caller.sign_in()
    assert read("seconds").headers["retry-after"] == "30"
    dated = read("date")
    moments = [parsedate_to_datetime(dated.headers[name]) for name in ("date", "retry-after")]
    assert moments[1] - moments[0] == timedelta(seconds=30)
    assert "retry-after" not in read("none").headers
    simulator.switch(throttle_retry_after="none")
    assert "retry-after" not in read("").headers


def test_a_fault_hits_only_the_requests_it_is_meant_for(caller: GraphCaller, simulator: SimulatorClient) -> None:
    first, second = simulator.create_service_principals(2)
    fault = simulator.fault("answer", operation="listJobs", service_principal=second.id, skip=1, times=2)
    answers = [caller.get(jobs_of(sp.id)).status_code for sp in (first, second, second, second, second)]
    assert answers == [200, 200, 500, 500, 200]
    assert (fault.look().seen, fault.look().hits) == (3, 2)


def test_a_fault_of_one_job_ends_at_its_time(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job, other = (caller.create(principal.id) for _ in range(2))
    until = simulator.now() + timedelta(minutes=1)
    simulator.fault("answer", job=job, times=None, until=until.isoformat())
    paths = [f"{jobs_of(principal.id)}/{name}" for name in (job, job, other)]
    assert [caller.get(path).status_code for path in paths] == [500, 500, 200]
    simulator.advance(timedelta(minutes=2))
    assert caller.get(paths[0]).status_code == 200


@pytest.mark.parametrize(("point", "jobs", "end"), [("before", 0, "cut"), ("after", 1, "lost")])
def test_a_connection_can_be_closed_before_or_after_the_effect(
    caller: GraphCaller,
    simulator: SimulatorClient,
    principal: Principal,
    point: Literal["before", "after"],
    jobs: int,
    end: str,
) -> None:
    simulator.fault("close", operation="createJob", point=point)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        create(caller, principal)
    assert len(simulator.jobs()) == jobs
    entry = simulator.journal(operation="createJob")[0]
    assert (entry.end, entry.status, entry.had_effect) == (end, None, bool(jobs))


def test_a_connection_can_be_closed_in_the_middle_of_the_body(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.fault("truncate", operation="createJob", point="after")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        create(caller, principal)
    assert len(simulator.jobs()) == 1


@pytest.mark.parametrize(("point", "held"), [("before", 0), ("after", 1)])
def test_a_request_is_held_until_it_is_released(
    caller: GraphCaller,
    simulator: SimulatorClient,
    principal: Principal,
    pool: ThreadPoolExecutor,
    point: Literal["before", "after"],
    held: int,
) -> None:
    caller.sign_in()
    hold = simulator.hold("createJob", point)
    answer: Future[httpx.Response] = pool.submit(create, caller, principal)
    hold.wait_held()
    assert len(simulator.jobs()) == held
    hold.release()
    assert answer.result(60).status_code == 201
    assert len(simulator.jobs()) == 1


@pytest.mark.parametrize(("point", "jobs"), [("before", 0), ("after", 1)])
def test_a_request_abandoned_while_held_has_its_effect_only_if_held_after_it(
    simulator: SimulatorClient,
    principal: Principal,
    pool: ThreadPoolExecutor,
    point: Literal["before", "after"],
    jobs: int,
) -> None:
    hold = simulator.hold("createJob", point)
    with GraphCaller(simulator) as leaving:
        leaving.sign_in()
        leaving.http.timeout = httpx.Timeout(10, read=0.3)
        answer = pool.submit(create, leaving, principal)
        hold.wait_held()
        with pytest.raises(httpx.ReadTimeout):
            answer.result(60)
    entry = simulator.journal(operation="createJob", idle=True)[0]
    assert (entry.end, entry.had_effect) == ("abandoned", bool(jobs))
    hold.release()
    assert len(simulator.jobs()) == jobs
    assert hold.look().holding == 0


def test_a_held_request_takes_effect_at_the_simulated_time_of_its_release(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, pool: ThreadPoolExecutor
) -> None:
    caller.sign_in()
    hold = simulator.hold("createJob")
    answer = pool.submit(create, caller, principal)
    hold.wait_held()
    later = simulator.advance(timedelta(hours=1))
    hold.remove()
    answer.result(60)
    created = simulator.jobs()[0].state["created"]
    assert datetime.fromisoformat(created) == later


def test_a_delay_takes_real_time_and_leaves_the_answer_unchanged(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.fault("delay", operation="listJobs", delay_seconds=0.05)
    assert caller.get(jobs_of(principal.id)).status_code == 200
    took = simulator.journal(operation="listJobs")[0].seconds
    assert took is not None
    assert took >= 0.05


def test_latency_makes_every_call_take_longer(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_latency(0.02)
    caller.get(jobs_of(principal.id))
    calls = simulator.journal(idle=True)
    assert calls
    assert all((entry.seconds or 0) >= 0.02 for entry in calls)


def test_a_fault_can_hit_the_token_service(caller: GraphCaller, simulator: SimulatorClient) -> None:
    simulator.fault("answer", operation="token", status=503, retry_after="seconds")
    answer = caller.ask_token()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert answer.json()["error"] == "temporarily_unavailable"
    assert caller.ask_token().status_code == 200


def test_cleared_faults_hit_nothing(caller: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    simulator.fault("close", times=None)
    simulator.clear_faults()
    assert caller.get(jobs_of(principal.id)).status_code == 200


def test_the_highest_number_of_concurrent_requests_is_counted(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, pool: ThreadPoolExecutor
) -> None:
    caller.sign_in()
    hold = simulator.hold("listJobs", times=3)
    answers = [pool.submit(caller.get, jobs_of(principal.id)) for _ in range(3)]
    hold.wait_held(3)
    hold.release()
    assert [answer.result(60).status_code for answer in answers] == [200] * 3
    assert simulator.calls().most_in_flight == 3


def test_the_answer_to_a_put_of_secrets_can_be_lost(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.fault("close", operation="putSecrets", point="after")
    with pytest.raises(httpx.RemoteProtocolError):
        caller.put(secrets_of(principal.id), {"value": [{"key": "SecretToken", "value": "s"}]})
    assert simulator.secrets(principal.id) == {"SecretToken": "s"}
    entry = simulator.journal(operation="putSecrets")[0]
    assert (entry.end, entry.had_effect) == ("lost", True)
