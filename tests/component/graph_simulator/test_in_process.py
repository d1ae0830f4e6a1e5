"""Checks the simulator in the test's own process, by httpx's ASGITransport, where faults act as over a connection."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx
import pytest

from graph_simulator.app import SimulatorApp, create_app
from graph_simulator.clock import clock_at
from graph_simulator.identity.applications import DEFAULT_CLIENT, DEFAULT_SECRET
from graph_simulator.traffic.faults import Fault
from graph_simulator.world.directory import ServicePrincipal, World
from tests.support.graph_caller import jobs_of

GRAPH = "https://graph.microsoft.com"


@pytest.fixture
def app() -> SimulatorApp:
    world = World(seed=2)
    world.add_service_principal("app")
    return create_app(world, clock_at(datetime(2025, 3, 3, 8, 0, tzinfo=UTC), frozen=True))


@pytest.fixture
def principal(app: SimulatorApp) -> ServicePrincipal:
    return next(iter(app.simulator.world.service_principals.values()))


@pytest.fixture
async def client(app: SimulatorApp, principal: ServicePrincipal) -> AsyncIterator[httpx.AsyncClient]:
    form = {"client_id": DEFAULT_CLIENT, "client_secret": DEFAULT_SECRET, "grant_type": "client_credentials"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=GRAPH) as made:
        path = f"/{principal.tenant_id}/oauth2/v2.0/token"
        answer = await made.post(path, data=form | {"scope": f"{GRAPH}/.default"})
        made.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        app.simulator.journal.clear()
        yield made


async def create(client: httpx.AsyncClient, principal: ServicePrincipal) -> httpx.Response:
    return await client.post(f"/v1.0{jobs_of(principal.id)}", json={"templateId": "scim"})


def count_jobs(app: SimulatorApp) -> int:
    return len(list(app.simulator.world.all_records(app.simulator.clock.now())))


async def test_a_test_in_the_same_process_advances_the_clock(
    app: SimulatorApp, client: httpx.AsyncClient, principal: ServicePrincipal
) -> None:
    assert (await create(client, principal)).status_code == 201
    app.simulator.clock.advance(timedelta(hours=1))
    listed = await client.get(f"/v1.0{jobs_of(principal.id)}")
    assert listed.headers["date"] == "Mon, 03 Mar 2025 09:00:00 GMT"
    assert [entry.target.operation for entry in app.simulator.journal.entries] == ["createJob", "listJobs"]


@pytest.mark.parametrize(("point", "jobs"), [("before", 0), ("after", 1)])
async def test_a_closed_connection_raises_a_protocol_error(
    app: SimulatorApp,
    client: httpx.AsyncClient,
    principal: ServicePrincipal,
    point: Literal["before", "after"],
    jobs: int,
) -> None:
    app.simulator.faults.arm(Fault(action="close", operation="createJob", point=point))
    with pytest.raises(httpx.RemoteProtocolError):
        await create(client, principal)
    assert count_jobs(app) == jobs
    assert app.simulator.journal.in_flight == 0


@pytest.mark.parametrize(("point", "jobs"), [("before", 0), ("after", 1)])
async def test_a_request_cancelled_while_held_has_its_effect_only_if_held_after_it(
    app: SimulatorApp,
    client: httpx.AsyncClient,
    principal: ServicePrincipal,
    point: Literal["before", "after"],
    jobs: int,
) -> None:
    hold = app.simulator.faults.arm(Fault(action="hold", operation="createJob", point=point))
    task = asyncio.create_task(create(client, principal))
    assert await app.simulator.journal.wait_for(lambda: hold.holding == 1, 60)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (count_jobs(app), hold.holding) == (jobs, 0)
    assert app.simulator.journal.entries[-1].end == "abandoned"


async def test_a_held_request_goes_on_when_it_is_released(
    app: SimulatorApp, client: httpx.AsyncClient, principal: ServicePrincipal
) -> None:
    hold = app.simulator.faults.arm(Fault(action="hold", operation="createJob"))
    task = asyncio.create_task(create(client, principal))
    assert await app.simulator.journal.wait_for(lambda: hold.holding == 1, 60)
    assert count_jobs(app) == 0
    hold.release.set()
    assert (await task).status_code == 201
