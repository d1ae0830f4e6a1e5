"""Service principals with their names: what is asked, and what is made of Graph's answer."""

import pytest

from entrasync.core.decision.errors import PossiblyReplicating, Transient
from entrasync.graph.service_principals import ServicePrincipal, ServicePrincipalsClient
from tests.support.scripted_client import APP, DENIED, GONE, SP, ScriptedClient
from tests.support.scripted_graph import Reply

SELECT = "$select=id,appId,displayName,servicePrincipalType"
ENTRY = {"id": SP, "appId": APP, "displayName": "CRM", "servicePrincipalType": "Application"}
FOUND = ServicePrincipal(SP, APP, "CRM")


@pytest.fixture
def directory(scripted: ScriptedClient) -> ServicePrincipalsClient:
    return ServicePrincipalsClient(scripted.client._exchange, scripted.tokens.endpoint)


class TestListServicePrincipals:
    async def test_reads_large_pages_and_leaves_out_what_has_no_id(
        self, scripted: ScriptedClient, directory: ServicePrincipalsClient
    ) -> None:
        managed = {"id": "m", "servicePrincipalType": "ManagedIdentity"}
        scripted.graph.reply_with(Reply(body={"value": [ENTRY, managed, {"displayName": "x"}, 7]}))
        assert await directory.list_service_principals() == (FOUND, ServicePrincipal("m", "", "", True))
        assert [each.path for each in scripted.graph.requests] == [f"/v1.0/servicePrincipals?{SELECT}&$top=999"]

    async def test_names_the_least_permission_that_allows_it(
        self, scripted: ScriptedClient, directory: ServicePrincipalsClient
    ) -> None:
        scripted.graph.default_reply = DENIED
        with pytest.raises(PossiblyReplicating, match="Graph refused to list the service principals"):
            await directory.list_service_principals()


class TestReadServicePrincipal:
    async def test_returns_none_only_on_a_404(
        self, scripted: ScriptedClient, directory: ServicePrincipalsClient
    ) -> None:
        scripted.graph.reply_with(Reply(body=ENTRY), GONE, Reply(body=ENTRY), Reply(body={}))
        assert await directory.read_service_principal(SP) == FOUND
        assert await directory.read_service_principal(SP) is None
        assert await directory.read_service_principal_of_app(APP) == FOUND
        with pytest.raises(Transient):
            await directory.read_service_principal(SP)
        paths = [each.path for each in scripted.graph.requests]
        assert paths[0] == f"/v1.0/servicePrincipals/{SP}?{SELECT}"
        assert paths[2] == f"/v1.0/servicePrincipals(appId='{APP}')?{SELECT}"
