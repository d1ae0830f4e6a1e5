"""Checks that answers and requests that differ from Microsoft's description of the API are found."""

from datetime import UTC, datetime
from typing import Any

import pytest

from graph_simulator.world.jobs.job import create_job
from graph_simulator.world.representation import write_job
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import TEMPLATES
from tests.support.graph_facts import FACTS, check_answer, check_request, find_operation

JOB = "/servicePrincipals/1/synchronization/jobs/scim.a.b"
JOBS = "/servicePrincipals/1/synchronization/jobs"
NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


def make_answer(**status: Any) -> dict[str, Any]:
    job = create_job("scim.a.b", "1", TEMPLATES["scim"], NOW, seed=1, switches=Switches())
    document = {"@odata.context": "x"} | write_job(job, NOW, Switches())
    document["status"] |= status
    return document


def test_an_answer_that_matches_the_description_passes() -> None:
    check_answer("v1.0", "GET", JOB, 200, make_answer())


@pytest.mark.parametrize(
    ("status", "complaint"),
    [
        ({"colour": "blue"}, "synchronizationStatus has no property colour"),
        ({"code": "Asleep"}, "Asleep"),
        ({"code": None}, "null, expected synchronizationStatusCode"),
        ({"countSuccessiveCompleteFailures": "3"}, "expected Int64"),
        ({"countSuccessiveCompleteFailures": True}, "expected Int64"),
        ({"countSuccessiveCompleteFailures": 2**63}, "expected Int64"),
        ({"escrowsPruned": None}, "null, expected Boolean"),
        ({"steadyStateFirstAchievedTime": "2025-03-03 08:00"}, "expected DateTime"),
        ({"steadyStateFirstAchievedTime": "2025-03-03T08:00:00.12345678Z"}, "expected DateTime"),
        ({"progress": {}}, "expected a list"),
        ({"quarantine": {"reason": "TooManyDeletes"}}, "synchronizationQuarantine lacks"),
    ],
)
def test_an_answer_with_a_wrong_status_is_refused_by_name(status: dict[str, Any], complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_answer("v1.0", "GET", JOB, 200, make_answer(**status))


def test_properties_that_a_test_has_overridden_are_exempt() -> None:
    check_answer("v1.0", "GET", JOB, 200, make_answer(code=7), exempt={"synchronizationStatus.code"})


@pytest.mark.parametrize(
    ("method", "path", "status", "body", "complaint"),
    [
        ("GET", JOB, 201, b"{}", "status 201"),
        ("POST", f"{JOB}/start", 204, b"{}", "has a body"),
        ("GET", JOBS, 200, b'{"@odata.context":"x","value":[],"next":1}', "unknown"),
        ("GET", JOBS, 200, b'{"@odata.context":"x","value":[],"value":[]}', "twice"),
        ("GET", JOBS, 200, b'{"value":[]}', "no @odata.context"),
        ("GET", JOBS, 404, b'{"error":{"code":"x"}}', "lacks"),
        ("GET", "/servicePrincipals/1/synchronization/nothing", 200, b"{}", "no operation"),
        ("POST", f"{JOB}/stop", 204, b"", "no operation"),
    ],
)
def test_an_answer_that_differs_from_the_description_is_refused(
    method: str, path: str, status: int, body: bytes, complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_answer("v1.0", method, path, status, body)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", JOBS, {"templateId": "scim"}),
        ("POST", f"{JOB}/start", None),
        ("POST", f"{JOB}/microsoft.graph.pause", b""),
        ("POST", f"{JOB}/restart", {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}}),
        ("PUT", "/servicePrincipals/1/synchronization/secrets", {"value": [{"key": "SecretToken", "value": "x"}]}),
        ("PATCH", JOB, {"schedule": {"interval": "PT20M"}}),
    ],
)
def test_a_request_that_matches_the_description_passes(method: str, path: str, body: Any) -> None:
    check_request("v1.0", method, path, body)


@pytest.mark.parametrize(
    ("method", "path", "body", "complaint"),
    [
        ("POST", JOBS, {}, "templateId is missing"),
        ("POST", JOBS, {"templateID": "scim"}, "no property templateID"),
        ("POST", JOBS, {"templateId": 5}, "expected String"),
        ("POST", JOBS, {"templateId": "scim", "id": "mine"}, "read-only"),
        ("POST", f"{JOB}/start", {}, "none is described"),
        ("POST", f"{JOB}/restart", {"criteria": {"resetScope": "Everything"}}, "Everything"),
        (
            "PUT",
            "/servicePrincipals/1/synchronization/secrets",
            {"value": [{"key": "secretToken", "value": ""}]},
            "secretToken",
        ),
        ("PATCH", f"{JOB}/schema", {}, "no operation"),
    ],
)
def test_a_request_that_differs_from_the_description_is_refused(
    method: str, path: str, body: Any, complaint: str
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_request("v1.0", method, path, body)


def test_metadata_keys_differ_between_v1_and_beta() -> None:
    template = {
        "@odata.context": "x",
        "id": "scim",
        "applicationId": "00000000-0000-0000-0000-000000000000",
        "default": True,
        "discoverable": True,
        "metadata": [{"key": "configurationFields", "value": ""}],
    }
    path = "/servicePrincipals/1/synchronization/templates/scim"
    check_answer("beta", "GET", path, 200, template)
    with pytest.raises(AssertionError, match="configurationFields"):
        check_answer("v1.0", "GET", path, 200, template)


def test_a_fixed_segment_of_a_path_is_not_taken_for_a_job() -> None:
    assert find_operation("v1.0", "POST", f"{JOBS}/validateCredentials").name.endswith("jobs/validateCredentials")


def test_only_the_list_of_secrets_is_marked_as_undocumented() -> None:
    described = FACTS["v1.0"]["operations"]
    marked = [name for name, fact in described.items() if fact.get("undocumented")]
    assert marked == ["GET /servicePrincipals/{id}/synchronization/secrets"]


def test_only_beta_answers_ping() -> None:
    find_operation("beta", "GET", "/servicePrincipals/1/synchronization/microsoft.graph.Ping()")
    with pytest.raises(AssertionError, match="no operation"):
        find_operation("v1.0", "GET", "/servicePrincipals/1/synchronization/Ping()")
