"""Responses that are unreadable, endless or misleading."""

import gzip
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    OutcomeUnknown,
    Refused,
    Transient,
)
from tests.support.halts import stalls
from tests.support.scripted_client import (
    CALLS,
    JOB,
    JOBS,
    READS,
    SP,
    VALIDATIONS,
    WRITES,
    Call,
    ScriptedClient,
    each,
    run_scripted_client,
)
from tests.support.scripted_graph import JSON, Reply

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ScriptedClient]:
    """One client for hundreds of tests, which has logged in."""
    async with run_scripted_client(tmp_path_factory.mktemp("scripted")) as client:
        yield client


@pytest.fixture
def scripted(shared: ScriptedClient) -> ScriptedClient:
    """The shared client, of a Graph that has forgotten the test before."""
    shared.graph.forget()
    return shared


class TestUnreadableResponse:
    @each(READS)
    async def test_lets_a_read_be_tried_again_later_and_is_not_quoted(
        self, scripted: ScriptedClient, call: Call
    ) -> None:
        scripted.graph.default_reply = Reply(
            body=b"<html>Sign in to the hotel's network</html>", headers={"content-type": JSON}
        )
        with pytest.raises(Transient) as caught:
            await call(scripted.api)
        assert "unreadable" in caught.value.message
        assert "hotel" not in caught.value.message

    @pytest.mark.parametrize("is_packed", [False, True])
    async def test_is_one_that_is_longer_than_the_limit(self, scripted: ScriptedClient, is_packed: bool) -> None:
        body = b'{"id": "' + b"x" * 1_000_000 + b'"}'
        packed = {"content-encoding": "gzip"} if is_packed else {}
        reply = Reply(body=gzip.compress(body) if is_packed else body, headers={"content-type": JSON, **packed})
        scripted.graph.default_reply = reply
        with pytest.raises(Transient):
            await scripted.api.get_job(SP, JOB)
        with pytest.raises(OutcomeUnknown):
            await scripted.api.create_job(SP, "scim")

    async def test_is_one_whose_next_link_is_no_url(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"value": [], "@odata.nextLink": "https://[x\x00"}))
        with pytest.raises(Transient):
            await scripted.api.list_jobs(SP)

    async def test_is_a_list_with_too_many_pages(self, scripted: ScriptedClient) -> None:
        root = scripted.graph.endpoint.graph_url
        scripted.graph.default_reply = Reply(body={"value": [{"id": "a"}], "@odata.nextLink": f"{root}{JOBS}"})
        with pytest.raises(Transient):
            await scripted.api.list_jobs(SP)
        assert scripted.count == 5


SIGN_IN_PAGE = Reply(
    200, b"<html>Sign in to the hotel's network</html>", headers={"content-type": "text/html", "request-id": ""}
)

NOT_DONE = {
    "a sign-in page": SIGN_IN_PAGE,
    "JSON of another": Reply(200, {"id": JOB, "value": []}, headers={"request-id": ""}),
    "204 of another": Reply(204, headers={"request-id": ""}),
    "text of Graph": Reply(200, b'{"id": "x", "value": []}', headers={"content-type": "text/plain"}),
    "an error of Graph with 200": Reply(200, {"error": {"code": "UnknownError", "message": "It did not happen."}}),
    "accepted for later": Reply(202, {"id": JOB, "value": []}),
    "a part": Reply(206, {"id": JOB, "value": []}),
}


class TestAnswerThatDoesNotMeanDone:
    @each(WRITES)
    @pytest.mark.parametrize("reply", NOT_DONE.values(), ids=NOT_DONE.keys())
    async def test_leaves_the_outcome_of_a_write_unknown(
        self, scripted: ScriptedClient, reply: Reply, call: Call
    ) -> None:
        scripted.graph.default_reply = reply
        with pytest.raises(OutcomeUnknown) as caught:
            await call(scripted.api)
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE
        assert scripted.count == 1

    @each(READS | VALIDATIONS)
    @pytest.mark.parametrize("reply", NOT_DONE.values(), ids=NOT_DONE.keys())
    async def test_lets_a_read_or_a_validation_be_tried_again_later(
        self, scripted: ScriptedClient, reply: Reply, call: Call
    ) -> None:
        scripted.graph.default_reply = reply
        with pytest.raises(Transient) as caught:
            await call(scripted.api)
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE

    async def test_of_another_is_told_as_such(self, scripted: ScriptedClient) -> None:
        scripted.graph.default_reply = SIGN_IN_PAGE
        with pytest.raises(OutcomeUnknown) as caught:
            await scripted.api.delete_job(SP, JOB)
        assert caught.value.message == (
            "Something between the operator and Graph answered 200 when asked to delete the job. "
            "Check the proxies and firewalls on the way to Graph."
        )


class TestMisleadingResponse:
    @each(CALLS)
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 407, 409])
    async def test_of_a_proxy_with_4xx_is_no_refusal_of_graph(
        self, scripted: ScriptedClient, status: int, call: Call
    ) -> None:
        scripted.graph.default_reply = Reply(status, b"<html>no</html>", headers={"request-id": ""})
        with pytest.raises(Transient) as caught:
            await call(scripted.api)
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE

    @pytest.mark.parametrize(
        "link",
        [
            "https://evil.example/v1.0/jobs",
            "http://localhost:{port}/v1.0/jobs",
            "https://localhost:1/v1.0/jobs",
            "https://me:secret@localhost:{port}/v1.0/jobs",
            "https://localhost:{port}@evil.example/v1.0/jobs",
            "//evil.example/jobs",
            "/v1.0/jobs",
        ],
    )
    async def test_with_a_next_page_on_another_host_is_not_followed(self, scripted: ScriptedClient, link: str) -> None:
        port = scripted.graph.endpoint.graph_url.rpartition(":")[2]
        scripted.graph.reply_with(Reply(body={"value": [], "@odata.nextLink": link.replace("{port}", port)}))
        with stalls() as caught:
            await scripted.api.list_jobs(SP)
        assert "another host" in caught.value.message
        assert scripted.count == 1

    @each(CALLS)
    async def test_that_redirects_is_refused(self, scripted: ScriptedClient, call: Call) -> None:
        scripted.graph.default_reply = Reply(
            status=307, headers={"location": f"{scripted.graph.endpoint.graph_url}/elsewhere"}
        )
        with pytest.raises(Refused):
            await call(scripted.api)
        assert scripted.count == 1
