"""Checks paging, filters and the other query options of lists."""

from typing import Any

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulator_client import Principal, SimulatorClient


def test_the_list_of_jobs_can_have_pages(caller: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    jobs = [caller.create(principal.id) for _ in range(5)]
    simulator.switch(page_size=2)
    found, url = [], f"/{caller.version}{jobs_of(principal.id)}"
    while url:
        page = caller.http.get(url, headers={"authorization": f"Bearer {caller.token}"}).json()
        found += [job["id"] for job in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert found == jobs


@pytest.mark.parametrize(("next_link", "host"), [("foreign", "graph.example.net"), ("loop", "localhost")])
def test_the_next_link_can_point_to_another_host_or_loop(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal, next_link: str, host: str
) -> None:
    simulator.switch(page_size=1, next_link=next_link)
    for _ in range(2):
        caller.create(principal.id)
    page = caller.get(jobs_of(principal.id)).json()
    assert httpx.URL(page["@odata.nextLink"]).host == host


def test_the_jobs_list_can_be_filtered_by_template(caller: GraphCaller, simulator: SimulatorClient) -> None:
    principal = simulator.create_service_principal(templates=["scim", "zendesk"])
    jobs = {template: caller.create(principal.id, template) for template in ("scim", "zendesk")}
    query = {"$filter": "templateId eq 'zendesk'"}
    assert caller.list_ids(principal.id, **query) == [jobs["zendesk"]]
    simulator.switch(job_filter_honoured=False)
    assert len(caller.list_ids(principal.id, **query)) == 2


def read_pages(caller: GraphCaller, path: str, **query: str) -> list[list[dict[str, Any]]]:
    """Follow the links from a list's first page on."""
    page = caller.get(path, params=query).json()
    pages = [page["value"]]
    while url := page.get("@odata.nextLink"):
        page = caller.http.get(url, headers={"authorization": f"Bearer {caller.token}"}).json()
        pages.append(page["value"])
    return pages


class TestPages:
    def test_of_a_filtered_list_have_only_what_the_filter_selects(
        self, caller: GraphCaller, simulator: SimulatorClient
    ) -> None:
        principal = simulator.create_service_principal(templates=["scim", "zendesk"])
        jobs = [caller.create(principal.id, template) for template in ("scim", "zendesk", "scim", "zendesk", "scim")]
        simulator.switch(page_size=1)
        pages = read_pages(caller, jobs_of(principal.id), **{"$filter": "templateId eq 'scim'"})
        assert [[job["id"] for job in page] for page in pages] == [[jobs[0]], [jobs[2]], [jobs[4]]]

    def test_of_jobs_have_the_size_that_is_asked_for(self, caller: GraphCaller, principal: Principal) -> None:
        for _ in range(3):
            caller.create(principal.id)
        pages = read_pages(caller, jobs_of(principal.id), **{"$top": "2"})
        assert [len(page) for page in pages] == [2, 1]

    def test_of_service_principals_have_a_hundred_unless_another_size_is_asked_for(
        self, caller: GraphCaller, simulator: SimulatorClient
    ) -> None:
        for _ in range(103):
            simulator.create_service_principal()
        assert [len(page) for page in read_pages(caller, "/servicePrincipals")] == [100, 3]
        assert [len(page) for page in read_pages(caller, "/servicePrincipals", **{"$top": "60"})] == [60, 43]
        assert [len(page) for page in read_pages(caller, "/servicePrincipals", **{"$top": "999"})] == [103]

    @pytest.mark.parametrize("size", ["0", "1000", "-1", "many"])
    def test_of_another_size_are_refused(self, caller: GraphCaller, size: str) -> None:
        answer = caller.get("/servicePrincipals", params={"$top": size})
        message = f"Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive."
        assert read_error(answer) == (400, "Request_BadRequest", message)


class TestFilters:
    @pytest.mark.parametrize("clause", ["templateId eq", "templateId eq 'scim", "'scim'", "eq", ""])
    @pytest.mark.parametrize("lists", ["jobs", "service principals"])
    def test_that_are_malformed_are_refused(
        self, caller: GraphCaller, principal: Principal, lists: str, clause: str
    ) -> None:
        path = jobs_of(principal.id) if lists == "jobs" else "/servicePrincipals"
        answer = caller.get(path, params={"$filter": clause})
        assert read_error(answer) == (400, "BadRequest", "Invalid filter clause")

    @pytest.mark.parametrize("clause", ["templateId ne 'scim'", "id eq 'a' or id eq 'b'", "contains(id,'a')"])
    def test_that_only_graph_takes_are_not_simulated(
        self, caller: GraphCaller, principal: Principal, clause: str
    ) -> None:
        answer = caller.get(jobs_of(principal.id), params={"$filter": clause})
        assert read_error(answer) == (501, "NotImplemented", f"The filter {clause} is not simulated.")

    def test_take_a_quote_that_is_doubled(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        simulator.create_service_principal("O'Brien")
        for clause in ("displayName eq 'O''Brien'", "startswith(displayName,'O''B')"):
            found = caller.get("/servicePrincipals", params={"$filter": clause}).json()["value"]
            assert [item["displayName"] for item in found] == ["O'Brien"]


class TestOptions:
    @pytest.mark.parametrize("listed", ["jobs", "one job", "templates", "service principals", "one service principal"])
    def test_that_select_an_unknown_property_are_refused(
        self, caller: GraphCaller, principal: Principal, listed: str
    ) -> None:
        job, root = caller.create(principal.id), f"/servicePrincipals/{principal.id}"
        paths = {
            "jobs": (jobs_of(principal.id), "synchronizationJob"),
            "one job": (f"{jobs_of(principal.id)}/{job}", "synchronizationJob"),
            "templates": (f"{root}/synchronization/templates", "synchronizationTemplate"),
            "service principals": ("/servicePrincipals", "servicePrincipal"),
            "one service principal": (root, "servicePrincipal"),
        }
        path, kind = paths[listed]
        answer = caller.get(path, params={"$select": "id,templatId"})
        text = f"Could not find a property named 'templatId' on type 'microsoft.graph.{kind}'."
        assert read_error(answer) == (400, "BadRequest", f"Parsing OData Select and Expand failed: {text}")

    def test_count_what_all_pages_have(self, caller: GraphCaller, simulator: SimulatorClient) -> None:
        principals = [simulator.create_service_principal() for _ in range(3)]
        caller.create(principals[0].id)
        query = {"$count": "true", "$top": "2"}
        assert caller.get(jobs_of(principals[0].id), params=query).json()["@odata.count"] == 1
        eventual = caller.get("/servicePrincipals", params=query, headers={"ConsistencyLevel": "eventual"}).json()
        assert (eventual["@odata.count"], len(eventual["value"])) == (3, 2)
        assert read_error(caller.get("/servicePrincipals", params=query))[:2] == (400, "Request_UnsupportedQuery")

    @pytest.mark.parametrize("option", ["$orderby", "$search", "$skip", "$expand"])
    def test_that_are_not_simulated_say_so(self, caller: GraphCaller, principal: Principal, option: str) -> None:
        answer = caller.get(jobs_of(principal.id), params={option: "1"})
        text = f"The query option '{option}' of this call is not simulated."
        assert read_error(answer) == (501, "NotImplemented", text)
