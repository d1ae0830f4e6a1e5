"""Checks the simulator as a process: what it writes into its folder, how it starts and how it ends."""

import asyncio
import json
import os
import select
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graph_simulator.process import SOURCE_ROOT, Launch, run_process
from tests.support.graph_caller import GraphCaller
from tests.support.simulator_client import SimulatorClient

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


def test_world_json_says_how_to_reach_the_simulator(tmp_path: Path) -> None:
    launch = Launch(clock_start=START, clock_origin=1_700_000_000.0, clock_rate=60, latency_ms=1)
    with run_process(tmp_path, launch) as facts:
        assert facts["clock"] == {
            "start": START.isoformat(),
            "origin": 1_700_000_000.0,
            "rate": 60.0,
            "frozen": False,
        }
        assert facts["authority"] == f"{facts['url']}/{facts['tenant_id']}"
        assert facts["graph_url"] == facts["url"]
        assert (tmp_path / "world.json").stat().st_mode & 0o077 == 0
        assert facts["pid"] != os.getpid()
        with SimulatorClient(tmp_path) as simulator:
            clock = simulator.clock()
            assert (clock.start, clock.origin, clock.rate) == (START, 1_700_000_000.0, 60.0)
            assert clock.now > START + timedelta(days=365)


def test_a_world_can_be_loaded_from_a_file(tmp_path: Path) -> None:
    document = {
        "switches": {"create_form": "documented"},
        "applications": [{"client_id": "mine", "tenant_id": "t", "secrets": ["s"], "roles": []}],
        "service_principals": [{"id": "abc", "display_name": "Zendesk", "templates": ["zendesk"]}],
    }
    path = tmp_path / "begin.json"
    path.write_text(json.dumps(document))
    with (
        SimulatorClient.run(tmp_path / "run", Launch(world=path, seed=3)) as simulator,
        GraphCaller(simulator) as caller,
    ):
        assert caller.get("/servicePrincipals/abc").json()["displayName"] == "Zendesk"
        assert simulator.switch()["create_form"] == "documented"
        assert caller.ask_token("t", client_id="mine", client_secret="s").status_code == 200


def test_the_simulator_refuses_a_world_file_with_a_misspelt_name(tmp_path: Path) -> None:
    path = tmp_path / "begin.json"
    path.write_text('{"servicePrincipals": []}')
    with pytest.raises(RuntimeError, match="unknown servicePrincipals"), run_process(tmp_path, Launch(world=path)):
        pass


def test_the_simulator_ends_on_sigterm_even_if_a_client_keeps_its_connection(tmp_path: Path) -> None:
    with SimulatorClient.run(tmp_path, Launch()) as simulator:
        process = simulator.connection.pid
        simulator.jobs()
        os.kill(process, signal.SIGTERM)
        assert _ends(process)


_PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "graph_simulator", *sys.argv[1:]], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline(), end="", flush=True)
sys.stdin.read()
"""


async def test_the_simulator_ends_with_its_parent(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        _PARENT,
        *Launch().list_arguments(tmp_path),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(SOURCE_ROOT)},
    )
    assert parent.stdout is not None
    assert (await parent.stdout.readline()).startswith(b"graph_simulator ready at https://localhost:")
    process = int(json.loads((tmp_path / "world.json").read_text())["pid"])
    parent.kill()
    await parent.wait()
    assert await asyncio.to_thread(_ends, process)


def _ends(process: int) -> bool:
    """Wait for the end of a process that is not a child of this one, or that another caller waits for."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)
