"""Starts, stops and kills the operator as a real process."""

import json
import os
import re
import signal
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from graph_simulator.process import Begin, Running, begin_module
from local_stack.world_time import WorldTime

START_TIMEOUT_SECONDS = 60.0
POLL_INTERVAL_SECONDS = 0.02
CLOUD = "Simulator"
"""The cloud by which GraphConnections name the simulated Graph."""

WITHOUT_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""An empty TLS context for plain HTTP. Without it each request would read the system's authorities, for 20 ms."""

PORT_IN_LOG = re.compile(r"Health and metrics listen on port (\d+)")


@dataclass(frozen=True)
class OperatorLaunch:
    """How to start an operator: its API server, its Graph, its tenant and its time."""

    kubeconfig: Path
    graph_folder: Path
    """The simulator's folder, with world.json and ca.pem."""
    world_time: WorldTime
    namespaces: Sequence[str] = ()
    flags: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    lease: str | None = None
    """The name of the Lease that it shares with its replicas, in the first of its namespaces or in `default`.

    None for one process.
    """
    secret_file: Path | None = None
    """The file that holds the operator's client secret. Without one the secret is a variable of its environment."""

    def list_arguments(self) -> list[str]:
        """List the operator's arguments, which never hold its secret. Writes the file of clouds that they name."""
        graph = json.loads((self.graph_folder / "world.json").read_text(encoding="utf-8"))
        return [
            "run",
            f"--tenant-id={graph['tenant_id']}",
            f"--client-id={graph['client_id']}",
            f"--graph-url={graph['url']}",
            f"--authority={graph['url']}",
            f"--ca-file={self.graph_folder / 'ca.pem'}",
            f"--clouds-file={self.write_clouds()}",
            f"--namespaces={','.join(self.namespaces)}",
            f"--clock-start={self.world_time.start.isoformat()}",
            f"--clock-origin={self.world_time.origin}",
            f"--clock-rate={self.world_time.rate}",
            *self._list_election(),
            "--http-host=127.0.0.1",
            "--http-port=0",
            *([f"--client-secret-file={self.secret_file}"] if self.secret_file else []),
            *self.flags,
        ]

    def _list_election(self) -> list[str]:
        if self.lease is None:
            return ["--leader-election=false"]
        return [f"--lease-name={self.lease}", f"--lease-namespace={[*self.namespaces, 'default'][0]}"]

    def write_clouds(self) -> Path:
        """Write the file that defines the cloud `Simulator` for GraphConnections. JSON is also YAML."""
        graph = json.loads((self.graph_folder / "world.json").read_text(encoding="utf-8"))
        entry = {"graphUrl": graph["url"], "authority": graph["url"], "caFile": str(self.graph_folder / "ca.pem")}
        file = self.graph_folder / "clouds.yaml"
        if not file.exists():  # another operator may be reading it
            fresh = file.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps({CLOUD: entry}), encoding="utf-8")
            fresh.rename(file)
        return file

    def build_environment(self) -> dict[str, str]:
        """Build the operator's environment: that of this process, without its own variables, and what is given here."""
        graph = json.loads((self.graph_folder / "world.json").read_text(encoding="utf-8"))
        # It needs only the authorities that it is given; reading those of the system takes a tenth of its start.
        own = {"KUBECONFIG": str(self.kubeconfig), "SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}
        if self.secret_file is None:
            own["ENTRASYNC_CLIENT_SECRET"] = graph["client_secret"]
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ENTRASYNC_")}
        return inherited | own | dict(self.environment)


begin_operator: Begin = partial(begin_module, "entrasync.process.cli")


class OperatorProcess:
    """A running operator. The end of its `with` block stops it by SIGTERM."""

    def __init__(self, process: Running, log: Path, *, begins_at: int = 0) -> None:
        self.process = process
        self.log = log
        self.exit_seconds: float | None = None
        self._begins_at = begins_at

    @classmethod
    def start(
        cls, launch: OperatorLaunch, log: Path, *, is_awaited: bool = True, begin: Begin = begin_operator
    ) -> Self:
        """Start an operator, and wait until it is ready unless `is_awaited` is false.

        Args:
            launch: How to start it.
            log: The file that its log is appended to.
            is_awaited: Whether to wait.
            begin: What starts the process.

        Raises:
            RuntimeError: It ended or was not ready in time; the message has the end of its log.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        begins_at = log.stat().st_size if log.exists() else 0
        process = begin(launch.list_arguments(), launch.build_environment(), log)
        operator = cls(process, log, begins_at=begins_at)
        if is_awaited:
            operator.wait_ready()
        return operator

    @property
    def output(self) -> str:
        """What this process has logged so far."""
        return self.log.read_bytes()[self._begins_at :].decode(errors="replace")

    @property
    def url(self) -> str | None:
        """The address of its health and metrics; None until it has logged the port."""
        found = PORT_IN_LOG.search(self.output)
        return f"http://127.0.0.1:{found.group(1)}" if found else None

    def wait_ready(self, within_seconds: float = START_TIMEOUT_SECONDS) -> None:
        """Wait until `/readyz` answers 200.

        Raises:
            RuntimeError: It ended or was not ready in time; the message has the end of its log.
        """
        deadline = time.monotonic() + within_seconds
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the operator did not become ready:\n{self.output[-4000:]}")
            time.sleep(POLL_INTERVAL_SECONDS)

    def read(self, path: str) -> tuple[int, str]:
        """GET a path of its health server, and return status and text; the status is 0 when nothing answers."""
        if (url := self.url) is None:
            return 0, ""
        try:
            answer = httpx.get(url + path, timeout=5, trust_env=False, verify=WITHOUT_AUTHORITIES)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def kill(self) -> None:
        """End it at once by SIGKILL, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self, within_seconds: float = 60.0) -> int:
        """Send SIGTERM, wait for the end, and return the exit code.

        Raises:
            subprocess.TimeoutExpired: It did not end in time, and was killed.
        """
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.exit_seconds = time.monotonic() - began
        return code

    def _is_ready(self) -> bool:
        return self.read("/readyz")[0] == 200

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()
