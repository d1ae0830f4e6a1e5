"""Ctrl-C in the middle of a command that looks at Graph."""

import signal
from pathlib import Path

from tests.support.imports import lead_to, run_import
from tests.support.plugin import Plugin
from tests.support.polling import HANG_SECONDS
from tests.support.simulator_client import SimulatorClient


def test_ends_the_command_as_shells_expect_it_and_leaves_no_folder(
    plugin: Plugin, simulator: SimulatorClient, tmp_path: Path
) -> None:
    simulator.create_job(simulator.create_service_principal("crm").id, "scim")
    run_import(plugin, simulator, tmp_path / "first")  # which sets the login of the environment
    held = simulator.hold("listJobs")
    with plugin.start("import", *lead_to(simulator), "--output-dir", str(tmp_path / "second")) as process:
        held.wait_held()
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG_SECONDS) == 130
    assert not (tmp_path / "second").exists()
