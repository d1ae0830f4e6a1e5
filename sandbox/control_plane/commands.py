"""Builds the command lines of etcd, kube-apiserver and kube-controller-manager."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from control_plane.certificates import Certificates
from control_plane.programs.binaries import Binaries
from control_plane.programs.catalog import CONTROLLER_MANAGER

ISSUER = "https://kubernetes.default.svc.cluster.local"


@dataclass(frozen=True)
class Ports:
    """The loopback ports of one control plane."""

    etcd: int
    api_server: int
    controller_manager: int = 0
    """The port of its health endpoint."""

    @property
    def etcd_url(self) -> str:
        """The address of etcd."""
        return f"http://127.0.0.1:{self.etcd}"

    @property
    def url(self) -> str:
        """The address of the API server."""
        return f"https://127.0.0.1:{self.api_server}"


def etcd_command(binaries: Binaries, data: Path, ports: Ports) -> list[str]:
    """Return etcd's command line: one member, which may lose data if the machine (not etcd) crashes."""
    nobody = "http://127.0.0.1:0"  # it has no peers, so any free port will do
    return [
        str(binaries["etcd"]),
        "--name=default",
        f"--data-dir={data}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={ports.etcd_url}",
        f"--advertise-client-urls={ports.etcd_url}",
        f"--listen-peer-urls={nobody}",
        f"--initial-advertise-peer-urls={nobody}",
        f"--initial-cluster=default={nobody}",
    ]


def api_server_command(binaries: Binaries, certificates: Certificates, ports: Ports, flags: Sequence[str]) -> list[str]:
    """Return kube-apiserver's command line; `flags` come last and override the others."""
    certificate, key = certificates.server
    public, private = certificates.token_key
    return [
        str(binaries["kube-apiserver"]),
        f"--etcd-servers={ports.etcd_url}",
        f"--secure-port={ports.api_server}",
        "--bind-address=127.0.0.1",
        # Without this it looks for an address to advertise, and a machine without a network has none.
        "--advertise-address=127.0.0.1",
        "--endpoint-reconciler-type=none",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--client-ca-file={certificates.authority}",
        f"--service-account-issuer={ISSUER}",
        f"--service-account-key-file={public}",
        f"--service-account-signing-key-file={private}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        # The plugin waits for ServiceAccounts that only a controller manager creates; no pod runs here.
        "--disable-admission-plugins=ServiceAccount",
        *flags,
    ]


def controller_manager_command(
    binaries: Binaries, certificates: Certificates, kubeconfig: Path, *, ports: Ports, controllers: Sequence[str]
) -> list[str]:
    """Return kube-controller-manager's command line, with only the named controllers (Kubernetes' own names)."""
    certificate, key = certificates.server
    _, private = certificates.token_key
    return [
        str(binaries[CONTROLLER_MANAGER]),
        f"--kubeconfig={kubeconfig}",
        f"--controllers={','.join(controllers)}",
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        f"--secure-port={ports.controller_manager}",
        f"--tls-cert-file={certificate}",
        f"--tls-private-key-file={key}",
        f"--root-ca-file={certificates.authority}",
        f"--service-account-private-key-file={private}",
        # It has the API server for itself, and tests wait for it.
        "--kube-api-qps=200",
        "--kube-api-burst=400",
        "--concurrent-namespace-syncs=20",
    ]


def audit_flags(policy: Path, log: Path) -> list[str]:
    """Return the flags for an audit log that misses no request and stays one file."""
    return [
        f"--audit-policy-file={policy}",
        f"--audit-log-path={log}",
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=10000",
    ]
