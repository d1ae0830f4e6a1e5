"""Whether the CRD of SynchronizationJobs is being deleted: read if that is allowed, else told by discovery."""

from typing import Any

import pytest

from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.definitions import DefinitionReader
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.answers import Answers

CRD = "GET https://api/apis/apiextensions.k8s.io/v1/customresourcedefinitions/synchronizationjobs.entrasync.io"
DISCOVERY = "GET https://api/apis/entrasync.io/v1alpha1"


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def reader(answers: Answers) -> DefinitionReader:
    return DefinitionReader(ApiClient("https://api", answers.session))


def discovery(*verbs: str) -> dict[str, Any]:
    return {
        "resources": [
            {"name": "graphconnections", "verbs": ["create"]},
            {"name": "synchronizationjobs", "verbs": verbs},
        ]
    }


@pytest.mark.parametrize(
    ("status", "body", "is_deleted"),
    [
        (200, {"metadata": {"name": "a"}}, False),
        (200, {"metadata": {"name": "a", "deletionTimestamp": "2026-11-01T12:00:00Z"}}, True),
        (404, {"message": "gone"}, True),
    ],
)
async def test_the_crd_itself_tells(
    answers: Answers, reader: DefinitionReader, status: int, body: Any, *, is_deleted: bool
) -> None:
    answers.say(status, body)
    assert await reader.is_job_kind_deleted() is is_deleted
    assert answers.asked == [CRD]


@pytest.mark.parametrize(("verbs", "is_deleted"), [(["create", "list"], False), (["list"], True)])
async def test_discovery_tells_where_the_crd_may_not_be_read(
    answers: Answers, reader: DefinitionReader, verbs: list[str], *, is_deleted: bool
) -> None:
    answers.say(403, {"message": "forbidden"})
    answers.say(200, discovery(*verbs))
    assert await reader.is_job_kind_deleted() is is_deleted
    assert await reader.is_job_kind_deleted() is is_deleted
    assert answers.asked == [CRD, DISCOVERY, DISCOVERY]


async def test_a_group_that_is_not_served_any_more_tells_it_too(answers: Answers, reader: DefinitionReader) -> None:
    answers.say(403, {"message": "forbidden"})
    answers.say(404, "404 page not found")
    assert await reader.is_job_kind_deleted()


@pytest.mark.parametrize(
    ("status", "body"), [(503, {"message": "busy"}), (404, "<html>")], ids=["busy", "a page of a proxy"]
)
async def test_nothing_is_guessed_when_the_api_server_cannot_tell(
    answers: Answers, reader: DefinitionReader, status: int, body: Any
) -> None:
    answers.say(status, body)
    with pytest.raises(ApiServerUnavailable):
        await reader.is_job_kind_deleted()


async def test_a_crd_that_is_being_deleted_is_logged_once(
    answers: Answers, reader: DefinitionReader, caplog: pytest.LogCaptureFixture
) -> None:
    answers.say(404, {"message": "gone"})
    for _ in range(2):
        await reader.is_job_kind_deleted()
    assert caplog.text.count("is being deleted, and Kubernetes deletes all SynchronizationJobs with it") == 1
