"""Responses that are unreadable, endless or misleading."""

import gzip

import pytest

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
    WRITES,
    Call,
    ScriptedClient,
    each,
)
from tests.support.scripted_graph import Reply


class TestUnreadableResponse:
    @each(READS)
    async def test_lets_a_read_be_tried_again_later_and_is_not_quoted(
        self, scripted: ScriptedClient, call: Call
    ) -> None:
        scripted.graph.default_reply = Reply(body=b"<html>Sign in to the hotel's network</html>")
        with pytest.raises(Transient) as caught:
            await call(scripted.api)
        assert "unreadable" in caught.value.message
        assert "hotel" not in caught.value.message

    @pytest.mark.parametrize("is_packed", [False, True])
    async def test_is_one_that_is_longer_than_the_limit(self, scripted: ScriptedClient, is_packed: bool) -> None:
        body = b'{"id": "' + b"x" * 1_000_000 + b'"}'
        reply = Reply(body=gzip.compress(body), headers={"content-encoding": "gzip"}) if is_packed else Reply(body=body)
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


class TestMisleadingResponse:
    async def test_of_a_proxy_with_404_does_not_count_as_absence(self, scripted: ScriptedClient) -> None:
        scripted.graph.default_reply = Reply(status=404, body=b"<html>no such host</html>", headers={"request-id": ""})
        for call in (READS["get_job"], READS["has_service_principal"], WRITES["delete_job"]):
            with pytest.raises(Transient):
                await call(scripted.api)

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
