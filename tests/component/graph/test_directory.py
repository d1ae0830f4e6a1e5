"""Service principals: what each call sends, and what it makes of Graph's response."""

from typing import Any

import pytest

from entrasync.core.decision.errors import (
    PossiblyReplicating,
    Transient,
)
from tests.support.scripted_client import (
    APP,
    DENIED,
    GONE,
    SP,
    ScriptedClient,
)
from tests.support.scripted_graph import Reply


class TestHasServicePrincipal:
    async def test_is_false_only_on_a_404(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"id": SP}), GONE, DENIED)
        assert await scripted.api.has_service_principal(SP) is True
        assert await scripted.api.has_service_principal(SP) is False
        with pytest.raises(PossiblyReplicating):
            await scripted.api.has_service_principal(SP)
        assert scripted.graph.requests[0].path == f"/v1.0/servicePrincipals/{SP}?$select=id"


class TestFindServicePrincipal:
    async def test_returns_none_only_on_a_404(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"id": SP}), GONE, DENIED)
        assert await scripted.api.find_service_principal(APP) == SP
        assert await scripted.api.find_service_principal(APP) is None
        with pytest.raises(PossiblyReplicating):
            await scripted.api.find_service_principal(APP)
        assert scripted.graph.requests[0].path == f"/v1.0/servicePrincipals(appId='{APP}')?$select=id"

    @pytest.mark.parametrize("body", [{}, {"id": ""}, {"id": 7}])
    async def test_is_tried_again_later_when_the_response_has_no_id(
        self, scripted: ScriptedClient, body: dict[str, Any]
    ) -> None:
        scripted.graph.reply_with(Reply(body=body))
        with pytest.raises(Transient):
            await scripted.api.find_service_principal(APP)

    async def test_keeps_the_app_id_within_its_quotes(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"id": SP}))
        await scripted.api.find_service_principal("a')/b?c#'d")
        assert scripted.graph.requests[0].path == "/v1.0/servicePrincipals(appId='a'')%2Fb%3Fc%23''d')?$select=id"

    async def test_names_the_least_permission_that_allows_it(self, scripted: ScriptedClient) -> None:
        scripted.graph.roles = ("Synchronization.ReadWrite.All",)
        scripted.graph.default_reply = DENIED
        with pytest.raises(PossiblyReplicating) as caught:
            await scripted.api.find_service_principal(APP)
        assert "Graph refused to find the service principal of an app" in caught.value.message
        assert "the Graph application permission Application.Read.All or" in caught.value.message
