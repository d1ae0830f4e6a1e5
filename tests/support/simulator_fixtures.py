"""Defines fixtures for the simulator process that all tests of a session share, and that is emptied for each."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.support.graph_caller import GraphCaller
from tests.support.simulator_client import Launch, Principal, SimulatorClient
from tests.support.warm_start import fork_simulator

SIMULATED_START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorClient]:
    """A simulator in a process of its own, with a clock that stands still."""
    launch = Launch(clock_start=SIMULATED_START, clock_frozen=True)
    with SimulatorClient.run(tmp_path_factory.mktemp("graph-simulator"), launch, begin=fork_simulator) as running:
        yield running


@pytest.fixture
def simulator(simulator_process: SimulatorClient) -> SimulatorClient:
    """The session's simulator, emptied, with its clock at SIMULATED_START."""
    simulator_process.reset()
    simulator_process.stop_at(SIMULATED_START)
    return simulator_process


@pytest.fixture
def principal(simulator: SimulatorClient) -> Principal:
    """A service principal that offers the template `scim`."""
    return simulator.create_service_principal("salesforce")


@pytest.fixture(params=["v1.0", "beta"])
def graph(simulator: SimulatorClient, request: pytest.FixtureRequest) -> Iterator[GraphCaller]:
    """A caller of each version of the API."""
    with GraphCaller(simulator, request.param) as caller:
        yield caller


@pytest.fixture
def caller(simulator: SimulatorClient) -> Iterator[GraphCaller]:
    """A caller of v1.0."""
    with GraphCaller(simulator) as made:
        yield made
