"""The commands with which a person explores the running demo."""

import os
import shlex
import shutil
import sys
from pathlib import Path

from control_plane import ControlPlane
from graph_simulator.control_client.views import Connection

PLUGIN = f"{shlex.quote(sys.executable)} -m kubectl_entrasync"


def list_cluster_commands(plane: ControlPlane, namespace: str, job: str) -> list[str]:
    """List what shows the jobs: kubectl, and its plugin."""
    kubectl = "kubectl" if shutil.which("kubectl") else shlex.quote(os.fspath(plane.binaries["kubectl"]))
    return [
        f"export KUBECONFIG={shlex.quote(os.fspath(plane.kubeconfig))}",
        f"{kubectl} get syncjobs -n {namespace} -w",
        f"{kubectl} get syncjob {job} -n {namespace} -o yaml",
        f"{PLUGIN} describe {job} -n {namespace}",
        f"{PLUGIN} report -n {namespace}",
    ]


def list_import_commands(connection: Connection, authority: Path) -> list[str]:
    """List what takes over the jobs of the simulated tenant, as its own app.

    Args:
        connection: How to reach the simulator.
        authority: The file of the certificate authority that it is signed by.
    """
    url, ca_file = shlex.quote(connection.graph_url), shlex.quote(os.fspath(authority))
    return [
        f"export AZURE_TENANT_ID={connection.tenant_id} AZURE_CLIENT_ID={connection.client_id}",
        f"export AZURE_CLIENT_SECRET={shlex.quote(connection.client_secret)}",
        f"{PLUGIN} import --graph-url {url} --authority {url} --ca-file {ca_file} --output-dir identity",
    ]
