"""Imports the 1,000 jobs of a tenant by `kubectl entrasync import`, as a process of its own, without schemas.

Each job has a service principal of its own, with credentials, as most do, and a hundred service principals have no job.
So an import takes the pages of service principals, the jobs of each, and what is stored for each that has a job. The
simulator adds 50 ms to every call. The seconds begin with the process and end with it. Calls and requests are those in
the simulator's journal: a batch is one call with up to twenty requests, each of which counts for Graph's limits.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.errors import NotMeasuredError
from graph_simulator.control_client.client import Launch, SimulatorClient

JOBS = 1000
IDLE = 100
LATENCY_MS = 50.0


@dataclass(frozen=True)
class WholeImport:
    """What an import took."""

    seconds: float
    graph_calls: int
    graph_requests: int

    @property
    def graph_calls_per_job(self) -> float:
        """The calls to Graph for each imported job."""
        return self.graph_calls / JOBS

    @property
    def graph_requests_per_job(self) -> float:
        """The requests to Graph for each imported job, as Graph's limits count them."""
        return self.graph_requests / JOBS


@cache
def measure_whole_import() -> WholeImport:
    """Make the tenant and import it, once for all figures."""
    with (
        tempfile.TemporaryDirectory(prefix="entra-sync-bench-") as name,
        SimulatorClient.run(Path(name) / "graph", Launch(latency_ms=LATENCY_MS)) as simulator,
    ):
        principals = simulator.create_service_principals(JOBS, prefix="app")
        simulator.create_jobs([each.id for each in principals], "scim", started=True)
        for principal in principals:
            simulator.set_secrets(principal.id, {"BaseAddress": "https://scim.example.com", "SecretToken": "toy"})
        simulator.create_service_principals(IDLE, prefix="idle")
        simulator.clear_journal()
        folder = Path(name) / "jobs"
        seconds = _import(simulator, folder)
        if (written := len(list(folder.glob("app-*[0-9].yaml")))) != JOBS:
            raise NotMeasuredError(f"the import wrote {written} manifests, not {JOBS}")
        calls = simulator.calls()
        return WholeImport(seconds, calls.graph_total, calls.requests_total)


def _import(simulator: SimulatorClient, folder: Path) -> float:
    known = simulator.connection
    login = {"TENANT_ID": known.tenant_id, "CLIENT_ID": known.client_id, "CLIENT_SECRET": known.client_secret}
    command = [sys.executable, "-m", "kubectl_entrasync", "import", "--login", "environment"]
    command += ["--graph-url", known.graph_url, "--authority", known.graph_url]
    command += ["--ca-file", str(simulator.directory / "ca.pem"), "--output-dir", str(folder)]
    began = time.monotonic()
    done = subprocess.run(
        command,
        env={**os.environ, **{f"AZURE_{name}": value for name, value in login.items()}},
        check=False,
        capture_output=True,
        text=True,
    )
    seconds = time.monotonic() - began
    if done.returncode != 0:
        raise NotMeasuredError(f"the import ended with {done.returncode}: {done.stderr.strip()}")
    return seconds
