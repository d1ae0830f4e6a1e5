"""Makes a simulated tenant, and runs `kubectl entrasync import` on it as an app whose secret is in the environment."""

from pathlib import Path
from typing import Any

import yaml

from tests.support.plugin import Answer, Plugin
from tests.support.simulator_client import SimulatorClient

PRINCIPALS = 20
TEMPLATES = ("scim", "zendesk", "dataBricks", "Azure2Azure", "salesforce")
"""A tenant of a hundred jobs has so many service principals, with a job of each template."""

SECRET = "open-sesame-4711"


def make_jobs(simulator: SimulatorClient, *, principals: int = 1, templates: tuple[str, ...] = ("scim",)) -> None:
    """Make service principals with a job of each template, and with credentials."""
    for principal in simulator.create_service_principals(principals, prefix="Sales Force", templates=templates):
        for template in templates:
            simulator.create_job(principal.id, template, started=True)
        simulator.set_secrets(principal.id, {"BaseAddress": "https://scim.example.com", "SecretToken": SECRET})


def run_import(plugin: Plugin, simulator: SimulatorClient, folder: Path, *arguments: str) -> Answer:
    """Import the jobs of the simulated tenant into a folder."""
    log_in(plugin, simulator)
    return plugin.run("import", *lead_to(simulator), "--output-dir", str(folder), *arguments)


def log_in(plugin: Plugin, simulator: SimulatorClient) -> None:
    """Put the secret of the simulated app into the environment."""
    known = simulator.connection
    for name, value in (
        ("AZURE_TENANT_ID", known.tenant_id),
        ("AZURE_CLIENT_ID", known.client_id),
        ("AZURE_CLIENT_SECRET", known.client_secret),
    ):
        plugin.monkeypatch.setenv(name, value)


def lead_to(simulator: SimulatorClient) -> tuple[str, ...]:
    """Return the options that lead to the simulator."""
    url = simulator.connection.graph_url
    return ("--graph-url", url, "--authority", url, "--ca-file", str(simulator.ca_path))


def read_manifests(folder: Path) -> list[dict[str, Any]]:
    """Read all objects of a folder but kustomizations, in the order of its files."""
    documents = (
        document for path in sorted(folder.glob("*.yaml")) for document in yaml.safe_load_all(path.read_bytes())
    )
    return [document for document in documents if document["kind"] != "Kustomization"]
