"""Jobs and templates: what each call sends, and what it makes of Graph's response."""

import json
from typing import Any

import pytest

from entrasync.core.decision.errors import (
    OutcomeUnknown,
    PossiblyReplicating,
)
from entrasync.core.remote.templates import RemoteTemplate
from tests.support.scripted_client import (
    DENIED,
    GONE,
    JOB,
    JOBS,
    SP,
    WRITES,
    ScriptedClient,
)
from tests.support.scripted_graph import Reply


class TestListJobs:
    async def test_reads_all_pages_and_tells_the_time_before_the_first_request(self, scripted: ScriptedClient) -> None:
        root = scripted.graph.endpoint.graph_url
        scripted.graph.reply_with(
            Reply(body={"value": [{"id": "a"}], "@odata.nextLink": f"{root}{JOBS}?$skiptoken=%5Bx%5D"}),
            Reply(body={"value": [{"id": "b", "templateId": "scim"}]}),
        )
        began = scripted.clock.now()
        listing = await scripted.api.list_jobs(SP)
        assert [job.id for job in listing.jobs] == ["a", "b"]
        assert listing.jobs[1].template_id == "scim"
        assert listing.is_complete
        assert listing.read_at == began
        assert [request.path for request in scripted.graph.requests] == [JOBS, f"{JOBS}?$skiptoken=%5Bx%5D"]

    async def test_is_incomplete_when_an_entry_cannot_be_read(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"value": [{"id": "a"}, {"id": 7}]}))
        listing = await scripted.api.list_jobs(SP)
        assert listing.ids == {"a"}
        assert not listing.is_complete

    async def test_raises_on_a_404_instead_of_returning_an_empty_list(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(GONE)
        with pytest.raises(PossiblyReplicating):
            await scripted.api.list_jobs(SP)


class TestGetJob:
    async def test_returns_none_only_on_a_404(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"id": JOB, "schedule": {"state": "Active"}}), GONE, DENIED)
        job = await scripted.api.get_job(SP, JOB)
        assert job is not None
        assert job.is_active
        assert await scripted.api.get_job(SP, JOB) is None
        with pytest.raises(PossiblyReplicating):
            await scripted.api.get_job(SP, JOB)
        assert scripted.graph.requests[0].path == f"{JOBS}/{JOB}"


class TestCreateJob:
    @pytest.mark.parametrize("status", [200, 201])
    async def test_sends_the_template_and_returns_the_job(self, scripted: ScriptedClient, status: int) -> None:
        """The reference page says 200, Graph says 201."""
        scripted.graph.reply_with(Reply(status=status, body={"id": JOB, "templateId": "scim"}))
        assert (await scripted.api.create_job(SP, "scim")).id == JOB
        request = scripted.graph.requests[0]
        assert (request.method, request.path, json.loads(request.body)) == ("POST", JOBS, {"templateId": "scim"})
        assert request.headers["content-type"] == "application/json"

    @pytest.mark.parametrize(
        "reply",
        [Reply(201, b"<html>"), Reply(201, {}), Reply(201, {"id": 3}), Reply(201), Reply(202, {"id": "x"}), Reply(204)],
    )
    async def test_has_an_unknown_outcome_when_the_response_has_no_readable_id(
        self, scripted: ScriptedClient, reply: Reply
    ) -> None:
        scripted.graph.reply_with(reply)
        with pytest.raises(OutcomeUnknown):
            await scripted.api.create_job(SP, "scim")


class TestStartAndPauseJob:
    @pytest.mark.parametrize("action", ["start", "pause"])
    async def test_post_an_empty_body(self, scripted: ScriptedClient, action: str) -> None:
        scripted.graph.reply_with(Reply(status=204))
        await WRITES[f"{action}_job"](scripted.api)
        request = scripted.graph.requests[0]
        assert (request.method, request.path, request.body) == ("POST", f"{JOBS}/{JOB}/{action}", b"")
        assert "content-type" not in request.headers


class TestRestartJob:
    async def test_resets_the_given_scopes(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(status=204))
        await scripted.api.restart_job(SP, JOB, ("Watermark",))
        assert json.loads(scripted.graph.requests[0].body) == {"criteria": {"resetScope": "Watermark"}}


class TestChangesOfAJob:
    @pytest.mark.parametrize(
        ("call", "method", "path", "document"),
        [
            (
                "restart_job",
                "POST",
                f"{JOBS}/{JOB}/restart",
                {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}},
            ),
            (
                "patch_settings",
                "PATCH",
                f"{JOBS}/{JOB}",
                {"synchronizationJobSettings": [{"name": "LookaheadQueryEnabled", "value": "False"}]},
            ),
            ("patch_interval", "PATCH", f"{JOBS}/{JOB}", {"schedule": {"interval": "PT20M"}}),
        ],
    )
    async def test_are_sent_as_json(
        self, scripted: ScriptedClient, call: str, method: str, path: str, document: dict[str, Any]
    ) -> None:
        scripted.graph.reply_with(Reply(status=204))
        await WRITES[call](scripted.api)
        (request,) = scripted.graph.requests
        assert (request.method, request.path, json.loads(request.body)) == (method, path, document)
        assert request.headers["content-type"] == "application/json"


class TestDeleteJob:
    async def test_tells_whether_graph_knew_the_job(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(status=204), GONE)
        assert await scripted.api.delete_job(SP, JOB) is True
        assert await scripted.api.delete_job(SP, JOB) is False
        assert (scripted.graph.requests[0].method, scripted.graph.requests[0].path) == ("DELETE", f"{JOBS}/{JOB}")


class TestListTemplates:
    async def test_leaves_out_entries_without_a_readable_id(self, scripted: ScriptedClient) -> None:
        entries = [{"id": "scim", "factoryTag": "CustomSCIM"}, {"id": None}, 3, {"id": "aws", "factoryTag": None}]
        scripted.graph.reply_with(Reply(body={"value": entries}))
        assert await scripted.api.list_templates(SP) == (RemoteTemplate("scim", "CustomSCIM"), RemoteTemplate("aws"))
