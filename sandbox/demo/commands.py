"""The commands with which a person explores the running demo."""

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from control_plane import ControlPlane
from graph_simulator.control_client.views import Connection

PLUGIN = f"{shlex.quote(sys.executable)} -m kubectl_entrasync"

FOLDER = "identity"
"""The folder for the manifests of the jobs that are taken over."""


def find_kubectl(plane: ControlPlane) -> str:
    """Return what runs kubectl: the one on the PATH, or else that of the control plane."""
    return "kubectl" if shutil.which("kubectl") else shlex.quote(os.fspath(plane.binaries["kubectl"]))


def list_cluster_commands(kubectl: str, kubeconfig: Path, *, namespace: str, job: str) -> list[str]:
    """List what shows the jobs: kubectl, and its plugin."""
    return [
        f"export KUBECONFIG={shlex.quote(os.fspath(kubeconfig))}",
        f"{kubectl} get syncjobs -n {namespace} -w",
        f"{kubectl} get syncjob {job} -n {namespace} -o yaml",
        f"{PLUGIN} describe {job} -n {namespace}",
        f"{PLUGIN} report -n {namespace}",
    ]


def list_login_commands(connection: Connection) -> list[str]:
    """List what logs in to the simulated tenant, as the operator's own app."""
    return [
        f"export AZURE_TENANT_ID={connection.tenant_id} AZURE_CLIENT_ID={connection.client_id}",
        f"export AZURE_CLIENT_SECRET={shlex.quote(connection.client_secret)}",
    ]


def list_takeover_commands(kubectl: str, tenant: Sequence[str], *, namespace: str, company: str) -> list[str]:
    """List what brings the jobs of a company's apps under the operator, and shows that nothing is to be changed.

    Args:
        kubectl: What runs kubectl.
        tenant: The options of the plugin that lead to the simulated tenant.
        namespace: The namespace for the resources.
        company: What the display names of the apps have in common.
    """
    lead = shlex.join(tenant)
    return [
        f"{PLUGIN} import {lead} --filter {company} -n {namespace} --output-dir {FOLDER}",
        f"{kubectl} apply --server-side -f {FOLDER}",
        f"{kubectl} wait syncjobs --all -n {namespace} --for=condition=Applied --timeout=1m",
        f"{PLUGIN} get -n {namespace}",
        f"{PLUGIN} plan {lead} -n {namespace} -f {FOLDER}",
    ]


def list_mending_commands(kubectl: str, namespace: str, job: str) -> list[str]:
    """List what brings a job out of its quarantine, and shows it."""
    return [
        f"{PLUGIN} restart {job} -n {namespace} --wait",
        f"{kubectl} wait syncjob {job} -n {namespace} --for=condition=Ready --timeout=1m",
        f"{PLUGIN} get -n {namespace}",
    ]


def lead_to_tenant(connection: Connection, authority: Path) -> list[str]:
    """Return the options of the plugin that lead to a simulated tenant.

    Args:
        connection: How to reach the simulator.
        authority: The file of the certificate authority that it is signed by.
    """
    return ["--graph-url", connection.graph_url, "--authority", connection.graph_url, "--ca-file", os.fspath(authority)]
