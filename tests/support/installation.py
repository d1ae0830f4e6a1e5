"""An install of the chart in a cluster whose Microsoft Graph is simulated."""

import contextlib
import itertools
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrasync.api.names import API_VERSION, CONNECTION_KIND, CONNECTION_PLURAL, GROUP, PLURAL
from graph_simulator.process import Launch
from local_stack import WorldTime
from tests.support.cluster import Cluster, RefusedError
from tests.support.polling import until
from tests.support.simulator_client import SimulatorClient
from tests.support.warm_start import fork_simulator

Object = dict[str, Any]

CRD = f"{PLURAL}.{GROUP}"
_CRDS = "apiextensions.k8s.io/v1", "customresourcedefinitions"
BY_HELM = "app.kubernetes.io/managed-by=Helm"
SECRET = "entra-sync-operator-connection"
NOBODY = "00000000-0000-4000-8000-000000000000"
CA_FOLDER = "/etc/graph"
FAST = 60.0
"""Simulated seconds per real second."""


@dataclass(frozen=True)
class SimulatedTenant:
    """A running simulator, and what an install needs to reach it."""

    simulator: SimulatorClient
    folder: Path
    time: WorldTime

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path) -> Iterator["SimulatedTenant"]:
        """Run the simulator of a tenant, whose files are in a folder."""
        time = WorldTime.starting_now(FAST)
        launch = Launch(clock_start=time.start, clock_origin=time.origin, clock_rate=time.rate)
        with SimulatorClient.run(folder, launch, begin=fork_simulator) as simulator:
            yield cls(simulator, folder, time)

    @property
    def facts(self) -> dict[str, str]:
        """The simulator's tenant, client, secret and address, as it writes them to a file."""
        found: dict[str, str] = json.loads((self.folder / "world.json").read_text(encoding="utf-8"))
        return found

    @property
    def flags(self) -> list[str]:
        """The operator's flags for this tenant's clock and address, without the certificate authority."""
        url = self.facts["url"]
        return [
            f"--graph-url={url}",
            f"--authority={url}",
            f"--clock-start={self.time.start.isoformat()}",
            f"--clock-origin={self.time.origin}",
            f"--clock-rate={self.time.rate}",
        ]

    @property
    def variables(self) -> dict[str, str]:
        """The same as environment variables, for an install that knows nothing of the simulator."""
        pairs = [flag.removeprefix("--").split("=", 1) for flag in self.flags]
        variables = {f"ENTRASYNC_{name.replace('-', '_').upper()}": value for name, value in pairs}
        return variables | {"ENTRASYNC_CA_FILE": str(self.folder / "ca.pem")}

    def prepare(self, cluster: Cluster, namespace: str) -> None:
        """Make a namespace with the connection's Secret and the simulator's certificate authority."""
        make_namespace(cluster, namespace)
        self.write_secret(cluster, namespace)
        ca = {"ca.pem": (self.folder / "ca.pem").read_text(encoding="utf-8")}
        cluster.create("configmaps", _object("ConfigMap", "graph-ca") | {"data": ca}, namespace)

    def write_secret(self, cluster: Cluster, namespace: str) -> None:
        """Make the connection's Secret."""
        names = {"tenant-id": "tenant_id", "client-id": "client_id", "client-secret": "client_secret"}
        data = {key: self.facts[name] for key, name in names.items()}
        cluster.create("secrets", _object("Secret", SECRET) | {"stringData": data}, namespace)

    def values(self) -> Object:
        """Return the values by which an install reaches the simulator, on a free port."""
        return {
            "httpPort": free_port(),
            "logLevel": "debug",
            "logFormat": "text",
            "extraArgs": [*self.flags, f"--ca-file={CA_FOLDER}/ca.pem", "--http-host=127.0.0.1"],
            "extraVolumes": [{"name": "graph", "configMap": {"name": "graph-ca"}}],
            "extraVolumeMounts": [{"name": "graph", "mountPath": CA_FOLDER, "readOnly": True}],
        }


def make_namespace(cluster: Cluster, name: str) -> None:
    """Make a namespace that accepts only pods under the restricted profile."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.create(
        "namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    )


def write_connection(cluster: Cluster, namespace: str, name: str = "team") -> None:
    """Make a GraphConnection with its Secret, to an unknown cloud: it is reconciled without any login."""
    labelled = {"metadata": {"name": name, "labels": {"entrasync.io/watch": "true"}}}
    cluster.create("secrets", _object("Secret", name) | labelled | {"stringData": {"client-secret": "toy"}}, namespace)
    proof = {"clientId": NOBODY, "secretRef": {"name": name, "key": "client-secret"}}
    spec = {"tenantId": NOBODY, "cloud": "Nowhere", "clientSecret": proof}
    metadata = {"name": name, "namespace": namespace}
    manifest = {"apiVersion": API_VERSION, "kind": CONNECTION_KIND, "metadata": metadata, "spec": spec}
    cluster.create(CONNECTION_PLURAL, manifest, namespace)


def clear(cluster: Cluster) -> None:
    """Delete our CRDs with all their objects, and all cluster roles of Helm, from a cluster."""
    ours = [crd for crd in cluster.list(*_CRDS) if crd["spec"]["group"] == GROUP]
    for plural in (crd["spec"]["names"]["plural"] for crd in ours):
        for found in _list_when_served(cluster, plural):
            _drop(cluster, plural, found["metadata"])
    for crd in ours:
        with contextlib.suppress(RefusedError):
            cluster.delete(*_CRDS, crd["metadata"]["name"])
    for crd in ours:
        cluster.wait_gone(*_CRDS, crd["metadata"]["name"])
    until(lambda: GROUP not in _groups(cluster), what=f"{GROUP} is no longer offered")
    for role in ("clusterroles", "clusterrolebindings"):
        for found in cluster.list("rbac.authorization.k8s.io/v1", role, labelSelector=BY_HELM):
            cluster.delete("rbac.authorization.k8s.io/v1", role, found["metadata"]["name"])


def _groups(cluster: Cluster) -> set[str]:
    return {group["name"] for group in cluster.read("/apis")["groups"]}


def _list_when_served(cluster: Cluster, plural: str) -> list[Object]:
    found = until(lambda: _list(cluster, plural), lambda seen: seen is not None, what=f"{plural} can be listed")
    return found or []


def _list(cluster: Cluster, plural: str) -> list[Object] | None:
    """List a kind; None while the API server is not ready for it, as for a moment after a CRD was changed."""
    try:
        return cluster.list(API_VERSION, plural)
    except RefusedError:
        is_gone = cluster.find(*_CRDS, f"{plural}.{GROUP}") is None  # an uninstall may just have deleted it
        return [] if is_gone else None


def _drop(cluster: Cluster, plural: str, metadata: Object) -> None:
    """Delete an object after removing its finalizers, which may be enough to delete it."""
    name, namespace = metadata["name"], metadata["namespace"]
    cluster.patch(API_VERSION, plural, name, namespace, merge={"metadata": {"finalizers": None}})
    with contextlib.suppress(RefusedError):
        cluster.delete(API_VERSION, plural, name, namespace)


_PORTS = itertools.count(20_000 + os.getpid() % 500 * 20)
"""Below the ports that Linux gives to whoever asks for any, and others in each worker."""


def free_port() -> int:
    """Choose a port of loopback that nobody takes before the pod does: the pods of a test share this machine's."""
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the count of ports has no end")


def _object(kind: str, name: str) -> Object:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
