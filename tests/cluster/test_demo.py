"""Checks `python -m demo`, with and without a terminal."""

import os
import pty
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
import yaml

from tests.support.processes import run_module

pytestmark = pytest.mark.usefixtures("binaries")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which a demo that has cleaned up leaves empty."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def processes_of(scratch: Path) -> list[str]:
    """List the processes that name the folder, as etcd, API server, simulator and operator do."""
    asked = ["ps", "-ww", "-eo", "args"]
    listed = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(scratch) in line]


def test_without_a_terminal_the_demo_prints_the_table_and_one_full_status_and_ends_with_0(scratch: Path) -> None:
    done = run_module("demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert shown_by_plugin(done.stdout, "status") == ["3 jobs   1 Paused   2 Healthy"]
    fleet = [line.split() for line in shown_by_plugin(done.stdout, "get")]
    assert [row[:2] for row in fleet] == [
        ["NAME", "HEALTH"],
        ["zendesk", "Paused"],
        ["salesforce", "Healthy"],
        ["workday", "Healthy"],
    ]
    steps, _, status = done.stdout.partition("-o yaml\n...\n")
    assert "Ready after" in steps
    assert "in quarantine" in steps
    _, _, final = steps.partition("The simulated time is")
    table = [line.split() for line in final.splitlines() if line.startswith(("salesforce ", "workday ", "zendesk "))]
    assert [row[:6] for row in table] == [
        ["salesforce", "SfOutDelta", "Active", "Active", "True", "Healthy"],
        ["workday", "WorkdayInbound", "Active", "Active", "True", "Healthy"],
        ["zendesk", "zendesk", "Disabled", "Paused", "True", "Paused"],
    ]
    assert yaml.safe_load(status)["status"]["synchronizationStatus"]["lastExecution"]["state"] == "Succeeded"
    assert processes_of(scratch) == []
    assert list(scratch.iterdir()) == []


def shown_by_plugin(output: str, command: str) -> list[str]:
    """Return the lines that the kubectl plugin printed when the demo ran this command."""
    _, _, shown = output.partition(f"$ kubectl entrasync {command} -n demo\n")
    return shown.partition("\n\n")[0].splitlines()


@pytest.mark.parametrize("awaited", ["Starting a control plane", "Ready after"])
def test_ctrl_c_on_a_terminal_ends_the_demo_and_leaves_nothing_behind(scratch: Path, awaited: str) -> None:
    ours, theirs = pty.openpty()
    demo = subprocess.Popen([sys.executable, "-m", "demo"], stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    output = read_until(ours, awaited)
    demo.send_signal(signal.SIGINT)
    output += read_until(ours, None)
    assert demo.wait(timeout=60) == 130
    assert "Traceback" not in output
    assert processes_of(scratch) == []
    assert list(scratch.iterdir()) == []


def read_until(terminal: int, text: str | None) -> str:
    """Read from a terminal until a text is there, or to the end."""
    output, deadline = "", time.monotonic() + 180
    while text is None or text not in output:
        assert time.monotonic() < deadline, f"{text} was not printed: {output}"
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # Linux reports in this way that nobody writes there any more
            piece = b""
        if not piece:
            break
        output += piece.decode(errors="replace")
    return output
