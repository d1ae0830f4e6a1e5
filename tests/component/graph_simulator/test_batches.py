"""Checks $batch."""

from typing import Any

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error, secrets_of
from tests.support.simulator_client import Principal, SimulatorClient


@pytest.fixture
def batch(caller: GraphCaller) -> GraphCaller:
    """A caller whose answers are not checked: the description of the synchronization API has no $batch."""
    caller.checks_answers = False
    return caller


def request(number: str, method: str, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    """Make one request of a batch."""
    whole = {"id": number, "method": method, "url": url} | more
    return whole if body is None else whole | {"body": body, "headers": {"Content-Type": "application/json"}}


def send(batch: GraphCaller, *requests: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Send a batch, and return its responses by id, in the order of the requests."""
    answer = batch.post("/$batch", {"requests": list(requests)})
    assert answer.status_code == 200, answer.text
    answers = {response["id"]: response for response in answer.json()["responses"]}
    return {each["id"]: answers[each["id"]] for each in requests}


def test_each_request_is_answered_for_itself(
    batch: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    jobs = jobs_of(principal.id)
    answers = send(
        batch,
        request("1", "POST", jobs, {"templateId": "scim"}),
        request("2", "GET", f"{jobs}?$filter=templateId eq 'scim'"),
        request("3", "GET", f"{jobs}/nothing"),
        request("4", "GET", f"{jobs}/$count"),
        request("5", "PUT", jobs, {}),
        request("6", "GET", "tenant/discovery/v2.0/keys"),
    )
    assert [answer["status"] for answer in answers.values()] == [201, 200, 404, 200, 405, 400]
    assert answers["2"]["body"]["value"][0]["id"] == answers["1"]["body"]["id"]
    assert answers["3"]["body"]["error"]["code"] == "UnknownError"
    assert answers["4"]["body"] == "MQ=="
    assert answers["1"]["headers"]["Content-Type"].startswith("application/json;odata.metadata=minimal")
    assert simulator.journal(operation="batch")[0].had_effect


def test_a_request_whose_dependency_failed_is_not_sent(
    batch: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    jobs = jobs_of(principal.id)
    answers = send(
        batch,
        request("1", "POST", jobs, {"templateId": "unheard"}),
        request("2", "POST", jobs, {"templateId": "scim"}, dependsOn=["1"]),
        request("3", "POST", jobs, {"templateId": "scim"}, dependsOn=["2"]),
    )
    assert [answer["status"] for answer in answers.values()] == [400, 424, 424]
    assert simulator.jobs() == []


def test_each_request_is_throttled_for_itself(
    batch: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.throttle(calls=2, seconds=10)
    answers = send(batch, *(request(str(n), "GET", jobs_of(principal.id)) for n in range(3)))
    assert [answer["status"] for answer in answers.values()] == [200, 200, 429]
    assert int(answers["2"]["headers"]["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([], "The property 'requests' is required."),
        ([request(str(n), "GET", "/x") for n in range(21)], "A batch may have up to 20 requests."),
        (
            [request("a", "GET", "/x"), request("A", "GET", "/x")],
            "The ids of the requests in a batch must be unique.",
        ),
        (
            [{"id": "1", "method": "POST", "url": "/x", "body": {}}],
            "The request 1 has a body, so it needs the header Content-Type.",
        ),
        ([{"id": "1"}], "Each request of a batch needs the properties id, method and url."),
        ([5], "Unable to read JSON request payload."),
    ],
)
def test_a_malformed_batch_is_refused(batch: GraphCaller, requests: list[Any], message: str) -> None:
    assert read_error(batch.post("/$batch", {"requests": requests})) == (400, "BadRequest", message)


def test_secrets_in_a_batch_are_masked_in_the_journal(
    batch: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    written = {"value": [{"key": "SecretToken", "value": "s3cret"}]}
    assert send(batch, request("1", "PUT", secrets_of(principal.id), written))["1"]["status"] == 204
    assert "s3cret" not in str(simulator.journal(operation="batch")[0].body)
    assert simulator.secrets(principal.id) == {"SecretToken": "s3cret"}


class TestARequestWithinABatch:
    def test_is_in_the_journal_with_the_number_of_the_batch(
        self, batch: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        jobs = jobs_of(principal.id)
        send(batch, request("1", "GET", f"{jobs}?$top=5"), request("2", "POST", jobs, {"templateId": "scim"}))
        [whole] = simulator.journal(operation="batch")
        [read], [made] = simulator.journal(operation="listJobs"), simulator.journal(operation="createJob")
        assert (whole.batch, read.batch, made.batch) == (None, whole.sequence, whole.sequence)
        assert (read.method, read.query, read.status, read.end) == ("GET", "$top=5", 200, "answered")
        assert (made.body, made.had_effect, made.job) == ({"templateId": "scim"}, True, simulator.jobs()[0].id)

    def test_is_counted_beside_the_calls(
        self, batch: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        send(batch, *(request(str(n), "GET", jobs_of(principal.id)) for n in range(3)))
        batch.get(jobs_of(principal.id))
        calls = simulator.calls()
        assert (calls.graph, calls.batched) == ({"batch": 1, "listJobs": 1}, {"listJobs": 3})
        assert (calls.graph_total, calls.requests_total) == (2, 4)

    def test_meets_its_own_fault(self, batch: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
        simulator.fault("answer", operation="getJob", status=503, retry_after="seconds", retry_after_seconds=7)
        jobs = jobs_of(principal.id)
        answers = send(batch, request("1", "GET", jobs), request("2", "GET", f"{jobs}/any"))
        assert [answer["status"] for answer in answers.values()] == [200, 503]
        assert answers["2"]["headers"]["Retry-After"] == "7"
        assert simulator.journal(operation="getJob")[0].fault is not None

    def test_takes_the_connection_of_all_with_it(
        self, batch: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        simulator.fault("close", operation="listJobs", point="after")
        with pytest.raises(httpx.HTTPError):
            send(batch, request("1", "GET", jobs_of(principal.id)))
        assert {entry.end for entry in simulator.journal(idle=True) if entry.operation != "token"} == {"lost"}
