"""What is forked for a tester from a warm interpreter ends with that tester, however it ends."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

_TESTER = """
import sys
from pathlib import Path
from graph_simulator.control_client.client import Launch, SimulatorClient
from tests.support.warm_start import fork_simulator
with SimulatorClient.run(Path(sys.argv[1]), Launch(), begin=fork_simulator):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_a_simulator_ends_though_its_tester_was_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _TESTER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tester:
        assert tester.stdout is not None
        assert tester.stdout.readline() == b"ready\n"
        simulator = os.pidfd_open(json.loads((tmp_path / "world.json").read_text())["pid"])
        tester.kill()
    try:
        assert select.select([simulator], [], [], 10)[0]
    finally:
        os.close(simulator)
