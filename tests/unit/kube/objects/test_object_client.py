"""Our own calls to the API server: what an answer means, and what becomes of the store."""

import json
from typing import Any

import pytest

from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone
from entrasync.reconcile.state.jobs import Resources
from tests.support.answers import Answers
from tests.support.facts import resource

MINE = resource()


def written(**metadata: Any) -> dict[str, Any]:
    """The answer to a write, as the API server gives it."""
    known = {"name": MINE.key.name, "namespace": MINE.key.namespace, "uid": MINE.uid, "resourceVersion": "7"}
    return {"metadata": known | metadata, "spec": {}}


class Line:
    """An API server that says what a test wants, and the store beside it."""

    def __init__(self) -> None:
        self.answers, self.resources = Answers(), Resources()
        self.jobs = JobClient(ApiClient("https://api", self.answers.session), self.resources)
        self.resources.put(MINE)

    async def write(self) -> None:
        await self.jobs.patch_status(MINE, {"observedGeneration": 1})

    def count(self, *refused: str) -> int:
        return self.jobs.count_refusals(besides=refused.__contains__)

    async def fail(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(ApiServerUnavailable):
                await self.write()


@pytest.fixture
def line() -> Line:
    return Line()


class TestTheAnswerToAWrite:
    async def test_is_kept(self, line: Line) -> None:
        line.answers.say(200, written())
        await line.write()
        assert [known.resource_version for known in line.resources] == ["7"]

    async def test_that_shows_another_object_of_the_name_is_not_ours(self, line: Line) -> None:
        line.answers.say(200, written(uid="new"))
        with pytest.raises(ResourceChanged, match="identity/salesforce was deleted and made anew meanwhile"):
            await line.write()
        assert list(line.resources) == [MINE]

    async def test_that_let_it_go_removes_it(self, line: Line) -> None:
        line.answers.say(200, written(deletionTimestamp="2026-11-01T12:00:00Z"))
        await line.write()
        assert list(line.resources) == []

    async def test_that_let_it_go_leaves_the_one_made_anew_meanwhile(self, line: Line) -> None:
        anew = resource(uid="new")
        line.resources.put(anew)
        line.answers.say(200, written(deletionTimestamp="2026-11-01T12:00:00Z"))
        await line.write()
        assert list(line.resources) == [anew]

    @pytest.mark.parametrize(
        ("status", "body", "fault"),
        [
            (409, {"message": "conflict"}, ResourceChanged),
            (404, {"message": "gone"}, ResourceGone),
            (403, {"message": "forbidden"}, ApiServerUnavailable),
            (502, "<html>", ApiServerUnavailable),
            (200, "<html>", ApiServerUnavailable),
        ],
    )
    async def test_names_what_happens_next(self, line: Line, status: int, body: Any, fault: type[Exception]) -> None:
        line.answers.say(status, body)
        with pytest.raises(fault, match="PATCH"):
            await line.write()


class TestRefusals:
    async def test_are_counted_until_a_write_is_taken(self, line: Line) -> None:
        line.answers.say(403, {"message": "forbidden"})
        await line.fail(5)
        assert line.count() == 5
        line.answers.script = [(200, json.dumps(written()))]
        await line.write()
        assert line.count() == 0

    async def test_do_not_count_in_a_namespace_that_is_refused_as_a_whole(self, line: Line) -> None:
        line.answers.say(403, {"message": "forbidden"})
        await line.fail(5)
        assert line.count(MINE.key.namespace) == 0

    async def test_do_not_count_what_only_came_too_late(self, line: Line) -> None:
        line.answers.say(409, {"message": "conflict"})
        with pytest.raises(ResourceChanged):
            await line.write()
        assert line.count() == 0
