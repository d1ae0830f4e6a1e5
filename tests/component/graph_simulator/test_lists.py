"""Checks paging and filtering of the list of jobs."""

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of
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
