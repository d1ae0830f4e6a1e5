"""Starts and stops a control plane on loopback: etcd and kube-apiserver, with RBAC, in one folder.

Nothing else runs unless controllers are asked for. Without them a deleted namespace stays Terminating, and deleting an
owner does not delete what it owns.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from control_plane.audit import AuditLevel, AuditLog, write_policy
from control_plane.certificates import Certificates, write_certificates
from control_plane.commands import Ports, api_server_command, audit_flags, controller_manager_command, etcd_command
from control_plane.errors import CommandFailedError, ControlPlaneError
from control_plane.etcd import compact_etcd
from control_plane.kubeconfig import write_admin_kubeconfig, write_token_kubeconfig
from control_plane.processes import (
    PortTakenError,
    kill_programs,
    launch,
    launch_controllers,
    locked_folder,
    pick_free_ports,
    read_process_ids,
    start_again,
    stop_supervisor,
)
from control_plane.programs.binaries import Binaries, obtain
from control_plane.programs.catalog import REQUIRED, WITH_CONTROLLERS
from control_plane.tokens import request_token

PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane. It ends with `stop`, with its `with` block, or with this process."""

    folder: Path
    """Holds data, certificates, logs, audit log, kubeconfig, addresses and process ids."""
    binaries: Binaries
    ports: Ports
    certificates: Certificates
    started_in_seconds: float
    _supervisor: subprocess.Popen[bytes]
    _launcher: "_Launcher"

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        audit: AuditLevel | None = None,
        binaries: Binaries | None = None,
        api_server_flags: Sequence[str] = (),
        controllers: Sequence[str] = (),
    ) -> Self:
        """Start a control plane and wait until it is ready. Several may run at once, each in a folder of its own.

        A folder that was used before keeps its data, and gets new keys and addresses.

        Args:
            folder: Holds all its files; created if it does not exist.
            audit: How much of each request goes to the audit log; None for no log.
            binaries: The programs. If None, they are found, downloaded or built, which may take minutes.
            api_server_flags: More flags of kube-apiserver, such as `--v=4`.
            controllers: Controllers of kube-controller-manager to run, such as `namespace-controller` and
                `garbage-collector-controller`. If there are none, kube-controller-manager does not run.

        Raises:
            ControlPlaneError: It did not start; the message has the last lines of the logs.
        """
        binaries = binaries or obtain(WITH_CONTROLLERS if controllers else REQUIRED)
        began, folder = time.monotonic(), folder.absolute()
        (folder / "logs").mkdir(parents=True, exist_ok=True)
        certificates = Certificates(folder / "certificates")
        with locked_folder(folder) as lock:
            write_certificates(certificates.folder)
            launcher = _Launcher(
                folder, binaries, certificates, [*_prepare_audit(folder, audit), *api_server_flags], controllers
            )
            for _ in range(PORT_ATTEMPTS):
                ports = pick_free_ports()
                try:
                    supervisor = launcher.launch(lock, ports)
                except PortTakenError:
                    continue
                _write_addresses(folder, ports, certificates)
                return cls(folder, binaries, ports, certificates, time.monotonic() - began, supervisor, launcher)
        raise ControlPlaneError(f"{PORT_ATTEMPTS} times another program took a free port first. Run again.")

    @property
    def url(self) -> str:
        """The API server's address."""
        return self.ports.url

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.folder / "kubeconfig"

    @property
    def audit_log(self) -> AuditLog:
        """The audit log; empty unless it was asked for at the start."""
        return AuditLog(self.folder / "logs" / "audit.log")

    @property
    def process_ids(self) -> Mapping[str, int]:
        """The processes by name: `supervisor`, `etcd`, `kube-apiserver`, `kube-controller-manager` if it runs."""
        return read_process_ids(self.folder)

    def environment(self, kubeconfig: Path | None = None) -> dict[str, str]:
        """Return this process's environment, with KUBECONFIG set and the folder of kubectl first on the PATH."""
        return os.environ | {
            "KUBECONFIG": str(kubeconfig or self.kubeconfig),
            "PATH": os.pathsep.join([str(self.binaries["kubectl"].parent), os.environ.get("PATH", os.defpath)]),
            # kubectl caches by address, and the next control plane may get this one's port.
            "KUBECACHEDIR": str(self.folder / "kubectl-cache"),
        }

    def kubectl(self, *arguments: str, content: str | None = None, kubeconfig: Path | None = None) -> str:
        """Run kubectl with `content` on standard input, and return its output.

        Raises:
            CommandFailedError: It failed; the message has its errors.
        """
        done = subprocess.run(
            [self.binaries["kubectl"], *arguments],
            env=self.environment(kubeconfig),
            input=content or "",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailedError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def service_account_token(self, namespace: str, name: str, *, hours: int = 8, audiences: Sequence[str] = ()) -> str:
        """Return a new token of an existing ServiceAccount; without audiences it is one for this API server."""
        return request_token(
            self.ports.api_server, self.certificates, namespace=namespace, name=name, hours=hours, audiences=audiences
        )

    def service_account_kubeconfig(self, namespace: str, name: str, *, hours: int = 8) -> Path:
        """Write a kubeconfig for an existing ServiceAccount, with a new token, and return its path."""
        token = self.service_account_token(namespace, name, hours=hours)
        path = self.folder / f"kubeconfig-{namespace}-{name}"
        write_token_kubeconfig(path, self.url, self.certificates, name, token)
        return path

    @contextmanager
    def outage(self, *programs: str) -> Iterator[None]:
        """Kill `etcd`, `kube-apiserver` or both, and start them again, on the same ports and data, at the end.

        Raises:
            ControlPlaneError: They did not become ready again. Then the whole control plane has ended.
        """
        kill_programs(self.folder, self._supervisor, programs)
        try:
            yield
        finally:
            commands = self._launcher.commands(self.ports)
            again = {name: commands[name] for name in programs}
            start_again(self.folder, self._supervisor, again, self.ports, self.certificates)

    def compact(self) -> None:
        """Let etcd forget all versions before the newest one, as the API server lets it do every five minutes.

        A watch that goes on from an earlier version is then refused (410 Gone), unless the API server's watch cache
        still has that version. The flag `--watch-cache=false` switches this cache off.

        Raises:
            ControlPlaneError: etcd refused; the message has what it said.
        """
        compact_etcd(self.ports.etcd)

    def stop(self) -> None:
        """End all its processes and keep the folder. Stopping twice does no harm."""
        stop_supervisor(self._supervisor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True)
class _Launcher:
    """Starts a control plane's programs on given ports, since finding free ports may take several attempts."""

    folder: Path
    binaries: Binaries
    certificates: Certificates
    api_server_flags: Sequence[str]
    controllers: Sequence[str]

    def launch(self, lock: int, ports: Ports) -> subprocess.Popen[bytes]:
        """Start all programs and return their supervisor; raise PortTakenError or ControlPlaneError."""
        manager = self._prepare_controllers(ports) if self.controllers else None
        supervisor = launch(self.folder, lock, self.commands(ports), ports, self.certificates)
        if manager:
            launch_controllers(self.folder, supervisor, manager, ports, self.certificates)
        return supervisor

    def commands(self, ports: Ports) -> Mapping[str, Sequence[str]]:
        """Return the command lines of etcd and kube-apiserver by name."""
        return {
            "etcd": etcd_command(self.binaries, self.folder / "etcd", ports),
            "kube-apiserver": api_server_command(self.binaries, self.certificates, ports, self.api_server_flags),
        }

    def _prepare_controllers(self, ports: Ports) -> list[str]:
        kubeconfig = self.folder / "kubeconfig-controller-manager"
        write_admin_kubeconfig(kubeconfig, ports.url, self.certificates)
        return controller_manager_command(
            self.binaries, self.certificates, kubeconfig, ports=ports, controllers=self.controllers
        )


def _prepare_audit(folder: Path, level: AuditLevel | None) -> list[str]:
    if level is None:
        return []
    policy = folder / "audit-policy.json"
    write_policy(policy, level)
    return audit_flags(policy, folder / "logs" / "audit.log")


def _write_addresses(folder: Path, ports: Ports, certificates: Certificates) -> None:
    """Write what clients need, the kubeconfig last, so that it can be used as soon as it appears."""
    addresses = {"kubernetes": ports.url, "etcd": ports.etcd_url}
    (folder / "addresses.json").write_text(json.dumps(addresses), encoding="utf-8")
    write_admin_kubeconfig(folder / "kubeconfig", ports.url, certificates)
