"""The provisioning log: what is asked, and what is made of Graph's answer."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from entrasync.core.decision.errors import PossiblyReplicating
from entrasync.graph.provisioning_log import ProvisioningLogClient
from tests.support.scripted_client import DENIED, ScriptedClient
from tests.support.scripted_graph import Reply

SINCE = datetime(2026, 11, 29, 12, tzinfo=UTC)
ENTRY: dict[str, Any] = {
    "activityDateTime": "2026-11-30T03:00:00Z",
    "changeId": "c1",
    "provisioningAction": "create",
    "sourceIdentity": {"id": "1", "displayName": "Anna", "identityType": "User", "details": {"mail": "a@example.com"}},
    "provisioningStatusInfo": {
        "status": "failure",
        "errorInformation": {"errorCode": "Conflict", "errorCategory": "nonServiceFailure", "reason": "Taken."},
    },
    "provisioningSteps": [
        {"name": "EntryImport", "provisioningStepType": "import", "status": "success"},
        {"name": "EntryExportAdd", "provisioningStepType": "export", "status": "failure", "details": {"x": "y"}},
    ],
}
SUCCESS = {"provisioningStatusInfo": {"status": "success"}}


@pytest.fixture
def log(scripted: ScriptedClient) -> ProvisioningLogClient:
    return ProvisioningLogClient(scripted.client._exchange, scripted.tokens.endpoint)


class TestListFailures:
    async def test_asks_for_the_failures_of_the_job_the_newest_first(
        self, scripted: ScriptedClient, log: ProvisioningLogClient
    ) -> None:
        scripted.graph.reply_with(Reply(body={"value": []}))
        await log.list_failures("scim.'1", SINCE, most=10)
        [request] = scripted.graph.requests
        assert unquote(request.path) == (
            "/v1.0/auditLogs/provisioning?$filter=jobId eq 'scim.''1' and activityDateTime gt 2026-11-29T12:00:00Z and "
            "provisioningStatusInfo/status eq 'failure'&$orderby=activityDateTime desc&$top=500"
        )

    async def test_reads_what_failed_and_leaves_out_what_did_not(
        self, scripted: ScriptedClient, log: ProvisioningLogClient
    ) -> None:
        scripted.graph.reply_with(Reply(body={"value": [ENTRY, SUCCESS, 7, {}]}))
        [found] = (await log.list_failures("scim.1", SINCE, most=10)).failures
        assert (found.error_code, found.category, found.reason) == ("Conflict", "nonServiceFailure", "Taken.")
        assert (found.object_type, found.object_id, found.name) == ("User", "1", "Anna")
        assert found.step is not None
        assert found.step.name == "EntryExportAdd"

    async def test_reads_no_page_more_than_it_needs_and_says_that_there_is_more(
        self, scripted: ScriptedClient, log: ProvisioningLogClient
    ) -> None:
        link = {"@odata.nextLink": f"{scripted.tokens.endpoint.root}/auditLogs/provisioning?$skiptoken=1"}
        scripted.graph.reply_with(*(Reply(body={"value": [ENTRY] * 3, **link}) for _ in range(3)))
        listing = await log.list_failures("scim.1", SINCE, most=4)
        assert (len(listing.failures), listing.is_complete) == (4, False)
        assert len(scripted.graph.requests) == 2

    async def test_names_the_permission(self, scripted: ScriptedClient, log: ProvisioningLogClient) -> None:
        scripted.graph.default_reply = DENIED
        with pytest.raises(PossiblyReplicating, match="Graph refused to show the provisioning log"):
            await log.list_failures("scim.1", SINCE, most=10)
