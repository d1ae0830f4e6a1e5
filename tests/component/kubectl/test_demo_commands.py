"""The commands that the demo prints take over its simulated tenant, as they are."""

import os
import subprocess
from pathlib import Path

from demo.commands import list_import_commands
from tests.support.simulator_client import SimulatorClient


def test_the_commands_of_the_demo_import_its_tenant(simulator: SimulatorClient, tmp_path: Path) -> None:
    simulator.create_job(simulator.create_service_principal("crm").id, "scim")
    commands = "\n".join(list_import_commands(simulator.connection, simulator.ca_path))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}
    done = subprocess.run(
        ["/bin/sh", "-ec", commands], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [file.name for file in (tmp_path / "identity").iterdir()] == ["crm.yaml"]
